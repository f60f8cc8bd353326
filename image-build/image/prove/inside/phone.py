"""A SIP telephone on pjsua2: registers, answers by itself, plays one WAV and records another.

phone.py SERVER EXTENSION PLAY HEARD       the secret is in the environment
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import pjsua2

PLAY, HEARD = sys.argv[3], sys.argv[4]


class Answered(pjsua2.Call):  # type: ignore[misc]
    """A call that was taken."""

    def onCallMediaState(self, prm: object) -> None:
        if self.getInfo().state < pjsua2.PJSIP_INV_STATE_CONFIRMED and getattr(self, "player", None):
            return
        audio = self.getAudioMedia(-1)
        self.player, self.recorder = pjsua2.AudioMediaPlayer(), pjsua2.AudioMediaRecorder()
        self.player.createPlayer(PLAY)
        self.recorder.createRecorder(HEARD)
        self.player.startTransmit(audio)
        audio.startTransmit(self.recorder)

    def onCallState(self, prm: object) -> None:
        if self.getInfo().state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            self.recorder = self.player = None


class Telephone(pjsua2.Account):  # type: ignore[misc]
    """Takes every call."""

    def onIncomingCall(self, prm: Any) -> None:
        self.call = Answered(self, prm.callId)
        answer = pjsua2.CallOpParam()
        answer.statusCode = 200
        self.call.answer(answer)


def main() -> None:
    """Until told to end."""
    server, extension = sys.argv[1:3]
    config = pjsua2.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 1
    config.uaConfig.threadCnt = 0
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    end = pjsua2.Endpoint()
    end.libCreate()
    end.libInit(config)
    end.transportCreate(pjsua2.PJSIP_TRANSPORT_UDP, pjsua2.TransportConfig())
    end.libStart()
    end.audDevManager().setNullDev()
    for codec in end.codecEnum2():
        end.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMU/") else 0)
    account = pjsua2.AccountConfig()
    account.idUri = f"sip:{extension}@{server}"
    account.regConfig.registrarUri = f"sip:{server}"
    account.mediaConfig.transportConfig.port = 40000
    login = pjsua2.AuthCredInfo("digest", "*", extension, 0, os.environ["SECRET"])
    account.sipConfig.authCreds.append(login)
    telephone = Telephone()
    telephone.create(account)
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    while not ended:
        end.libHandleEvents(20)
    os._exit(0)


if __name__ == "__main__":
    main()
