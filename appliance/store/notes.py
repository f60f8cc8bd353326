"""Sentences about the store that the admin should see, one a topic, until the topic is well again."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger(__name__)


class Notes:
    """Kept by the store, read by wiring for the live page. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}

    def say(self, topic: str, sentence: str) -> None:
        """Show `sentence` on the page; it replaces what was said of the topic. Logged when it changes."""
        with self._lock:
            changed = self._said.get(topic) != sentence
            self._said[topic] = sentence
        if changed:
            log.warning("%s: %s", topic, sentence)

    def clear(self, topic: str) -> None:
        """The topic is well again."""
        with self._lock:
            cleared = self._said.pop(topic, None)
        if cleared is not None:
            log.warning("%s: well again", topic)

    def sentences(self) -> list[str]:
        """All that is said now, in the order it came up."""
        with self._lock:
            return list(self._said.values())
