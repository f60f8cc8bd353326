"""The modem's port as the worker sees it: every reply and every report comes back as a job of the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from appliance.contract.errors import LineTransientError
from drivers.at_channel import AtChannel, Reply
from drivers.at_channel.black_box import BlackBox
from drivers.worker import Worker

Replied = Callable[[Reply], None]


class Commands(Protocol):
    """What a call needs of the modem's port."""

    def command(
        self,
        text: str,
        timeout: float,
        done: Replied | None = None,
        *,
        finals: Iterable[str] = (),
        urgent: bool = False,
    ) -> None:
        """Queue a command; `done` runs on the worker, once."""

    def abort(self) -> None:
        """Send the key that aborts a dial command which is still pending (V.250 5.6.1)."""


class LinkOwner(Protocol):
    """Who is told what the modem says by itself; all on the worker. `at` is when it came (Worker.now)."""

    def line_came(self, line: str, at: float) -> None: ...

    def port_lost(self, error: LineTransientError) -> None: ...

    def noise_came(self, count: int, at: float) -> None: ...


class Link:
    """Opens the port anew each time it is lost; what an old port still says is ignored."""

    def __init__(self, name: str, port: str, baud: int, worker: Worker, owner: LinkOwner) -> None:
        self._name, self._port, self._baud = name, port, baud
        self._worker, self._owner = worker, owner
        self._channel: AtChannel | None = None
        self._box = BlackBox()
        self.is_urc: Callable[[str], bool] = lambda line: False

    def open(self) -> None:
        """Take the port; LineTransientError when it is not there or not free."""
        self.close()
        channel: AtChannel | None = None

        def relay(job: Callable[[], None]) -> None:
            self._worker.post(lambda: job() if channel is self._channel else None)

        channel = AtChannel(
            self._name,
            self._port,
            on_line=lambda line: relay(partial(self._owner.line_came, line, self._worker.now())),
            on_lost=lambda error: relay(lambda: self._owner.port_lost(error)),
            on_garbage=lambda count: relay(partial(self._owner.noise_came, count, self._worker.now())),
            is_urc=lambda line: self.is_urc(line),
            baud=self._baud,
            black_box=self._box,
        )
        channel.open()
        self._channel = channel

    def close(self) -> None:
        """Give the port back. Any thread; a pending `ask` ends at once."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def note(self, text: str) -> None:
        """Write a remark into the black box."""
        self._box.note("!", text)

    def black_box(self) -> list[str]:
        return self._box.lines()

    def ask(self, text: str, timeout: float) -> Reply:
        """A command and its reply; blocks the worker, so only while no call is up."""
        channel = self._channel
        if channel is None:
            return Reply(text, error=LineTransientError(f"{self._name}: the modem's port is not open."))
        return channel.ask(text, timeout)

    def command(
        self,
        text: str,
        timeout: float,
        done: Replied | None = None,
        *,
        finals: Iterable[str] = (),
        urgent: bool = False,
        prompt: bytes | None = None,
        direct: bool = False,
    ) -> None:
        """Queue a command. `prompt` is written when the modem prompts with `> ` (TS 27.005 3.5.1).

        `done` runs on the worker, which drops it when the line is stopped first. With `direct` it runs
        always: on the port's thread, or on the caller's when the port is not open; it must return at once.
        """
        relay = _told if direct else self._relay
        channel = self._channel
        if channel is None:
            relay(done, Reply(text, error=LineTransientError(f"{self._name}: the modem's port is not open.")))
            return
        channel.command(
            text, timeout, lambda reply: relay(done, reply), finals=finals, urgent=urgent, prompt=prompt
        )

    def abort(self) -> None:
        if self._channel is not None:
            self._channel.write_raw(b"\r")

    def _relay(self, done: Replied | None, reply: Reply) -> None:
        if done is not None:
            self._worker.post(lambda: done(reply))


def _told(done: Replied | None, reply: Reply) -> None:
    if done is not None:
        done(reply)
