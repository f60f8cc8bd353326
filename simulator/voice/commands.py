"""The commands of a V.253 voice modem."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator import sound
from simulator.at import LATER, AtError, Command, Final, Form, Handler
from simulator.call import CallState
from simulator.settings import Settings
from simulator.sound import Coding
from simulator.voice.dialer import Dialer
from simulator.voice.parameters import SETTINGS
from simulator.voice.stream import Mode

if TYPE_CHECKING:
    from simulator.voice.modem import VoiceModem

VOICE = "8"
CLASSES = ("0", "1", VOICE)
GAP_SECONDS = 0.07
IGNORED = ("&F", "&W", "&D", "&C", "&K", "&S", "X", "L", "M", "N", "W", "B", "\\N", "\\V", "%C", "S", "+VIP")


class VoiceCommands:
    """The command side of one modem."""

    def __init__(self, modem: VoiceModem) -> None:
        self.settings = Settings(SETTINGS)
        self.dialer = Dialer(modem)
        self.fclass = "0"
        self._modem = modem
        self._coding = self._default_coding()
        self._handlers = self._all()

    def reset(self) -> None:
        """As after power on."""
        self.fclass = "0"
        self.settings.reset()
        self._coding = self._default_coding()
        self.dialer.forget()

    @property
    def voice_class(self) -> bool:
        return self.fclass == VOICE

    def find(self, name: str) -> Handler | None:
        return self._handlers.get(name)

    def _default_coding(self) -> Coding:
        return self._modem.family.codings[0]

    def _all(self) -> dict[str, Handler]:
        family = self._modem.family
        texts = {
            "+GMI": family.manufacturer, "+GMM": family.model, "+GMR": family.revision,
            "+FMI": family.manufacturer, "+FMM": family.model, "+FMR": family.revision,
            "+VBQ": "1024", "+GCAP": "+GCAP: +FCLASS,+V",
        }  # fmt: skip
        handlers = self.settings.handlers() | {name: self._say(text) for name, text in texts.items()}
        handlers |= dict.fromkeys(IGNORED, self._nothing)
        return handlers | {
            "I": self._ati, "E": self._ate, "Q": self._atq, "V": self._atv, "Z": self._atz, "H": self._ath,
            "A": self._ata, "D": self._atd, "+FCLASS": self._fclass, "+VLS": self._vls, "+VSM": self._vsm,
            "+VTX": self._vtx, "+VRX": self._vrx, "+VTR": self._vtr, "+VTS": self._vts,
        }  # fmt: skip

    @staticmethod
    def _say(text: str) -> Handler:
        return lambda command: [] if command.form is Form.TEST else [text]

    @staticmethod
    def _nothing(command: Command) -> list[str] | Final:
        return []

    # ------------------------------------------------------------------------------------ plain ones

    def _ati(self, command: Command) -> list[str] | Final:
        number = command.number(0)
        if number > 9:
            raise AtError
        return [self._modem.family.idents.get(number, self._modem.family.model)]

    def _ate(self, command: Command) -> list[str] | Final:
        self._modem.at.echo = command.number(0) == 1
        return []

    def _atq(self, command: Command) -> list[str] | Final:
        self._modem.at.quiet = command.number(0) == 1
        return []

    def _atv(self, command: Command) -> list[str] | Final:
        self._modem.at.verbose = command.number(0) == 1
        return []

    def _atz(self, command: Command) -> list[str] | Final:
        self._modem.hang_up()
        self.reset()
        self._modem.at.echo, self._modem.at.verbose = True, True
        return []

    # ------------------------------------------------------------------------------------------ hook

    def _ath(self, command: Command) -> list[str] | Final:
        if command.number(0) == 1:
            self._modem.seize()
        else:
            self._modem.hang_up()
        return []

    def _ata(self, command: Command) -> list[str] | Final:
        call = self._modem.call
        if not self.voice_class or call is None or call.state is not CallState.RINGING:
            return Final("NO CARRIER")
        self._modem.seize()
        return Final("VCON")

    def _atd(self, command: Command) -> list[str] | Final:
        if not self.voice_class:
            return Final("NO CARRIER")
        return self.dialer.dial(command.text)

    def _fclass(self, command: Command) -> list[str] | Final:
        if command.form is Form.READ:
            return [self.fclass]
        if command.form is Form.TEST:
            return [",".join(CLASSES)]
        if command.text not in CLASSES:
            raise AtError
        if command.text != VOICE:
            self._modem.hang_up()
        self.fclass = command.text
        return []

    def _vls(self, command: Command) -> list[str] | Final:
        modes = self._modem.family.line_modes
        if command.form is Form.TEST:
            return [f"({','.join(map(str, modes))})"]
        if command.form is Form.READ:
            return [str(int(self._modem.off_hook))]
        mode = command.number(0)
        if not self.voice_class or mode not in modes:
            raise AtError
        if mode in (1, 5, 7):  # the telephone line, with or without loudspeaker
            self._modem.seize()
        else:
            self._modem.hang_up()
        return []

    # ----------------------------------------------------------------------------------------- voice

    def _vsm(self, command: Command) -> list[str] | Final:
        codings = self._modem.family.codings
        if command.form is Form.TEST:
            return [coding.row() for coding in codings]
        if command.form is Form.READ:
            return [f"{self._coding.method},8000,0,0"]
        found = [coding for coding in codings if coding.method == command.number(0, -1)]
        if not found or command.number(1, 8000) != 8000:
            raise AtError
        self._coding = found[0]
        return []

    def _vtx(self, command: Command) -> list[str] | Final:
        return self._begin(Mode.TRANSMIT, command)

    def _vrx(self, command: Command) -> list[str] | Final:
        return self._begin(Mode.RECEIVE, command)

    def _vtr(self, command: Command) -> list[str] | Final:
        return self._begin(Mode.DUPLEX, command)

    def _begin(self, mode: Mode, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return []
        if not self.voice_class or not self._modem.off_hook:
            raise AtError
        self._modem.at.intermediate("CONNECT")
        self._modem.stream.begin(mode, self._coding)
        return LATER

    def _vts(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["(200-3000),(200-3000),(0-255)"]
        if not self.voice_class or not self._modem.off_hook:
            raise AtError
        duration = self.settings.number("+VTD") / 100
        frames: list[bytes] = []
        for part in re.findall(r"\[[^\]]*\]|\{[^}]*\}|[^,\[{]+", command.text.upper()):
            if part == "!":
                self._modem.flash()
                continue
            frames += sound.frames(_tone_of(part, duration))
        seconds = self._modem.say(frames)
        self._modem.loop.later(seconds, lambda: self._modem.at.finish("OK"))
        return LATER


def _tone_of(part: str, duration: float) -> bytes:
    """One item of +VTS: a digit, `{digit,time}` or `[frequency,frequency,time]`, times in 0.01 s."""
    items = part.strip("[]{}").split(",")
    if part.startswith("["):
        frequencies = [float(item) for item in items[:2] if item.strip().isdigit() and int(item)]
        seconds = int(items[2]) / 100 if len(items) > 2 and items[2].isdigit() else duration
        return sound.tone(frequencies, seconds)
    if items[0] not in sound.DTMF:
        raise AtError
    if len(items) > 1 and items[1].isdigit():
        duration = int(items[1]) / 100
    return sound.tone(sound.DTMF[items[0]], duration, -8.0) + sound.silence(GAP_SECONDS)
