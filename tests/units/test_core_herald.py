"""What systemd is told of the core: ready when calls can be answered, alive only while everything moves."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.contract.clock import SteppedClock
from appliance.service import Follower, Herald, LoopClock, Picture, notify_systemd


@dataclass
class Moving:
    """The media engine's signs of life."""

    poll_age: float = 0.0
    clock_age: float = 0.0


class Told:
    """A herald on a stepped clock, and what it said."""

    def __init__(self, picture: Picture) -> None:
        self.clock = SteppedClock()
        self.moving = Moving()
        self.picture = picture
        self.words: list[str] = []
        self.herald = Herald(self.clock, lambda: self.moving, lambda: self.picture, self.words.append)
        self.herald.start()

    def during(self, seconds: float) -> list[str]:
        """What is said while time goes on."""
        before = len(self.words)
        self.clock.advance(seconds)
        return self.words[before:]


def test_a_box_with_a_line_in_service_is_ready_at_once_and_fed() -> None:
    told = Told(Picture(in_service=1, lines=2, handsets=0, calls=0))
    assert told.words == ["READY=1", "WATCHDOG=1", "STATUS=1 of 2 lines in service, 0 handsets, 0 calls"]
    assert told.during(10.0) == ["WATCHDOG=1"] * 10


def test_ready_waits_for_a_line() -> None:
    told = Told(Picture(in_service=0, lines=2, handsets=0, calls=0))
    assert "READY=1" not in told.words + told.during(30.0)
    told.picture = Picture(in_service=1, lines=2, handsets=0, calls=0)
    assert told.during(1.0)[0] == "READY=1"
    assert "READY=1" not in told.during(60.0)


def test_a_box_without_lines_waits_for_none() -> None:
    assert Told(Picture(0, 0, 0, 0)).words[0] == "READY=1"


def test_a_box_whose_lines_all_fail_is_ready_for_its_handsets_in_the_end() -> None:
    told = Told(Picture(in_service=0, lines=1, handsets=2, calls=0))
    assert "READY=1" not in told.during(59.0)
    assert "READY=1" in told.during(2.0)
    assert "STATUS=0 of 1 lines in service, 2 handsets, 0 calls" in told.words


@pytest.mark.parametrize("stuck", ["poll_age", "clock_age"])
def test_a_stuck_media_thread_or_clock_is_not_fed(stuck: str) -> None:
    told = Told(Picture(1, 1, 0, 0))
    setattr(told.moving, stuck, 2.5)
    assert told.during(20.0) == ["STATUS=the sound has stopped"]
    setattr(told.moving, stuck, 0.01)
    assert told.during(1.0)[0] == "WATCHDOG=1"


def test_a_stuck_clock_keeps_a_box_from_being_ready() -> None:
    told = Told(Picture(0, 1, 0, 0))
    told.moving.clock_age = 3.0
    told.picture = Picture(1, 1, 0, 0)
    assert told.during(100.0) == ["STATUS=the sound has stopped"]
    assert "READY=1" not in told.words


def test_a_stuck_loop_is_not_fed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        loop, stuck, freed = asyncio.new_event_loop(), threading.Event(), threading.Event()
        herald = Herald(LoopClock(loop), Moving, lambda: Picture(1, 1, 0, 0), period=0.02)
        loop.call_soon(herald.start)
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        manager.settimeout(10)
        wait_for(manager, b"WATCHDOG=1")

        def hang() -> None:
            stuck.set()
            freed.wait(20)

        loop.call_soon_threadsafe(hang)
        assert stuck.wait(10)
        drain(manager)
        manager.settimeout(0.5)
        with pytest.raises(TimeoutError):
            manager.recv(100)
        freed.set()
        manager.settimeout(10)
        wait_for(manager, b"WATCHDOG=1")
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def wait_for(manager: socket.socket, words: bytes) -> None:
    """Read until systemd would have been told this."""
    while manager.recv(200) != words:
        pass


def drain(manager: socket.socket) -> None:
    """Forget what was said until now."""
    manager.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            manager.recv(200)


def test_a_picture_that_cannot_be_made_feeds_nothing() -> None:
    clock, said = SteppedClock(), list[str]()
    broken = False

    def picture() -> Picture:
        if broken:
            raise RuntimeError("no picture")
        return Picture(1, 1, 0, 0)

    Herald(clock, Moving, picture, said.append).start()
    broken = True
    before = len(said)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            clock.advance(1.0)
    assert said[before:] == []
    broken = False
    clock.advance(1.0)
    assert said[-1] == "WATCHDOG=1"


def test_status_is_said_when_it_changes() -> None:
    told = Told(Picture(1, 1, 0, 0))
    told.picture = Picture(1, 1, 3, 2)
    assert told.during(5.0).count("STATUS=1 of 1 lines in service, 3 handsets, 2 calls") == 1


@pytest.mark.parametrize("abstract", [False, True])
def test_notify_reaches_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(10)
        manager.bind("\0" + path if abstract else path)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{path}" if abstract else path)
        notify_systemd("READY=1")
        assert manager.recv(100) == b"READY=1"


def test_notify_without_systemd_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify_systemd("READY=1")


class Network:
    """A follower with an address that changes, and calls that may go on."""

    def __init__(self, host: str) -> None:
        self.clock = SteppedClock()
        self.address, self.idle = host, True
        self.moves: list[str] = []
        Follower(self.clock, host, lambda: self.address, lambda: self.idle, self.moves.append).start()


def test_a_new_address_that_stays_is_followed_once() -> None:
    network = Network("192.0.2.1")
    network.clock.advance(60.0)
    assert network.moves == []
    network.address = "192.0.2.9"
    network.clock.advance(6.0)
    assert network.moves == []
    network.clock.advance(30.0)
    assert network.moves == ["192.0.2.9"]


def test_calls_that_go_on_are_not_ended_by_a_new_address() -> None:
    network = Network("192.0.2.1")
    network.address, network.idle = "192.0.2.9", False
    network.clock.advance(600.0)
    assert network.moves == []
    network.idle = True
    network.clock.advance(6.0)
    assert network.moves == ["192.0.2.9"]


def test_a_pulled_cable_is_no_move() -> None:
    network = Network("192.0.2.1")
    network.address = "127.0.0.1"
    network.clock.advance(600.0)
    assert network.moves == []


def test_an_address_that_flutters_is_not_followed() -> None:
    network = Network("192.0.2.1")
    for number in range(50):
        network.address = f"192.0.2.{number % 2 + 2}"
        network.clock.advance(5.0)
    assert network.moves == []


def test_the_first_address_is_followed_from_loopback() -> None:
    network = Network("127.0.0.1")
    network.address = "192.0.2.5"
    network.clock.advance(11.0)
    assert network.moves == ["192.0.2.5"]
