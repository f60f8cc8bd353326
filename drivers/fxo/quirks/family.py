"""The shape of a quirk file, and what is common: ITU-T V.253 as most modems keep to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from drivers.fxo.dle import ABORT_DUPLEX, END_TRANSMIT


class Signal(Enum):
    """What a <DLE> code tells about the line."""

    BUSY = auto()
    REORDER = auto()
    DIAL_TONE = auto()  # also the stuttered one
    LOOP_DROP = auto()  # loop current interrupted: the far end's exchange has cleared
    SILENCE = auto()  # no voice since the stream began, for as long as +VSD says
    QUIET = auto()  # no voice any more, for as long as +VSD says
    VOICE = auto()
    RINGBACK = auto()
    RING = auto()  # some report it so in voice class, instead of or besides the line RING
    CALL_WAITING = auto()
    UNDERRUN = auto()
    OVERRUN = auto()


#: IS-101 table of simple event codes; those without a meaning for a call are left out and ignored.
CODES = {
    ord("b"): Signal.BUSY,
    ord("K"): Signal.REORDER,
    ord("d"): Signal.DIAL_TONE,
    ord("i"): Signal.DIAL_TONE,
    ord("l"): Signal.LOOP_DROP,
    ord("s"): Signal.SILENCE,
    ord("q"): Signal.QUIET,
    ord("V"): Signal.VOICE,
    ord("v"): Signal.VOICE,
    ord("r"): Signal.RINGBACK,
    ord("R"): Signal.RING,
    ord("w"): Signal.CALL_WAITING,
    ord("u"): Signal.UNDERRUN,
    ord("o"): Signal.OVERRUN,
}


@dataclass(frozen=True, slots=True)
class Family:
    """One family of modems. Commands are whole lines; `optional` ones may be refused."""

    name: str
    identity: re.Pattern[str]  # found in what the modem says to ATI0 and ATI3
    setup: tuple[str, ...] = ()  # after AT+FCLASS=8, beyond what every modem gets
    optional: tuple[str, ...] = ()
    methods: tuple[tuple[int, str], ...] = ((1, "unsigned"),)  # +VSM methods where +VSM=? says nothing usable
    trusted: frozenset[str] = frozenset(("ulaw", "alaw", "unsigned", "signed"))
    silence: str = "AT+VSD=128,{tenths}"  # sensitivity: medium
    seize: str = "AT+VLS=1"
    duplex: str = "AT+VTR"
    on_hook: str = "AT+VLS=0"
    flash: str | None = "AT+VTS=!"  # as long as +VTD says
    leave: tuple[bytes, ...] = (ABORT_DUPLEX, END_TRANSMIT)  # tried one after the other until the stream ends
    codes: dict[int, Signal] = field(default_factory=lambda: dict(CODES))


_ROW = re.compile(r'(?:\+VSM: ?)?(\d{1,3}), ?"?([^",]*)"?, ?(\d+), ?[^,]*, ?(.*)')
_WORDS = (
    ("ulaw", re.compile(r"^(?:u|mu|µ)[- ]?la?w|^u-?log", re.IGNORECASE)),
    ("alaw", re.compile(r"^a[- ]?la?w|^a-?log", re.IGNORECASE)),
    ("unsigned", re.compile(r"^unsigned (?:pcm|linear)|^8[- ]?bit linear|^linear", re.IGNORECASE)),
    ("signed", re.compile(r"^signed (?:pcm|linear)", re.IGNORECASE)),
)
#: G.711 first: 8-bit linear buries a quiet caller in its own noise.
_PREFERENCE = ("ulaw", "alaw", "unsigned", "signed")


def _rate_offered(rates: str) -> bool:
    for low, high in re.findall(r"(\d{4,5})(?:-(\d{4,5}))?", rates):
        if int(low) <= 8000 <= int(high or low):
            return True
    return False


def best_format(rows: Iterable[str], family: Family) -> tuple[int, str]:
    """The +VSM method to use and its sample format, from the rows of AT+VSM=? (V.253 10.2.9).

    Only 8-bit methods at 8,000 samples a second count: 16-bit ones do not fit a 115,200 bit/s port.
    """
    offered: dict[str, int] = {}
    for row in rows:
        found = _ROW.match(row.strip())
        if not found or found[3] != "8" or not _rate_offered(found[4]):
            continue
        for name, words in _WORDS:
            if words.search(found[2].strip()) and name in family.trusted:
                offered.setdefault(name, int(found[1]))
    for name in _PREFERENCE:
        if name in offered:
            return offered[name], name
    return family.methods[0]
