"""pjsua2's Endpoint: how PJSIP is set up, and how it is brought down in order."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import _pjsua2
import pjsua2
from cffi import FFI

from appliance.contract.audio import SAMPLE_RATE
from appliance.contract.errors import MediaError

if TYPE_CHECKING:
    from appliance.media.engine import EngineConfig

log = logging.getLogger(__name__)
_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO}
_MOST_CALLS = 80  # PJSUA_MAX_CALLS of the build (image-build/pjsua2/config_site.h)


class _Log(pjsua2.LogWriter):
    """PJSIP's lines in our log; called on the engine's thread only (mainThreadOnly)."""

    def write(self, entry: Any) -> None:
        log.log(_LEVELS.get(entry.level, logging.DEBUG), "PJSIP: %s", entry.msg.strip())


def _hush() -> None:
    """PJSIP logs to stdout until its log is set up; tell it not to, where the module shows the symbol."""
    ffi = FFI()
    ffi.cdef("void pj_log_set_level(int level);")
    try:
        module: Any = ffi.dlopen(_pjsua2.__file__)
        module.pj_log_set_level(0)
    except (OSError, AttributeError):
        log.debug("PJSIP's first lines go to the standard output")


def create(config: EngineConfig) -> tuple[Any, int]:
    """A running Endpoint with a bridge clocked at 8 kHz, and its SIP port. MediaError when PJSIP refuses."""
    _hush()
    endpoint = pjsua2.Endpoint()
    try:
        endpoint.libCreate()
        endpoint.libInit(_settings(config))
        port = _transports(endpoint, config)
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
        _choose_codecs(endpoint, config.codecs)
    except pjsua2.Error as error:
        reason = error.reason
        destroy(endpoint)
        raise MediaError(f"The media engine could not start on {config.address}: {reason}.") from None
    return endpoint, port


def _settings(config: EngineConfig) -> Any:
    settings = pjsua2.EpConfig()
    agent = settings.uaConfig
    agent.userAgent = "Callbox"
    agent.maxCalls = _MOST_CALLS
    agent.threadCnt = 0
    agent.mainThreadOnly = True  # every callback comes out of libHandleEvents
    agent.stunTryIpv6 = False
    media = settings.medConfig
    media.clockRate = media.sndClockRate = SAMPLE_RATE  # no resampling anywhere
    media.audioFramePtime = 20
    media.ptime = 20
    media.quality = 1
    media.ecTailLen = 0
    media.noVad = True  # silence is sent: a far end takes a pause for a fault
    media.threadCnt = 1  # RTP is received by PJSIP's own thread, without the interpreter
    media.jbInit, media.jbMinPre, media.jbMaxPre, media.jbMax = 20, 20, 60, 200  # ms
    settings.logConfig.level = config.log_level
    settings.logConfig.consoleLevel = 0
    settings.logConfig.msgLogging = 0
    settings.logConfig.writer = _Log().__disown__()  # the library destroys it
    return settings


def _transports(endpoint: Any, config: EngineConfig) -> int:
    where = pjsua2.TransportConfig()
    where.boundAddress = config.address
    where.port = config.sip_port
    number = endpoint.transportCreate(pjsua2.PJSIP_TRANSPORT_UDP, where)
    port = int(endpoint.transportGetInfo(number).localName.rpartition(":")[2])
    if config.tcp:
        where.port = port
        endpoint.transportCreate(pjsua2.PJSIP_TRANSPORT_TCP, where)
    return port


def _choose_codecs(endpoint: Any, codecs: tuple[str, ...]) -> None:
    for codec in endpoint.codecEnum2():
        rank = next((n for n, name in enumerate(codecs) if codec.codecId.startswith(name)), None)
        endpoint.codecSetPriority(codec.codecId, 0 if rank is None else 255 - rank)


def stop_clock(endpoint: Any) -> None:
    """No frame callback runs after this."""
    try:
        endpoint.audDevManager().setNoDev()
    except pjsua2.Error as error:
        log.error("The bridge's clock could not be stopped: %s", error.info())


def destroy(endpoint: Any) -> None:
    """Bring PJSIP down; every object of it must be gone, except what it owns itself."""
    if endpoint is None:
        return
    try:
        endpoint.libDestroy()
    except pjsua2.Error as error:
        log.error("PJSIP did not come down in order: %s", error.info())
