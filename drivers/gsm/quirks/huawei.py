"""Huawei voice dongles: E1550, E173, E169, K3765 and kin.

HUAWEI MU609 and UMTS data card AT specifications: ^ORIG, ^CONF, ^CONN, ^CEND, ^DDSETEX, ^RSSI, ^SIMST.
"""

from __future__ import annotations

import re

from appliance.contract.cause import HangupCause, cause_of_number
from drivers.gsm.quirks.vendor import AudioFrom, AudioKind, AudioPlan, Vendor
from drivers.gsm.unsolicited import (
    CallEnded,
    CallReport,
    CallStat,
    Ignored,
    Signal,
    SimChanged,
    Urc,
    dbm,
    digit,
    fields,
    integer,
)

_IGNORED = re.compile(
    r"\^(BOOT|MODE|HCSQ|DSFLOWRPT|SRVST|STIN|CSNR|NWTIME|CCALLSTATE|VMWI|EARST|LWURC|NDISSTAT|ECCLIST|CVOICE|THERM)\b"
)
_STATS = {"^ORIG": CallStat.DIALLING, "^CONF": CallStat.ALERTING, "^CONN": CallStat.ACTIVE}


def _ended(rest: str) -> CallEnded:
    """^CEND:<call>,<duration>,<end_status>[,<cc_cause>]; cc_cause is 3GPP TS 24.008 10.5.4.11, as Q.850."""
    values = fields(rest)
    code = integer(values, 3)
    index = integer(values, 0)
    if code is None or not 0 < code < 128:
        return CallEnded(index=index)
    cause: HangupCause = cause_of_number(code)
    return CallEnded(cause, f"The network gave cause {code}.", index)


def parse(line: str) -> Urc | None:
    """Call progress, call end, signal, SIM state and (on some models) keys."""
    head, _, rest = line.partition(":")
    if head in _STATS:
        index = integer(fields(rest), 0)
        return Ignored() if index is None else CallReport(index, False, _STATS[head])
    if head == "^CEND":
        return _ended(rest)
    if head == "^RSSI":
        return Signal(dbm(integer(fields(rest), 0)))
    if head == "^SIMST":
        return SimChanged("NOT INSERTED" if integer(fields(rest), 0) == 255 else "CHANGED")
    if head in ("^DTMF", "^DDTMF"):
        return digit(rest.rpartition(",")[2]) or Ignored()
    return Ignored() if _IGNORED.match(line) else None


def plan(model: str, audio_port: str | None, alsa_device: str | None) -> AudioPlan | None:
    """Raw PCM, 320 bytes each 20 ms, on the second port; ^DDSETEX=2 is wanted anew for each call."""
    if audio_port:
        return AudioPlan(AudioKind.SERIAL, audio_port, AudioFrom.ALERTING, ("AT^DDSETEX=2",))
    return AudioPlan(AudioKind.ALSA, alsa_device) if alsa_device else None


VENDOR = Vendor(
    family="huawei",
    title="Huawei",
    makers=("huawei",),
    parse=parse,
    plan=plan,
    setup=("AT^CURC=1", "AT^CVOICE=0"),
    send_digit="AT^DTMF=1,{digit}",
)
