"""The appointment book: what callers say of their appointments, written into their contacts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from appliance.contract.appointments import AppointmentAnswer, Kept
from appliance.contract.errors import CallboxError
from appliance.store.contacts import ContactStore

log = logging.getLogger(__name__)
T = TypeVar("T")


class AppointmentBook:
    """`contract.appointments.Appointments`: each question on a thread of its own, for the disk."""

    def __init__(self, store: ContactStore, deliver: Callable[[Callable[[], None]], None]) -> None:
        self._store, self._deliver = store, deliver

    def taken(self, told: Callable[[tuple[datetime, ...] | None], None]) -> None:
        """See `contract.appointments.Appointments`."""
        self._ask(self._store.appointments, None, told)

    def keep(self, answer: AppointmentAnswer, told: Callable[[Kept], None]) -> None:
        """See `contract.appointments.Appointments`."""
        self._ask(lambda: self._store.keep(answer), Kept.FAILED, told)

    def _ask(self, work: Callable[[], T], otherwise: T, told: Callable[[T], None]) -> None:
        def run() -> None:
            found = otherwise
            try:
                found = work()
            except CallboxError as problem:
                log.warning("the appointments are not to be had: %s", problem)
            except Exception:  # top of the thread: a caller waits for the answer
                log.exception("the appointments met a fault")
            try:
                self._deliver(lambda: told(found))
            except RuntimeError:  # the core's loop has ended
                log.debug("nobody waits for an appointment any more")

        threading.Thread(target=run, name="appointments", daemon=True).start()
