"""Fixtures of the SIP tests: real Kamailio, real engine, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.sip.phone import Phone
from tests.sip.rig import Box, Kamailio, edge_settings, secret
from tests.sip.sip_client import SipClient


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Kamailio]:
    """Kamailio with handsets 201 and 202 and nothing behind it."""
    kamailio = Kamailio(tmp_path / "edge", edge_settings(("201", "202"), ban_after=10, flood_requests=10_000))
    yield kamailio
    kamailio.stop()


@pytest.fixture
def client(edge: Kamailio) -> Iterator[Callable[[str], SipClient]]:
    """Makes raw clients of that Kamailio, by source address."""
    with ExitStack() as stack:

        def make(address: str = "127.0.0.1") -> SipClient:
            made = SipClient(edge.address, address)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """The whole SIP side with handsets 201, 202 and 203."""
    made = Box(tmp_path_factory.mktemp("box"), ("201", "202", "203"))
    yield made
    made.stop()


@pytest.fixture
def phone(box: Box, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """Makes baresip phones that are registered at the box."""
    with ExitStack() as stack:

        def make(user: str, **more: object) -> Phone:
            made = Phone(tmp_path / f"phone-{user}", user, secret(user), box.edge.server, **more)  # type: ignore[arg-type]
            stack.callback(made.stop)
            made.expect("REGISTER_OK")
            return made

        yield make
