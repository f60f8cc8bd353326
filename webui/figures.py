"""Today's figures for the live page: computed at most every few seconds, whoever asks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from appliance.contract.errors import StoreError

if TYPE_CHECKING:
    from appliance.reports.calls import CallList

log = logging.getLogger(__name__)
FRESH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """As `reports.metrics`."""

    calls: int
    answered: int
    abandoned: int
    longest_wait: float


class Today:
    """The figures of today. Safe from any thread."""

    def __init__(self, calls: Callable[[], CallList]) -> None:
        self._calls = calls
        self._lock = threading.Lock()
        self._last: tuple[float, Figures | None] | None = None

    def figures(self, zone: str) -> Figures | None:
        """Today's in this time zone; None while the records cannot be read."""
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > FRESH_SECONDS:
                self._last = (time.monotonic(), self._compute(zone))
            return self._last[1]

    def _compute(self, zone: str) -> Figures | None:
        from appliance.reports.metrics import figures, today

        try:
            found = figures(self._calls().reader, today(datetime.now(UTC), zone))
        except StoreError as problem:
            log.warning("no figures of today: %s", problem)
            return None
        return Figures(
            int(found["calls"]), int(found["answered"]), int(found["abandoned"]), found["longest_wait"]
        )
