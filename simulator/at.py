"""The AT command interpreter of a modem (ITU-T V.250): lines in, result codes out."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from simulator.line import Faults
from simulator.loop import Loop, Timer
from simulator.terminal import Terminal

CTRL_Z = 0x1A
ESC = 0x1B
LINE_LIMIT = 4096
LATENCY = 0.005  # seconds a command takes

NUMERIC = {"OK": "0", "CONNECT": "1", "RING": "2", "NO CARRIER": "3", "ERROR": "4",
           "NO DIALTONE": "6", "NO DIAL TONE": "6", "BUSY": "7", "NO ANSWER": "8"}  # fmt: skip

CME_TEXTS = {
    0: "phone failure", 3: "operation not allowed", 4: "operation not supported",
    10: "SIM not inserted", 11: "SIM PIN required", 12: "SIM PUK required", 13: "SIM failure",
    16: "incorrect password", 21: "invalid index", 30: "no network service", 50: "incorrect parameters",
}  # fmt: skip


class Form(Enum):
    """How a command was written: +X, +X=1, +X? or +X=?"""

    RUN = "run"
    SET = "set"
    READ = "read"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line. `text` is what follows its name (or `=`)."""

    name: str
    form: Form
    text: str = ""

    def written(self) -> str:
        """The command as the box wrote it."""
        if self.form in (Form.READ, Form.TEST):
            return self.name + ("?" if self.form is Form.READ else "=?")
        return f"{self.name}{'=' if self.form is Form.SET and len(self.name) > 1 else ''}{self.text}"

    @property
    def args(self) -> list[str]:
        """The values between the commas, without quotes."""
        return [part.strip().strip('"') for part in re.findall(r'(?:^|,)((?:"[^"]*"|[^,"])*)', self.text)]

    def number(self, index: int, default: int = 0) -> int:
        """Argument `index` as a number. Raises AtError when it is none."""
        args = self.args
        if index >= len(args) or not args[index]:
            return default
        if not args[index].lstrip("-").isdigit():
            raise AtError(50)
        return int(args[index])


class AtError(Exception):
    """A command failed: with a +CME or +CMS code, or plain ERROR."""

    def __init__(self, code: int | None = None, family: str = "CME") -> None:
        super().__init__(f"+{family} ERROR: {code}")
        self.code = code
        self.family = family


@dataclass(frozen=True, slots=True)
class Final:
    """An answer that does not end in OK. An empty result: `finish` will be called later."""

    result: str
    lines: list[str] = field(default_factory=list)


LATER = Final("")
SILENT = Final("-")  # no result code at all

Handler = Callable[[Command], "list[str] | Final"]


class AtInterpreter:
    """Reads command lines from a terminal and answers them, one at a time.

    `find` gives the handler of a command name or None. Unsolicited lines wait while a command is
    being answered, unless the fault says otherwise.
    """

    def __init__(
        self, loop: Loop, faults: Faults,
        find: Callable[[str], Handler | None], unknown: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.terminal: Terminal | None = None
        self.echo = True
        self.quiet = False
        self.verbose = True
        self.cmee = 0
        self.latency = LATENCY
        self.on_abort: Callable[[], None] | None = None  # a byte came while a command was running
        self._loop = loop
        self._faults = faults
        self._find = find
        self._unknown = unknown
        self._timer: Timer | None = None
        self.reset()

    def reset(self) -> None:
        """As after power on."""
        self.echo, self.quiet, self.verbose, self.cmee = True, False, True, 0
        self.on_abort = None
        self._text = bytearray()
        self._lines: deque[str] = deque()
        self._commands: deque[Command] = deque()
        self._info: list[str] = []
        self._running = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._unsolicited: deque[bytes] = deque()
        self._prompt: Callable[[bytes | None], None] | None = None

    # ------------------------------------------------------------------------------------- input

    def feed(self, data: bytes) -> None:
        """Bytes from the box, however they were cut."""
        if self._faults.silent:
            return
        if self.echo and self.terminal is not None:
            self.terminal.write(bytes(byte for byte in data if byte not in (ESC, CTRL_Z)))
        if self._running and self.on_abort is not None and data.strip(b"\r\n\0"):
            abort, self.on_abort = self.on_abort, None
            abort()
            return
        for byte in data:
            self._take(byte)

    def _take(self, byte: int) -> None:
        if self._prompt is not None:
            self._take_for_prompt(byte)
        elif byte == 0x0D:
            line = self._text.decode("latin-1")
            self._text.clear()
            self._lines.append(line)
            self._next_line()
        elif byte == ESC:
            self._text.clear()
        elif byte not in (0x0A, 0x00) and len(self._text) < LINE_LIMIT:
            self._text.append(byte)

    def _take_for_prompt(self, byte: int) -> None:
        if byte not in (CTRL_Z, ESC):
            self._text.append(byte)
            return
        text, then = bytes(self._text), self._prompt
        self._text.clear()
        self._prompt = None
        if then is not None:
            then(text if byte == CTRL_Z else None)

    def prompt(self, then: Callable[[bytes | None], None]) -> Final:
        """Ask for text as +CMGS does; `then` gets it, or None when it was escaped, and must `finish`."""

        def show() -> None:
            self._prompt = then
            self._text.clear()
            self._send(b"\r\n> ")

        self._loop.later(self.latency + self._faults.answer_delay, show)
        return LATER

    # --------------------------------------------------------------------------------- commands

    def _next_line(self) -> None:
        while self._lines and not self._running:
            match = re.search(r"AT", self._lines.popleft(), re.IGNORECASE)
            if match is None:
                continue
            body = match.string[match.end() :].strip()
            self._commands = deque(split_commands(body))
            self._running = True
            self._info = []
            self._timer = self._loop.later(self.latency + self._faults.answer_delay, self._next_command)

    def _next_command(self) -> None:
        self._timer = None
        while self._commands:
            command = self._commands.popleft()
            try:
                answer = self._answer(command)
            except AtError as error:
                self.finish(self._error_text(error))
                return
            if isinstance(answer, Final):
                if answer is not LATER:
                    self.finish(answer.result, answer.lines)
                return
            self._info += answer
        self.finish("OK")

    def _answer(self, command: Command) -> list[str] | Final:
        handler = self._find(command.name)
        if handler is None:
            self._unknown(command.written())
            raise AtError(4 if command.form is Form.TEST else None)
        return handler(command)

    def _error_text(self, error: AtError) -> str:
        if error.code is None or (error.family == "CME" and self.cmee == 0):
            return "ERROR"
        if error.family == "CME" and self.cmee == 2:
            return f"+CME ERROR: {CME_TEXTS.get(error.code, 'unknown')}"
        return f"+{error.family} ERROR: {error.code}"

    def finish(self, result: str, lines: list[str] | None = None) -> None:
        """End the running command with a result code, after its information lines."""
        if not self._running:  # the modem was reset in between
            return
        info, self._info = self._info + (lines or []), []
        more = list(self._commands) if result == "OK" else []
        if more:
            self._info = info
            self._next_command()
            return
        self._commands.clear()
        self.on_abort = None
        self._running = False
        if info:
            self._send(self._text_block(info))
        if result != SILENT.result and not self.quiet:
            self._send(self._result(result))
        while self._unsolicited:
            self._send(self._unsolicited.popleft())
        self._next_line()

    def fail(self, error: AtError) -> None:
        """End the running command with an error."""
        self.finish(self._error_text(error))

    @property
    def running(self) -> bool:
        """True between a command and its result code."""
        return self._running

    # ----------------------------------------------------------------------------------- output

    def _text_block(self, lines: list[str]) -> bytes:
        head, tail = ("\r\n", "\r\n") if self.verbose else ("", "\r\n")
        return (head + "\r\n".join(lines) + tail).encode("latin-1", "replace")

    def _result(self, result: str) -> bytes:
        if self.verbose or result not in NUMERIC:
            return f"\r\n{result}\r\n".encode("latin-1", "replace")
        return f"{NUMERIC[result]}\r".encode()

    def intermediate(self, line: str) -> None:
        """A result code while a command is still running (RINGING, CONNECT)."""
        self._send(self._result(line))

    def unsolicited(self, *lines: str) -> None:
        """Say something the box did not ask for, several lines in one go."""
        data = b"".join(self._result(line) for line in lines)
        if self._running and not self._faults.unsolicited_anywhere:
            self._unsolicited.append(data)
        else:
            self._send(data)

    def _send(self, data: bytes) -> None:
        if self.terminal is not None and not self._faults.silent:
            self.terminal.write(data)


_EXTENDED = re.compile(r'([-+^#$*%][A-Z0-9]+)((?:"[^"]*"|[^;"])*);?', re.IGNORECASE)
_BASIC = re.compile(r"([&\\]?[A-Z])(=?\?|\d*)", re.IGNORECASE)
_REGISTER = re.compile(r"(S\d+)(\?|=\d*)?", re.IGNORECASE)
_DIAL = re.compile(r"D([^;]*;?)", re.IGNORECASE)


def split_commands(body: str) -> list[Command]:
    """The commands of one line. What cannot be read becomes a command of that name, hence unknown."""
    commands = []
    while body:
        for pattern, make in ((_DIAL, _dial), (_REGISTER, _basic), (_EXTENDED, _extended), (_BASIC, _basic)):
            match = pattern.match(body)
            if match:
                commands.append(make(match))
                body = body[match.end() :].lstrip(" ;")
                break
        else:
            commands.append(Command(body, Form.RUN))
            break
    return commands


def _dial(match: re.Match[str]) -> Command:
    return Command("D", Form.SET, match.group(1))


def _basic(match: re.Match[str]) -> Command:
    name, rest = match.group(1).upper(), match.group(2) or ""
    if rest in ("?", "=?"):
        return Command(name, Form.READ if rest == "?" else Form.TEST)
    if rest.startswith("="):
        return Command(name, Form.SET, rest[1:])
    return Command(name, Form.SET if rest else Form.RUN, rest)


def _extended(match: re.Match[str]) -> Command:
    name, rest = match.group(1).upper(), match.group(2).strip()
    if rest in ("?", "=?"):
        return Command(name, Form.READ if rest == "?" else Form.TEST)
    if rest.startswith("="):
        return Command(name, Form.SET, rest[1:])
    return Command(name, Form.SET if rest else Form.RUN, rest)
