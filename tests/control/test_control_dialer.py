"""Campaigns and lists through the real socket: a real floor behind it, on a clock that the test steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from appliance.contract.campaigns import DialMethod
from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient
from appliance.control.messages import ErrorCode, LiveState
from appliance.control.server import ControlServer
from tests.control.running import Box
from tests.core.floor_hall import FloorHall


class FloorBox(Box):
    """A control server over the floor of a hall; the hall is touched while no verb is done."""

    def __init__(self, folder: Path, hall: FloorHall) -> None:
        super().__init__(folder)
        handlers = self.core.handlers(self.store, self.spool)
        object.__setattr__(handlers, "dialer", lambda: hall.floor)
        object.__setattr__(handlers, "live", lambda: self._live(hall))
        self.server = ControlServer(self.path, handlers)

    @staticmethod
    def _live(hall: FloorHall) -> dict[str, object]:
        return asdict(hall.system.live())


@pytest.fixture
def hall() -> FloorHall:
    hall = FloorHall(method=DialMethod.PREVIEW)
    hall.log_in("11")
    return hall


@pytest.fixture
def client(tmp_path: Path, hall: FloorHall) -> Iterator[ControlClient]:
    box = FloorBox(tmp_path, hall)
    box.start()
    try:
        yield ControlClient(box.path)
    finally:
        box.stop()


def test_a_campaign_is_looked_at_started_and_worked_in(client: ControlClient, hall: FloorHall) -> None:
    hall.floor.read_law()
    check = client.dialer.check("spring")
    assert (check.starts, check.allowed, check.agents) == (True, 20, ("11",))
    client.dialer.tell("spring", "start", "admin")
    hall.pump()
    state: LiveState = client.live()
    assert (state.campaigns[0].state, state.campaigns[0].previewing) == ("running", 1)
    assert state.agents[0].campaign == "spring" and state.agents[0].lead
    present = client.dialer.present("11")
    assert present is not None and (present.name, present.stage) == ("Lead 1", "preview")
    assert [one.then for one in present.dispositions] == ["done", "callback", "refused", "never"]
    assert present.phones == (("+12125550001", "mobile", ""),)
    client.dialer.skip("11", "knows them")
    hall.pump()
    client.dialer.dial("11")
    hall.pump()
    hall.take_lines()
    (line,) = hall.out()
    hall.answers(line)
    client.dialer.dispose("11", "2", {"note": "noon"}, "2026-03-05T12:00:00+00:00", own=True)
    hall.gone(line)
    assert hall.shelf.leads[2].agent == "11"
    client.dialer.tell("spring", "stop", "admin")
    assert client.live().campaigns[0].state == "stopped"


def test_what_cannot_be_is_refused_in_words(client: ControlClient) -> None:
    with pytest.raises(ControlError, match="no campaign winter"):
        client.dialer.tell("winter", "start", "admin")
    with pytest.raises(ControlError, match="start, pause, resume or stop") as refused:
        client.dialer.tell("spring", "dance", "admin")
    assert refused.value.code == ErrorCode.INVALID
    with pytest.raises(ControlError, match="looking at no lead"):
        client.dialer.skip("12", "x")
    assert client.dialer.present("12") is None
    with pytest.raises(ControlError, match="does not run"):
        client.dialer.dial_by_hand("11", "spring", "+12125550177")


def test_a_core_without_lists_says_so(client: ControlClient) -> None:
    with pytest.raises(ControlError, match="does not do list.job"):
        client.lists.job()
