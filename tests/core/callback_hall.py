"""A hall whose queue calls back, and short words for what callers and customers do."""

from __future__ import annotations

from appliance.contract.answering import AnsweredBy
from appliance.contract.journal import EntryKind
from appliance.core.acd.callback import Callbacks
from tests.core.acd_hall import Hall, agent, queue
from tests.core.fakes import FakeTrunk

NUMBER = "+14155550100"


def hall_of(agents: int = 1, lines: int = 4, **settings: object) -> Hall:
    """A queue whose callers may press 2 to be called back on any of its lines."""
    people = [agent(str(11 + place)) for place in range(agents)]
    plan = {"callback_key": "2", "callback_retry_seconds": 60.0, "callback_text": False, **settings}
    hall = Hall([queue("sales", **plan)], people, lines=lines, available=False)
    hall.change(trunk_groups={"outside": tuple(hall.plan.trunks)})
    return hall


def book(hall: Hall) -> Callbacks:
    return hall.system._routing.callbacks


def takes_callback(hall: Hall, number: str = NUMBER) -> FakeTrunk:
    """Somebody calls, waits, and is promised to be called back."""
    line = hall.call(number=number)
    key(hall, line, "2")
    key(hall, line, "1")
    hall.wait(5)
    assert line.leg is None, "goodbye was said"
    return line


def key(hall: Hall, line: FakeTrunk, keys: str) -> None:
    for one in keys:
        line.key(one)
        hall.pump()


def dialled(hall: Hall) -> list[tuple[str, str]]:
    """Every number that was dialled, and the line."""
    return [(number, name) for name, line in hall.trunks.items() for number in line.dialled]


def customer(hall: Hall) -> FakeTrunk:
    """The line on which somebody is being called back now."""
    (line,) = [line for line in hall.trunks.values() if line.dialled and line.leg is not None]
    return line


def answers(hall: Hall, kind: AnsweredBy = AnsweredBy.PERSON) -> None:
    """Who picks up the telephone that is being called back, as far as the media can hear it."""
    line = customer(hall)
    line.picked_up()
    hall.pump()
    assert line.port is not None
    hall.media.answers(line.port, kind)
    hall.pump()


def leap(hall: Hall, minutes: float) -> None:
    """Let a long time pass in which nobody does anything."""
    for _ in range(int(minutes * 2)):
        hall.clock.advance(30.0)
        hall.pump()


def closed(hall: Hall) -> list[object]:
    return [entry.data["why"] for entry in hall.entries(EntryKind.CALLBACK_CLOSED)]
