"""The relay alone: one stream for all, started with the first watcher, ended after the last."""

from __future__ import annotations

import queue
from collections.abc import Iterator

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode, LiveState
from webui.relay import MOST_WATCHERS, Relay

Said = LiveState | ControlError | None


class Upstream:
    """A core that says what the test puts into `said`."""

    def __init__(self) -> None:
        self.said: queue.Queue[Said] = queue.Queue()
        self.streams = 0

    def events(self) -> Iterator[LiveState | None]:
        self.streams += 1
        while True:
            said = self.said.get(timeout=10)
            if isinstance(said, ControlError):
                raise said
            yield said


def test_a_state_reaches_every_watcher() -> None:
    upstream = Upstream()
    relay = Relay(upstream.events)
    assert relay.watch() and relay.watch()
    state = LiveState("now")
    upstream.said.put(state)
    first, second = relay.next(0, 5), relay.next(0, 5)
    assert first is not None and first is second and first.state is state
    assert relay.next(first.number, 0.01) is None
    upstream.said.put(LiveState("later"))
    later = relay.next(first.number, 5)
    assert later is not None and later.number > first.number and upstream.streams == 1
    relay.unwatch()
    relay.unwatch()
    upstream.said.put(None)


def test_a_break_is_told_once_and_the_stream_taken_up_again() -> None:
    upstream = Upstream()
    relay = Relay(upstream.events)
    assert relay.watch()
    for _ in range(2):
        upstream.said.put(ControlError("The core is not running.", ErrorCode.UNREACHABLE))
    gone = relay.next(0, 5)
    assert gone is not None and gone.state is None and gone.problem == "The core is not running."
    upstream.said.put(LiveState("back"))
    back = relay.next(gone.number, 10)
    assert back is not None and back.number == gone.number + 1 and back.state is not None
    relay.unwatch()
    upstream.said.put(None)


def test_watchers_are_bounded() -> None:
    upstream = Upstream()
    relay = Relay(upstream.events)
    assert all(relay.watch() for _ in range(MOST_WATCHERS))
    assert not relay.watch()
    relay.unwatch()
    assert relay.watch()
    for _ in range(MOST_WATCHERS):
        relay.unwatch()
    upstream.said.put(None)


def test_numbers_never_repeat_after_a_pause() -> None:
    upstream = Upstream()
    relay = Relay(upstream.events)
    numbers: list[int] = []
    for round_ in range(3):
        assert relay.watch()
        upstream.said.put(LiveState(str(round_)))
        seen = relay.next(max(numbers, default=0), 5)
        assert seen is not None
        numbers.append(seen.number)
        relay.unwatch()
        upstream.said.put(None)  # the thread notices that nobody is left
    assert numbers == sorted(set(numbers))
