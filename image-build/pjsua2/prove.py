"""Proves a pjsua2 module where it will run: a TLS transport opens; 64 calls in PCMU are up and heard at once.

Both fail in silence when PJSIP was built wrongly: TLS is left out, or limits are too small. Two processes,
because one has no room for both ends of so many calls.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import pjsua2

CALLS = 64
DEADLINE = 240.0  # seconds; for a foreign processor on a busy machine
QUIET = 0  # a level of 0 to 255


def endpoint() -> tuple[Any, int]:
    """PJSIP with one UDP transport on a port of its own choice, PCMU only, no sound device."""
    config = pjsua2.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 0
    config.uaConfig.maxCalls = CALLS
    config.uaConfig.threadCnt = 0
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    end = pjsua2.Endpoint()
    end.libCreate()
    end.libInit(config)
    transport = pjsua2.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    udp = end.transportCreate(pjsua2.PJSIP_TRANSPORT_UDP, transport)
    end.transportCreate(pjsua2.PJSIP_TRANSPORT_TLS, transport)
    end.libStart()
    end.audDevManager().setNullDev()
    for codec in end.codecEnum2():
        end.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMU/") else 0)
    return end, int(end.transportGetInfo(udp).localName.rsplit(":", 1)[1])


def account(kind: type, port: int) -> Any:
    """An account that registers nowhere, with sound on the loopback."""
    config = pjsua2.AccountConfig()
    config.idUri = f"sip:prove@127.0.0.1:{port}"
    config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
    config.mediaConfig.transportConfig.port = 20000 + os.getpid() % 20000
    config.mediaConfig.transportConfig.portRange = 1000
    made = kind()
    made.create(config)
    return made


class Answered(pjsua2.Call):  # type: ignore[misc]
    """A call of the called side: it hears a tone."""

    tone: Any

    def onCallMediaState(self, prm: object) -> None:
        self.tone.startTransmit(self.getAudioMedia(-1))


class Called(pjsua2.Account):  # type: ignore[misc]
    """Answers everybody."""

    calls: list[Any]

    def onIncomingCall(self, prm: Any) -> None:
        call = Answered(self, prm.callId)
        self.calls.append(call)
        answer = pjsua2.CallOpParam()
        answer.statusCode = 200
        call.answer(answer)


def answer(told: int) -> None:
    """The called side; for ever."""
    end, port = endpoint()
    tone = pjsua2.ToneGenerator()
    tone.createToneGenerator(8000, 1)
    one = pjsua2.ToneDesc()
    one.freq1, one.on_msec, one.off_msec = 1000, 1000, 0
    tones = pjsua2.ToneDescVector()
    tones.append(one)
    tone.play(tones, True)
    Answered.tone, Called.calls = tone, []
    keep = account(Called, port)
    os.write(told, f"{port}\n".encode())
    while keep is not None:
        end.libHandleEvents(10)


class Placed(pjsua2.Call):  # type: ignore[misc]
    """A call of the calling side. What comes goes to the null device: only then has it a level."""

    sink: Any

    def onCallMediaState(self, prm: object) -> None:
        self.getAudioMedia(-1).startTransmit(self.sink)


def heard(call: Any) -> bool:
    """Whether sound comes from the other end."""
    if call.getInfo().state != pjsua2.PJSIP_INV_STATE_CONFIRMED:
        return False
    try:
        return int(call.getAudioMedia(-1).getTxLevel()) > QUIET
    except pjsua2.Error:
        return False  # the media is not up yet


def call(port: int) -> int:
    """The calling side; how many of the calls are up and heard."""
    end, mine = endpoint()
    caller = account(pjsua2.Account, mine)
    Placed.sink = end.audDevManager().getPlaybackDevMedia()
    calls = []
    for _ in range(CALLS):
        made = Placed(caller)
        options = pjsua2.CallOpParam(True)
        options.opt.videoCount = options.opt.textCount = 0
        made.makeCall(f"sip:prove@127.0.0.1:{port}", options)
        calls.append(made)
        end.libHandleEvents(1)
    until, good = time.monotonic() + DEADLINE, 0
    while time.monotonic() < until and good < CALLS:
        end.libHandleEvents(10)
        good = sum(heard(one) for one in calls)
    return good


def main() -> int:
    """0 when all calls were heard."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        answer(write)
    try:
        started = time.monotonic()
        good = call(int(os.read(read, 16)))
        took = time.monotonic() - started
        sys.stdout.write(f"TLS opens; {good} of {CALLS} calls heard after {took:.1f} s\n")
        sys.stdout.flush()
    finally:
        os.kill(child, signal.SIGKILL)
    os._exit(0 if good == CALLS else 1)  # PJSIP's own end takes its time


if __name__ == "__main__":
    sys.exit(main())
