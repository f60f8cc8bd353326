"""SIMCom SIM7600/SIM7500 (LTE) and SIM800/SIM900 (GSM).

AT command manuals: SIM7500_SIM7600 V2.00 (5 call control, 19 +CPCMREG), SIM800 V1.12 (+DDET, +CLCC=1).
"""

from __future__ import annotations

import re

from drivers.gsm.quirks.vendor import AudioFrom, AudioKind, AudioPlan, Vendor
from drivers.gsm.unsolicited import CallEnded, Ignored, PathOpened, SimChanged, Urc, digit

_IGNORED = re.compile(
    r"(\+CPCMREG|\+CPCMFRM|\+CNSMOD|\+CMGSI|\+SIMEI|\+NETDEV|\+CSPI|\+CGNSINF|\+CLTS|\+QCRMCALL):"
    r"|(RX/TX|UNDER-VOLTAGE|OVER-VOLTAGE)"
)


def parse(line: str) -> Urc | None:
    """VOICE CALL, MISSED_CALL, +RXDTMF (LTE) and +DTMF (GSM) and the SIM card's switch."""
    if line == "VOICE CALL: BEGIN":
        return PathOpened()
    if line.startswith("VOICE CALL: END"):
        return CallEnded()
    if line.startswith("MISSED_CALL:"):
        return CallEnded(reason="The caller gave up.", missed=True)
    head, colon, rest = line.partition(":")
    if colon and head in ("+RXDTMF", "+DTMF"):
        return digit(rest) or Ignored()
    if head == "+SIMCARD" and rest.strip() == "NOT AVAILABLE":
        return SimChanged("NOT INSERTED")
    return Ignored() if _IGNORED.match(line) else None


def plan(model: str, audio_port: str | None, alsa_device: str | None) -> AudioPlan | None:
    """The LTE models stream PCM on a USB port once a call is connected; the GSM ones have analog sound."""
    if alsa_device:
        return AudioPlan(AudioKind.ALSA, alsa_device)
    if not audio_port:
        return None
    if re.search(r"SIM[89]\d\d", model, re.IGNORECASE):
        return None  # no PCM over serial: a sound card must be wired to it
    return AudioPlan(AudioKind.SERIAL, audio_port, AudioFrom.ANSWER, ("AT+CPCMREG=1",), ("AT+CPCMREG=0",))


VENDOR = Vendor(
    family="simcom",
    title="SIMCom",
    makers=("simcom", "sim7", "sim8", "sim9"),
    parse=parse,
    plan=plan,
    setup=("AT+CVHU=0", "AT+CLCC=1"),
    digits="AT+DDET=1",
)
