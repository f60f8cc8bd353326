"""Start-up by 3GPP TS 27.007: from an open port to a line that can take calls. Blocks the worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.contract.errors import CommandError, LineTimeoutError
from drivers.at_channel import Reply
from drivers.gsm import replies, sim
from drivers.gsm.quirks import VENDORS, AudioPlan, Vendor, vendor_of
from drivers.gsm.settings import GsmSettings, Timings
from drivers.gsm.sim import Ask, PinMemory

_PINGS = 3
#: For every modem; what one does not know it refuses, and that is no fault. No +COLP: with it some modems
#: hold back the OK of ATD until the far end answers, and the port with it.
_COMMON = ("AT+CRC=1", "AT+CLIP=1", "AT+CCWA=1", "AT+CNMI=2,1,0,0,0")


@dataclass(slots=True)
class Modem:
    """What start-up learnt."""

    vendor: Vendor
    maker: str = ""
    model: str = ""
    revision: str = ""
    imei: str = ""
    plan: AudioPlan | None = None
    reports_digits: bool = False
    stats: dict[str, int] = field(default_factory=dict)
    operator: str | None = None
    signal: int | None = None


def ping(ask: Ask, timings: Timings) -> bool:
    """Whether the modem answers AT at all, be it with an error."""
    return any(_answers(ask("AT", timings.ping)) for _ in range(_PINGS))


def identify(ask: Ask, settings: GsmSettings, timings: Timings) -> Modem:
    """Echo off, numbered errors, who it is, and so which vendor's ways it has."""
    for command in ("ATE0", "AT+CMEE=1"):
        _tolerated(ask(command, timings.command))
    maker, model, revision, imei = (
        replies.identity(_tolerated(ask(f"AT{name}", timings.command)), name)
        for name in ("+CGMI", "+CGMM", "+CGMR", "+CGSN")
    )
    if settings.family != "auto":
        vendor = VENDORS[settings.family]
    else:
        words = f"{maker} {model}"
        if not maker:
            words += replies.identity(_tolerated(ask("ATI", timings.command)))
        vendor = vendor_of(words)
    plan = vendor.plan(model, settings.audio_port, settings.alsa_device)
    return Modem(vendor, maker, model, revision, imei, plan)


def set_up(
    ask: Ask,
    modem: Modem,
    settings: GsmSettings,
    timings: Timings,
    memory: PinMemory,
    pause: Callable[[], bool],
) -> None:
    """Radio on, SIM unlocked, reports on, no old call up. SimError, LineTransientError; else it is done."""
    if (ask("AT+CFUN?", timings.command).value("+CFUN") or "1").split(",")[0] != "1":
        _tolerated(ask("AT+CFUN=1", timings.registration))
    sim.unlock(ask, settings.pin, memory, pause, timings.command)
    for command in (*_COMMON, *modem.vendor.setup, "AT+CREG=1", "AT+CGREG=1", "AT+CEREG=1"):
        _tolerated(ask(command, timings.command))
    if modem.vendor.digits is not None:
        modem.reports_digits = _tolerated(ask(modem.vendor.digits, timings.command)).ok
    if replies.calls(_tolerated(ask("AT+CLCC", timings.command))):  # left over from before we were started
        _tolerated(ask("AT+CHUP", timings.hang_up))


def look(ask: Ask, modem: Modem, timings: Timings) -> None:
    """Registration, operator and signal as they are now."""
    for domain in ("CREG", "CGREG", "CEREG"):
        stat = replies.registration(_tolerated(ask(f"AT+{domain}?", timings.command)), domain)
        if stat is not None:
            modem.stats[domain] = stat
    if replies.registered(modem.stats):
        _tolerated(ask("AT+COPS=3,0", timings.registration))
        modem.operator = replies.operator(_tolerated(ask("AT+COPS?", timings.registration)))
    modem.signal = replies.signal(_tolerated(ask("AT+CSQ", timings.command)))


def _answers(reply: Reply) -> bool:
    if reply.error is not None and not isinstance(reply.error, CommandError | LineTimeoutError):
        raise reply.error
    return not isinstance(reply.error, LineTimeoutError)


def _tolerated(reply: Reply) -> Reply:
    """A refusal is an answer; silence and a lost port are not, and end the start-up."""
    if reply.error is not None and not isinstance(reply.error, CommandError):
        raise reply.error
    return reply
