"""Commands as they leave and replies as they come back (ITU-T V.250 5.7, 3GPP TS 27.007 9, 27.005 3.2.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.contract.errors import CommandError, ContractError, LineError

#: The words that end any command's reply.
FINALS = frozenset({"OK", "ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"})  # the last two: Huawei
_REFUSALS = (FINALS - {"OK"}) | {"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE"}
_NUMBERED = re.compile(r"\+(CME|CMS) ERROR: *(.*)")
_NAME = re.compile(r"AT([+^*$#%&][A-Z0-9_]+)", re.IGNORECASE)
_PREFIXED = re.compile(r"[+^*%$#&_][A-Z0-9_]+ ?:", re.IGNORECASE)
_REGISTRATION = re.compile(r"\+C(5G|E|G)?REG$")
_REGISTRATION_READ = re.compile(r"[^:]*: *\d+ *, *\d{1,2} *(,|$)")
#: The texts of AT+CMEE=2 for the codes we act upon, 3GPP TS 27.007 9.2.1.
_CME_TEXTS = {
    "operation not allowed": 3,
    "operation not supported": 4,
    "sim not inserted": 10,
    "sim pin required": 11,
    "sim puk required": 12,
    "sim failure": 13,
    "sim busy": 14,
    "sim wrong": 15,
    "incorrect password": 16,
    "no network service": 30,
    "unknown": 100,
}


class CmeError(CommandError):
    """`+CME ERROR`: the modem's equipment or SIM refused; codes of 3GPP TS 27.007 9.2."""


class CmsError(CommandError):
    """`+CMS ERROR`: the message service refused; codes of 3GPP TS 27.005 3.2.5."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one command: its information lines, the word that ended it, and its error if it failed."""

    command: str
    final: str = ""
    lines: tuple[str, ...] = ()
    error: LineError | None = None

    @property
    def ok(self) -> bool:
        return self.error is None

    def value(self, prefix: str) -> str | None:
        """The text after `prefix:` of the first line that has it, e.g. `value("+CSQ")`."""
        for line in self.lines:
            if line.startswith(prefix + ":"):
                return line[len(prefix) + 1 :].strip()
        return None

    def values(self, prefix: str) -> list[str]:
        """The texts after `prefix:` of all lines that have it, e.g. `values("+CLCC")`."""
        return [line[len(prefix) + 1 :].strip() for line in self.lines if line.startswith(prefix + ":")]

    def check(self) -> Reply:
        """Itself, or its error raised."""
        if self.error is not None:
            raise self.error
        return self


Done = Callable[[Reply], None]
#: Takes bytes of a raw stream; returns None while it goes on, or at its end the bytes that came after it.
RawSink = Callable[[bytes], bytes | None]


@dataclass(slots=True)
class Command:
    """One command in the queue or on the wire."""

    text: str
    timeout: float
    done: Done | None = None
    finals: frozenset[str] = frozenset()
    prompt: bytes | None = None
    raw: RawSink | None = None
    after_raw: Done | None = None
    lines: list[str] = field(default_factory=list)
    deadline: float = 0.0
    name: str = ""
    sets: bool = False

    def __post_init__(self) -> None:
        found = _NAME.match(self.text)
        self.name = found[1].upper() if found else ""
        assigned = self.text.partition("=")[2]
        dials = self.text[:3].upper() in ("ATD", "ATA")
        self.sets = dials or (bool(assigned) and not assigned.startswith("?"))

    def is_final(self, line: str) -> bool:
        return line in FINALS or line in self.finals or _NUMBERED.match(line) is not None

    def owns(self, line: str) -> bool:
        """Whether `line` bears this command's own name and can be its answer."""
        if not self.name or not line.upper().startswith(self.name + ":"):
            return False
        if _REGISTRATION.match(self.name):  # +CREG: <n>,<stat> answers; +CREG: <stat>[,<lac>] reports
            return not self.sets and _REGISTRATION_READ.match(line) is not None
        return True

    def takes(self, line: str) -> bool:
        """Whether a line that nobody else claims can be an information line of this command."""
        return not self.sets and not _PREFIXED.match(line)

    def ended(self, final: str) -> Reply:
        return Reply(self.text, final, tuple(self.lines), refusal(self.text, final))

    def failed(self, error: LineError) -> Reply:
        return Reply(self.text, "", tuple(self.lines), error)


def refusal(command: str, final: str) -> CommandError | None:
    """The error a final result stands for; None for OK and the words a command takes as success."""
    name = command.partition("=")[0][:16]
    if found := _NUMBERED.match(final):
        kind: type[CommandError] = CmeError if found[1] == "CME" else CmsError
        text = found[2].strip()
        code = int(text) if text.isascii() and text.isdigit() else _CME_TEXTS.get(text.lower())
        return kind(f"The modem refused {name}: {found[1]} error {text}.", code)
    if final in _REFUSALS:
        return CommandError(f"The modem refused {name}: {final}.")
    return None


def parameter(text: str) -> str:
    """The text itself where it is safe inside a command: printable ASCII without `"`, `;` and line ends."""
    if not text.isascii() or not text.isprintable() or any(letter in '";' for letter in text):
        raise ContractError("This text cannot be part of a modem command.")
    return text


def checked(command: str) -> str:
    """The command itself where it is one line of printable ASCII."""
    if not command.isascii() or not command.isprintable():
        raise ContractError("A modem command is one line of printable ASCII.")
    return command
