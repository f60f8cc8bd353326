"""The people and machines the box can call, and the phone book that finds them by number.

Default phone book, by the last digit of the number dialled (so +36301234501 and 5551 both answer):

    1  answers after 3 s, talks for 5 s, listens for a minute, hangs up
    2  is busy
    3  rings out (nobody answers)
    4  rejects the call after 2 s of ringing
    5  is an answering machine: greeting, 1000 Hz beep, records 30 s, hangs up
    6  is unallocated (on an analog line: special information tone and an announcement)
    7  meets congestion (all circuits busy)
    8  answers at once, hangs up 2 s later (on an analog line: busy tone only)
    9  answers after 3 s and says nothing for ten minutes
    0  answers after 3 s, presses 1 2 3, talks, stays
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.script import Babble, HangUp, HangUpWay, Listen, Press, Repeat, Script, Tone


class Behaviour(StrEnum):
    """What happens to a call to this number."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECT = "reject"
    UNALLOCATED = "unallocated"
    CONGESTION = "congestion"
    ABSENT = "absent"  # a mobile switched off
    CHANGED = "changed"  # the number was given up for another
    NO_CIRCUIT = "no_circuit"  # the network has no way; announced, where congestion is a tone


#: Behaviour -> cause value of ITU-T Q.850.
CAUSES = {
    Behaviour.BUSY: 17,
    Behaviour.NO_ANSWER: 19,
    Behaviour.REJECT: 21,
    Behaviour.UNALLOCATED: 1,
    Behaviour.CONGESTION: 42,
    Behaviour.ABSENT: 20,
    Behaviour.CHANGED: 22,
    Behaviour.NO_CIRCUIT: 34,
}


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One number of the network. A `number` that begins with `*` matches every number that ends so."""

    number: str
    behaviour: Behaviour = Behaviour.ANSWER
    answer_after: float = 3.0  # seconds of ringing; also until a rejection
    rings_for: float = 30.0  # seconds until the network gives up
    script: Script = field(default=())

    def matches(self, dialled: str) -> bool:
        if self.number.startswith("*"):
            return dialled.endswith(self.number[1:])
        return dialled == self.number


def machine(number: str, greeting: float = 4.0, listens: float = 30.0) -> Subscriber:
    """An answering machine: greeting, beep, records, hangs up."""
    script = (Listen(0.5), Babble(greeting), Listen(0.4), Tone((1000.0,), 0.4), Listen(listens), HangUp())
    return Subscriber(number, answer_after=6.0, script=script)


def default_phone_book() -> list[Subscriber]:
    """See the head of this module."""
    talks = (Listen(0.6), Babble(5.0), Listen(60.0), HangUp())
    stays = Repeat((Babble(4.0), Listen(2.0)), 100)
    return [
        Subscriber("*1", script=talks),
        Subscriber("*2", Behaviour.BUSY),
        Subscriber("*3", Behaviour.NO_ANSWER),
        Subscriber("*4", Behaviour.REJECT, answer_after=2.0),
        machine("*5"),
        Subscriber("*6", Behaviour.UNALLOCATED),
        Subscriber("*7", Behaviour.CONGESTION),
        Subscriber("*8", answer_after=0.2, script=(Listen(2.0), HangUp(HangUpWay.BUSY_TONE))),
        Subscriber("*9", script=(Listen(600.0),)),
        Subscriber("*0", script=(Listen(1.0), Press("123"), Listen(1.0), stays)),
    ]


def find(subscribers: Iterable[Subscriber], dialled: str) -> Subscriber:
    """Who has this number; exact numbers come before endings, nobody means unallocated."""
    found = [entry for entry in subscribers if entry.matches(dialled)]
    found.sort(key=lambda entry: (entry.number.startswith("*"), -len(entry.number)))
    return found[0] if found else Subscriber(dialled, Behaviour.UNALLOCATED)
