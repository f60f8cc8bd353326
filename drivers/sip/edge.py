"""The line to Kamailio: registrations as they happen, and what it must know of trunks and credentials.

One thread waits for its datagrams and for work, and wakes by itself only for the keep-alive's period. It
keeps the book of registrations, so that a Kamailio that was restarted gets them back and the office goes on.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance.contract.errors import CommandError, LineTransientError
from drivers.sip.kamailio.config import EVENTS_ADDRESS, INNER_ADDRESS
from drivers.sip.kamailio.events import (
    Banned,
    EdgeStarted,
    Registration,
    Unregistered,
    dialogs,
    parse,
    registrations,
)
from drivers.sip.kamailio.rpc import Rpc

log = logging.getLogger(__name__)

_RESTORED_SECONDS = 180  # how long a registration given back holds: no longer than one made by the phone


def end_old_calls(folder: Path) -> None:
    """Calls of a core that was killed: whoever still listens to nothing is told that it is over.

    To be called before the engine opens its SIP port: Kamailio sends a BYE to both sides, and an engine that
    is there would say 481 so soon that the other side's is not sent any more.
    """
    if not folder.is_dir():
        return
    try:
        with contextlib.closing(Rpc(folder)) as rpc:
            for dialog in dialogs(rpc.call("dlg.list")):
                with contextlib.suppress(CommandError):  # it has ended meanwhile
                    if dialog.up:
                        rpc.call("dlg.end_dlg", *dialog.place)
                    else:
                        rpc.call("tm.cancel", dialog.call_id, dialog.cseq)
    except (CommandError, LineTransientError) as error:
        log.info("%s", error)  # no Kamailio, no call


class Edge:
    """Talks to Kamailio on a thread of its own, on which it calls `registered(name, registration)`, with None
    when a handset went away, `started` when Kamailio came up, `tick` every `period` seconds, and `message`
    with a SIP message that Kamailio handed on."""

    def __init__(
        self,
        folder: Path,
        port: int,
        registered: Callable[[str, Registration | None], None],
        started: Callable[[], None],
        tick: Callable[[], None],
        period: float,
        message: Callable[[str], None],
    ) -> None:
        self._registered, self._started, self._tick = registered, started, tick
        self._message = message
        self._period = period
        self._book: dict[str, Registration] = {}
        self._tables: dict[tuple[str, str], str] = {}
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._kamailio = (INNER_ADDRESS, port)
        self._events = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._events.bind((EVENTS_ADDRESS, port))
        self._rpc = Rpc(folder)
        self._thread = threading.Thread(target=self._run, name="sip-edge")

    def start(self) -> None:
        self.submit(self._synchronise)
        self._thread.start()

    def stop(self) -> None:
        self._work.put(None)
        self._wake()
        if self._thread.ident is not None:
            self._thread.join(10)
        self._events.close()
        self._rpc.close()

    def submit(self, work: Callable[[], None]) -> None:
        """Run `work` on the edge's thread."""
        self._work.put(work)
        self._wake()

    # ---- what others want of it, from any thread

    def set_entry(self, table: str, key: str, value: str) -> None:
        """Let Kamailio know `key` in one of its tables, now and after each of its starts."""
        self.submit(lambda: self._set(table, key, value))

    def delete_entry(self, table: str, key: str) -> None:
        """Take it back."""
        self.submit(lambda: self._delete(table, key))

    def reload_credentials(self) -> None:
        """Make Kamailio read the handsets' credentials again; calls go on."""
        self.submit(lambda: self._order("htable.reload", "ha1"))

    def reload_certificate(self) -> None:
        """Make Kamailio read the certificate again; connections there are go on."""
        self.submit(lambda: self._order("tls.reload"))

    def replay(self, name: str) -> None:
        """Say again whether `name` is registered: its handset was made after that was known."""
        self.submit(lambda: self._registered(name, self._book.get(name)))

    def forget(self, name: str) -> None:
        """A handset was removed: its registration goes, too."""
        self.submit(lambda: self._forget(name))

    # ---- on its thread

    def send(self, message: bytes) -> None:
        """Hand Kamailio a SIP message; on the edge's thread only."""
        with contextlib.suppress(ConnectionError):  # it is not there, and says when it is
            self._events.sendto(message, self._kamailio)

    def _wake(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker, contextlib.suppress(OSError):
            waker.sendto(b"", self._events.getsockname())  # no longer there: stopped

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            while not self._work.empty():
                work = self._work.get()
                if work is None:
                    return
                self._safely(work)
            if time.monotonic() >= due:
                due = time.monotonic() + self._period
                self._safely(self._tick)
            self._events.settimeout(max(0.01, due - time.monotonic()))
            try:
                datagram, source = self._events.recvfrom(65535)
            except (TimeoutError, ConnectionError):
                continue
            if source == self._kamailio:
                self._safely(lambda data=datagram: self._take(data))  # type: ignore[misc]

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("the SIP edge's thread met an error")

    def _take(self, datagram: bytes) -> None:
        if datagram.startswith((b"SIP/2.0 ", b"SUBSCRIBE ")):
            self._message(datagram.decode("utf-8", "replace"))
            return
        event = parse(datagram)
        if isinstance(event, Registration):
            self._book[event.name] = event
            self._registered(event.name, event)
        elif isinstance(event, Unregistered):
            if self._book.pop(event.name, None) is not None:
                self._registered(event.name, None)
        elif isinstance(event, EdgeStarted):
            self._synchronise()
        elif isinstance(event, Banned):
            log.warning("SIP: %s is banned for too many wrong secrets", event.address)

    def _synchronise(self) -> None:
        """Bring Kamailio and the book to the same state, after a start of either."""
        dump = self._dump()
        if dump is None:
            return
        there = {found.name: found for found in registrations(dump)}
        for name, known in self._book.items():
            if name not in there:
                self._order("ul.add", "location", name, known.contact, _RESTORED_SECONDS, "1", "", 0, 0, 0)
        for name, found in there.items():
            if name not in self._book:
                self._book[name] = found
                self._registered(name, found)
        for (table, key), value in self._tables.items():
            self._order("htable.sets", table, key, value)
        self._started()

    def _set(self, table: str, key: str, value: str) -> None:
        if self._tables.get((table, key)) != value:
            self._tables[table, key] = value
            self._order("htable.sets", table, key, value)

    def _delete(self, table: str, key: str) -> None:
        if self._tables.pop((table, key), None) is not None:
            self._order("htable.delete", table, key)

    def _forget(self, name: str) -> None:
        if self._book.pop(name, None) is not None:
            self._order("ul.rm", "location", name)

    def _dump(self) -> object | None:
        """All registrations; None when Kamailio is not there (it will say when it is up)."""
        try:
            return self._rpc.call("ul.dump") or {}
        except LineTransientError as error:
            log.info("%s", error)
            return None
        except CommandError:
            return {}  # which is how it says that there is none

    def _order(self, method: str, *params: object) -> None:
        try:
            self._rpc.call(method, *params)
        except LineTransientError as error:
            log.info("%s", error)  # `_synchronise` makes up for it
        except CommandError as error:
            log.warning("%s", error)
