"""Quectel EC25/EG25/EC21 (LTE) and M/UC series.

EC25&EC21 AT Commands Manual V1.3 (7 call, 12 audio: +QPCMV, +QTONEDET); ^DSCI is its call status report.
"""

from __future__ import annotations

import re

from drivers.gsm.quirks.vendor import AudioKind, AudioPlan, Vendor
from drivers.gsm.unsolicited import (
    CallReport,
    CallStat,
    Digit,
    Ignored,
    SimChanged,
    Urc,
    digit,
    fields,
    integer,
    number,
)

_IGNORED = re.compile(r"(\+QIND|\+QIURC|\+QUSIM|\+QNTP|\+QLTS|\+QGPSURC|\+QPCMV|\+QPSMTIMER|\+QURC)\b")
_DSCI_STATS = {
    1: CallStat.HELD,
    2: CallStat.DIALLING,
    3: CallStat.ACTIVE,
    4: CallStat.INCOMING,
    5: CallStat.WAITING,
    6: CallStat.OVER,
    7: CallStat.ALERTING,
}
_ASCII_DIGITS = frozenset("0123456789*#ABCD")


def _tone(rest: str) -> Digit | None:
    """+QTONEDET: <ASCII code>, e.g. 53 for the key 5."""
    code = integer(fields(rest), 0)
    return digit(chr(code)) if code is not None and code < 128 and chr(code) in _ASCII_DIGITS else None


def _dsci(rest: str) -> CallReport | None:
    """^DSCI: <id>,<dir>,<stat>,<type>,<number>,<num_type>; type 0 is voice, <stat> is not +CLCC's."""
    values = fields(rest)
    index, direction, stat, kind = (integer(values, at) for at in range(4))
    meaning = _DSCI_STATS.get(stat) if stat is not None else None
    if index is None or direction not in (0, 1) or meaning is None:
        return None
    who = number(values[4]) if len(values) > 4 else None
    return CallReport(index, direction == 1, meaning, kind == 0, who)


def parse(line: str) -> Urc | None:
    """+QTONEDET, ^DSCI and +QSIMSTAT (SIM switch)."""
    head, _, rest = line.partition(":")
    if head == "+QTONEDET":
        return _tone(rest) or Ignored()
    if head == "^DSCI":
        return _dsci(rest) or Ignored()
    if head == "+QSIMSTAT":
        return SimChanged("READY" if integer(fields(rest), 1) == 1 else "NOT INSERTED")
    return Ignored() if _IGNORED.match(line) else None


def plan(model: str, audio_port: str | None, alsa_device: str | None) -> AudioPlan | None:
    """USB audio class (+QPCMV=1,2) when a sound card is named, else raw PCM on the NMEA port (+QPCMV=1,0)."""
    if alsa_device:
        return AudioPlan(AudioKind.ALSA, alsa_device, on=("AT+QPCMV=1,2",), off=("AT+QPCMV=0",))
    if audio_port:
        return AudioPlan(AudioKind.SERIAL, audio_port, on=("AT+QPCMV=1,0",), off=("AT+QPCMV=0",))
    return None


VENDOR = Vendor(
    family="quectel",
    title="Quectel",
    makers=("quectel",),
    parse=parse,
    plan=plan,
    setup=("AT^DSCI=1",),
    digits="AT+QTONEDET=1",
)
