"""Sentences about the store that the admin should see, one a topic, until the topic is well again."""

from __future__ import annotations

import logging
import threading

from appliance.contract.notes import Note

log = logging.getLogger(__name__)


class Notes:
    """Kept by the store, read by wiring for the live page. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, Note] = {}

    def say(self, topic: str, code: str, **args: str | int) -> None:
        """Show a sentence of `contract.notes`; it replaces what was said of the topic. Logged when it
        changes.
        """
        note = Note(code, {name: str(value) for name, value in args.items()})
        with self._lock:
            changed = self._said.get(topic) != note
            self._said[topic] = note
        if changed:
            log.warning("%s: %s", topic, note.says)

    def clear(self, topic: str) -> None:
        """The topic is well again."""
        with self._lock:
            cleared = self._said.pop(topic, None)
        if cleared is not None:
            log.warning("%s: well again", topic)

    def told(self) -> list[Note]:
        """All that is said now, in the order it came up."""
        with self._lock:
            return list(self._said.values())

    def sentences(self) -> list[str]:
        """The same in English."""
        return [note.says for note in self.told()]
