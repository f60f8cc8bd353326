"""pjsua2's Endpoint: how PJSIP is set up, and how it is brought down in order."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import _pjsua2
import pjsua2

from appliance.contract.audio import SAMPLE_RATE
from appliance.contract.errors import MediaError
from appliance.media import native, priority
from appliance.media._libraries import ffi

if TYPE_CHECKING:
    from appliance.media.engine import EngineConfig

log = logging.getLogger(__name__)
_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO}
_PORT_TRIES = 10
_MOST_CALLS = 80  # PJSUA_MAX_CALLS of the build (image-build/pjsua2/config_site.h)


class _Log(pjsua2.LogWriter):
    """PJSIP's lines in our log; called on the engine's thread only (mainThreadOnly)."""

    def write(self, entry: Any) -> None:
        # Parting a port from a call that has just ended is no error (bridge.stop_transmit).
        level = (
            logging.DEBUG if "pjsua_conf_disconnect" in entry.msg else _LEVELS.get(entry.level, logging.DEBUG)
        )
        log.log(level, "PJSIP: %s", entry.msg.strip())


def _hush() -> None:
    """PJSIP logs to stdout until its log is set up; tell it not to, where the module shows the symbol."""
    try:
        module: Any = ffi.dlopen(_pjsua2.__file__)
        module.pj_log_set_level(0)
    except (OSError, AttributeError):
        log.debug("PJSIP's first lines go to the standard output")


def create(config: EngineConfig) -> tuple[Any, int]:
    """A running Endpoint with a bridge clocked at 8 kHz, and its SIP port. MediaError when PJSIP refuses."""
    _hush()
    ours = priority.threads()
    endpoint = pjsua2.Endpoint()
    reason = ""
    try:
        endpoint.libCreate()
        endpoint.libInit(_settings(config))
        port = _transports(endpoint, config)
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
        _choose_codecs(endpoint, config.codecs)
        priority.raise_since(ours)
    except pjsua2.Error as error:
        reason = error.reason
    if reason:
        destroy(endpoint)
        raise MediaError(f"The media engine could not start on {config.address}: {reason}.")
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
    media.sndAutoCloseTime = -1  # the bridge's clock never rests, whatever PJSIP takes for idle
    media.noVad = True  # silence is sent: a far end takes a pause for a fault
    media.threadCnt = 1  # RTP is received by PJSIP's own thread, without the interpreter
    media.jbInit, media.jbMinPre, media.jbMaxPre, media.jbMax = 20, 20, 60, 200  # ms
    settings.logConfig.level = config.log_level
    settings.logConfig.consoleLevel = config.log_level  # with a writer of ours, this is what it is given
    settings.logConfig.msgLogging = 0
    settings.logConfig.decor = (
        pjsua2.PJ_LOG_HAS_SENDER | pjsua2.PJ_LOG_HAS_SPACE
    )  # the rest our log adds itself
    writer = _Log()
    settings.logConfig.writer = writer
    writer.__disown__()  # the library destroys it
    return settings


def _transports(endpoint: Any, config: EngineConfig) -> int:
    """UDP and TCP on one port; of the ports that are free for one, some are taken for the other."""
    for _ in range(_PORT_TRIES if config.sip_port == 0 else 1):
        number, port = _listen(endpoint, pjsua2.PJSIP_TRANSPORT_UDP, config, config.sip_port)
        if not config.tcp:
            return port
        try:
            _listen(endpoint, pjsua2.PJSIP_TRANSPORT_TCP, config, port)
        except pjsua2.Error:
            endpoint.transportClose(number)
        else:
            return port
    return _listen(endpoint, pjsua2.PJSIP_TRANSPORT_TCP, config, config.sip_port)[1]


def _listen(endpoint: Any, kind: int, config: EngineConfig, port: int) -> tuple[int, int]:
    where = pjsua2.TransportConfig()
    where.boundAddress, where.port = config.address, port
    number = endpoint.transportCreate(kind, where)
    return number, int(endpoint.transportGetInfo(number).localName.rpartition(":")[2])


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
        endpoint.libDestroy(pjsua2.PJSUA_DESTROY_NO_RX_MSG)  # waits for nobody: drivers have hung up
    except pjsua2.Error as error:
        log.error("PJSIP did not come down in order: %s", error.info())
    native.destroy(endpoint)
