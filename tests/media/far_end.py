"""The other end of a SIP call, as a program: answers every call and plays the tone its user part names.

`python far_end.py` prints its SIP port; `sip:1000@…` is answered with a tone of 1000 Hz, `sip:0@…` with
the audio it receives (echo). It ends when its standard input is closed.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pjsua2

from appliance.contract.events import Event
from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from tests.media.rig import rtp_port


class _Call(pjsua2.Call):
    def __init__(self, account: Any, number: int, pitch: int, calls: dict[int, Any]) -> None:
        super().__init__(account, number)
        self._pitch, self._calls = pitch, calls
        self._tone: Any = None

    def onCallMediaState(self, _param: Any) -> None:
        audio = self.getAudioMedia(-1)
        if self._pitch == 0:
            audio.startTransmit(audio)
            return
        if self._tone is None:
            self._tone = pjsua2.ToneGenerator()
            self._tone.createToneGenerator(8000, 1)
            tone = pjsua2.ToneDesc()
            tone.freq1, tone.on_msec, tone.off_msec, tone.volume = self._pitch, 1000, 0, 8000
            tones = pjsua2.ToneDescVector()
            tones.append(tone)
            self._tone.play(tones, True)
        self._tone.startTransmit(audio)

    def onCallState(self, _param: Any) -> None:
        if self.getInfo().state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            self._calls.pop(self.getId(), None)


class _Account(pjsua2.Account):
    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[int, Any] = {}
        config = pjsua2.AccountConfig()
        config.idUri = "sip:far@127.0.0.1"
        config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
        config.mediaConfig.transportConfig.port = rtp_port()
        config.mediaConfig.transportConfig.portRange = 1000
        self.create(config)

    def onIncomingCall(self, param: Any) -> None:
        pitch = int(param.rdata.wholeMsg.split(" ", 2)[1].split(":")[1].split("@")[0])
        call = _Call(self, param.callId, pitch, self.calls)
        self.calls[param.callId] = call
        answer = pjsua2.CallOpParam()
        answer.statusCode = 200
        answer.opt.textCount = answer.opt.videoCount = 0
        call.answer(answer)


def _forget(_event: Event) -> None:
    """Nothing here listens for events."""


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    sounds = SoundLibrary(folder / "cache", folder / "uploads")
    engine = Engine(EngineConfig(folder / "recordings"), _forget, sounds)
    engine.start()
    kept: list[_Account] = []
    ready = threading.Event()
    engine.submit(lambda: kept.append(_Account()))
    engine.submit(ready.set)
    ready.wait()
    sys.stdout.write(f"{engine.sip_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    engine.submit(lambda: kept[0].calls.clear())
    engine.submit(kept.clear)
    engine.stop()


if __name__ == "__main__":
    main()
