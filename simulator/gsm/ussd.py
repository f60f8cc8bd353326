"""Service codes (+CUSD, 3GPP TS 27.007 section 7.15) in the character set in force (+CSCS)."""

from __future__ import annotations

from collections.abc import Callable

from simulator.at import AtError, AtInterpreter, Command, Final, Form, Handler
from simulator.settings import Settings

ANSWER_SECONDS = 0.5
GSM7, UCS2 = 15, 72


class Ussd:
    """The network's answers to codes: `answers` maps a code to its text; others are not understood."""

    def __init__(
        self, at: AtInterpreter, settings: Settings, require_sim: Callable[[], None],
        later: Callable[[float, Callable[[], None]], object], note: Callable[..., None],
    ) -> None:  # fmt: skip
        self.answers = {"*100#": "Balance: 5.00 EUR", "*101#": "Egyenleg: 12 euró"}
        self._at = at
        self._settings = settings
        self._require_sim = require_sim
        self._later = later
        self._note = note
        self._shown = 0

    def reset(self) -> None:
        self._shown = 0

    def handlers(self) -> dict[str, Handler]:
        return {"+CUSD": self._cusd}

    def _cusd(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+CUSD: (0-2)"]
        if command.form is Form.READ:
            return [f"+CUSD: {self._shown}"]
        self._shown = command.number(0)
        args = command.args
        if len(args) > 1:
            self._require_sim()
            code = self._decode(args[1])
            self._note("ussd", code=code)
            self._later(ANSWER_SECONDS, lambda: self._answer(code))
        return []

    def _wide(self) -> bool:
        return "UCS2" in self._settings["+CSCS"]

    def _decode(self, text: str) -> str:
        if not self._wide():
            return text
        try:
            return bytes.fromhex(text).decode("utf-16-be")
        except ValueError:
            raise AtError(50) from None

    def _answer(self, code: str) -> None:
        text = self.answers.get(code)
        if text is None:
            self._at.unsolicited("+CUSD: 4")
        elif self._wide():
            self._at.unsolicited(f'+CUSD: 0,"{text.encode("utf-16-be").hex().upper()}",{UCS2}')
        elif text.isascii():
            self._at.unsolicited(f'+CUSD: 0,"{text}",{GSM7}')
        else:
            self._at.unsolicited(f'+CUSD: 0,"{text.encode("utf-16-be").hex().upper()}",{UCS2}')
