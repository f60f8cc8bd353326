"""Whom a campaign may meet: subscribers of every kind, ready for the phone book.

`subscriber("person", "+36301234567", 2)` is a person with the third voice and greeting. What each says first
is in `GREETINGS` and `MAILBOXES`; `greeting_ends` tells when, so that a test can measure from there.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator import fax, sound
from simulator.script import HangUp, Listen, Repeat, Say, Script, Tone, WaitForSound
from simulator.subscriber import Behaviour, Subscriber
from simulator.voices import recorded, spoken

GREETINGS = ("Hello?", "Yes, hello?", "Miller speaking.")
RECEPTIONISTS = (
    "Good morning, Miller and Sons, Anna speaking, how can I help you?",
    "Thank you for calling Baker Dental, this is Susan, what can I do for you?",
    "Green Garden Supplies, Peter here, good afternoon, how may I help?",
    "Good morning, Baker and Sons.",
)
#: Recorded prompts, one after the other, before the beep.
MAILBOXES = (
    ("vm-theperson", "vm-isunavail", "vm-intro"),
    ("vm-nobodyavail", "vm-intro"),
    ("im-sorry", "vm-theperson", "vm-isonphone", "vm-leavemsg"),
    ("vm-theperson", "vm-isonphone", "vm-intro"),
)
BEEP_HZ = 1000.0
SILENT_SECONDS = 0.6  # from picking up to the first word
_TALKS = 3.0  # s, after the other side was heard
_PATIENCE = 12.0  # s for the other side to say something
_RING = 4.0
_NETWORK = 60.0  # s of ringing until the network gives up: mostly the box does so before


def _greets(said: bytes, then: str, voice: int, talks: float) -> Script:
    """Says something, waits until the other side is heard, answers, and goes."""
    answer = Say(spoken(then, voice))
    answers = (WaitForSound(_PATIENCE), Listen(1.5), answer)
    return (Listen(SILENT_SECONDS), Say(said), *answers, Listen(talks), HangUp())


def _person(number: str, voice: int) -> Subscriber:
    said = spoken(GREETINGS[voice % len(GREETINGS)], voice)
    script = _greets(said, "Yes, that is right. Thank you.", voice, _TALKS)
    return Subscriber(number, answer_after=_RING, script=script)


def _receptionist(number: str, voice: int) -> Subscriber:
    said = spoken(RECEPTIONISTS[voice % len(RECEPTIONISTS)], voice)
    script = _greets(said, "One moment please.", voice, _TALKS)
    return Subscriber(number, answer_after=_RING, script=script)


def mailbox(which: int) -> bytes:
    """What a machine says before its beep."""
    parts = MAILBOXES[which % len(MAILBOXES)]
    return sound.silence(0.25).join(recorded(part) for part in parts)


def _machine(number: str, voice: int) -> Subscriber:
    beep = (Listen(0.4), Tone((BEEP_HZ,), 0.4))
    script = (Listen(SILENT_SECONDS), Say(mailbox(voice)), *beep, Listen(20.0), HangUp())
    return Subscriber(number, answer_after=_RING, script=script)


def _fax(number: str, _voice: int) -> Subscriber:
    signals = (Listen(0.6), Say(fax.called()), Listen(2.0))
    script = (*signals, Repeat((Say(fax.preamble()), Listen(3.0)), 3), HangUp())
    return Subscriber(number, answer_after=_RING, script=script)


def _silent(number: str, _voice: int) -> Subscriber:
    return Subscriber(number, answer_after=_RING, script=(Listen(25.0), HangUp()))


def _refused(behaviour: Behaviour) -> Callable[[str, int], Subscriber]:
    def made(number: str, _voice: int) -> Subscriber:
        return Subscriber(number, behaviour, answer_after=_RING, rings_for=_NETWORK)

    return made


KINDS: dict[str, Callable[[str, int], Subscriber]] = {
    "person": _person,
    "receptionist": _receptionist,
    "machine": _machine,
    "fax": _fax,
    "silent": _silent,
    "busy": _refused(Behaviour.BUSY),
    "no_answer": _refused(Behaviour.NO_ANSWER),
    "rejecting": _refused(Behaviour.REJECT),
    "off": _refused(Behaviour.ABSENT),
    "invalid": _refused(Behaviour.UNALLOCATED),
    "changed": _refused(Behaviour.CHANGED),
    "congestion": _refused(Behaviour.CONGESTION),
    "no_circuit": _refused(Behaviour.NO_CIRCUIT),
}


def subscriber(kind: str, number: str, voice: int = 0) -> Subscriber:
    """One of `KINDS`; `voice` chooses among voices and sentences. ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
    return KINDS[kind](number, voice)


def greeting_ends(kind: str, voice: int = 0) -> float:
    """Seconds from picking up to the end of what a person says first."""
    said = {"person": GREETINGS, "receptionist": RECEPTIONISTS}[kind]
    pcm = spoken(said[voice % len(said)], voice)
    return SILENT_SECONDS + len(pcm) / 2 / sound.RATE
