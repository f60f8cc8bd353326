"""A network for each test, and proof that nothing of it is left over."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from simulator import Exchange


def open_handles() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def network() -> Iterator[Exchange]:
    threads, handles = threading.active_count(), open_handles()
    with Exchange(speed=5) as exchange:
        yield exchange
        assert exchange.errors == []
    assert threading.active_count() == threads
    assert open_handles() == handles
