"""Unsolicited lines (URCs) of 3GPP TS 27.007 and 27.005 to facts. Total: any line gives a fact or None.

The vendors' own lines are in `quirks`; they use the same facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from appliance.contract.cause import HangupCause


class CallStat(IntEnum):
    """`<stat>` of +CLCC, 27.007 7.18; OVER is what SIMCom and ^DSCI add for a call that ended."""

    ACTIVE = 0
    HELD = 1
    DIALLING = 2
    ALERTING = 3
    INCOMING = 4
    WAITING = 5
    OVER = 6


@dataclass(frozen=True, slots=True)
class Ring:
    """An incoming voice call rings, once more."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Who calls; `withheld` by CLI validity 1."""

    number: str | None
    name: str | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A second call knocks."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Registration:
    """Registration changed: `domain` CREG (calls), CGREG (data) or CEREG (LTE), `stat` as in 27.007 7.2."""

    domain: str
    stat: int


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """An SMS lies in `storage` at `index`."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True)
class CallReport:
    """One call as the modem lists or reports it."""

    index: int
    incoming: bool
    stat: CallStat
    voice: bool = True
    number: str | None = None


@dataclass(frozen=True, slots=True)
class PathOpened:
    """The voice path is open, which is not yet an answer (SIMCom's VOICE CALL: BEGIN)."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The modem says that the call is over; without a cause, +CEER may know."""

    cause: HangupCause | None = None
    reason: str = ""
    index: int | None = None
    missed: bool = False  # a caller gave up, maybe one that only knocked


@dataclass(frozen=True, slots=True)
class Digit:
    """The modem heard a DTMF digit."""

    digit: str


@dataclass(frozen=True, slots=True)
class Signal:
    """Signal strength in dBm."""

    dbm: int | None


@dataclass(frozen=True, slots=True)
class SimChanged:
    """The SIM came, went or wants something: the words of +CPIN."""

    state: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The modem started anew and forgot its settings."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A known line that says nothing to a telephone line."""


Urc = (
    Ring
    | Clip
    | Waiting
    | Registration
    | MessageArrived
    | CallReport
    | PathOpened
    | CallEnded
    | Digit
    | Signal
    | SimChanged
    | Restarted
    | Ignored
)

_FIELD = re.compile(r'\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)')
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}", re.ASCII)
_DIGIT = re.compile(r"[0-9*#A-D]", re.ASCII)
_ENDS = {
    "NO CARRIER": CallEnded(),
    "BUSY": CallEnded(HangupCause.USER_BUSY, "The modem said BUSY."),
    "NO ANSWER": CallEnded(HangupCause.NO_ANSWER, "The modem said NO ANSWER."),
    "NO DIALTONE": CallEnded(HangupCause.NO_DIAL_TONE, "The modem said NO DIALTONE."),
    "NO DIAL TONE": CallEnded(HangupCause.NO_DIAL_TONE, "The modem said NO DIALTONE."),
}
_RESTARTS = frozenset({"RDY", "START", "^SYSSTART", "*ATREADY: 1"})
_IGNORED = re.compile(
    r"(\+CIEV|\+CUSD|\+CTZV|\+CTZE|\+CTZDST|\+CGEV|\+CSSI|\+CSSU|\+CFUN|\+CPAS|\+CLIR|\+COLP|\+CMT|\+CDSI?|\+CBM"
    r"|\*PSUTTZ|\*PSNWID|DST):|(Call Ready|SMS Ready|SMS DONE|PB DONE|NORMAL POWER DOWN|OK|CONNECT)$"
)


def fields(text: str) -> list[str]:
    """The comma-separated values of a line, quotes taken off. Any text gives a list."""
    values: list[str] = []
    at = 0
    while at < len(text) and (found := _FIELD.match(text, at)) is not None and found.end() > at:
        values.append(found[1] if found[1] is not None else found[2].strip())
        at = found.end()
    return values


def integer(values: list[str], at: int) -> int | None:
    """The small number at a place, None where there is none."""
    if at >= len(values) or not values[at].isascii() or not values[at].isdigit() or len(values[at]) > 6:
        return None
    return int(values[at])


def number(text: str) -> str | None:
    """A telephone number as the network gives it, None where it is none."""
    return text if _NUMBER.fullmatch(text) else None


def digit(text: str) -> Digit | None:
    """A DTMF digit, None for anything else."""
    text = text.strip().strip('"').upper()
    return Digit(text) if _DIGIT.fullmatch(text) else None


def _clip(rest: str) -> Clip:
    """+CLIP: <number>,<type>[,<subaddr>,<satype>[,[<alpha>][,<CLI validity>]]]."""
    values = fields(rest)
    who = number(values[0]) if values else None
    name = values[4].strip() if len(values) > 4 else ""
    withheld = integer(values, 5) == 1
    return Clip(None if withheld else who, name or None, withheld)


def _waiting(rest: str) -> Urc:
    """+CCWA: <number>,<type>,<class>,…; a reply to AT+CCWA? begins with a bare number."""
    if not rest.lstrip().startswith('"'):
        return Ignored()
    return Waiting(number(fields(rest)[0]))


def _registration(domain: str, rest: str) -> Urc:
    stat = integer(fields(rest), 0)
    return Ignored() if stat is None else Registration(domain, stat)


def _cring(rest: str) -> Urc:
    return Ring() if rest.strip().startswith("VOICE") else Ignored()


def _cmti(rest: str) -> Urc:
    values = fields(rest)
    index = integer(values, 1)
    return Ignored() if index is None else MessageArrived(values[0], index)


def call_report(rest: str) -> CallReport | None:
    """+CLCC: <id>,<dir>,<stat>,<mode>,<mpty>[,<number>,<type>…]."""
    values = fields(rest)
    index, direction, stat, mode = (integer(values, at) for at in range(4))
    if index is None or direction not in (0, 1) or stat is None or stat > CallStat.OVER:
        return None
    who = number(values[5]) if len(values) > 5 else None
    return CallReport(index, direction == 1, CallStat(stat), mode == 0, who)


def dbm(csq: int | None) -> int | None:
    """+CSQ's <rssi> in dBm (27.007 8.5): 0 to 31 are -113 to -51, 99 is unknown."""
    return -113 + 2 * csq if csq is not None and 0 <= csq <= 31 else None


def parse(line: str) -> Urc | None:
    """The fact a standard line tells, None when it is not one of the standard's."""
    if line in _ENDS:
        return _ENDS[line]
    if line == "RING":
        return Ring()
    if line in _RESTARTS:
        return Restarted()
    head, colon, rest = line.partition(":")
    if colon and (parser := _PARSERS.get(head)) is not None:
        return parser(rest)
    return Ignored() if _IGNORED.match(line) else None


_PARSERS: dict[str, Callable[[str], Urc | None]] = {
    "+CRING": _cring,
    "+CLIP": _clip,
    "+CCWA": _waiting,
    "+CREG": lambda rest: _registration("CREG", rest),
    "+CGREG": lambda rest: _registration("CGREG", rest),
    "+CEREG": lambda rest: _registration("CEREG", rest),
    "+CMTI": _cmti,
    "+CLCC": call_report,
    "+CPIN": lambda rest: SimChanged(rest.strip()),
    "+CSQ": lambda rest: Signal(dbm(integer(fields(rest), 0))),
}
