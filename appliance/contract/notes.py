"""What the page tells whoever runs the box: a code with arguments, and the sentence it stands for.

The page has the sentences of the same codes in the reader's language (`webui.note_words`). Arguments that are
sentences themselves (what a mail server said, why a file cannot be read) stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Code -> sentence in English.
SENTENCES = {
    "speech_small": "Menus are keys only: this board has less than 1 GB of memory.",
    "speech_language": "Menus are keys only in %(languages)s: there is no model of the language.",
    "prompt": "%(why)s",
    "backup_old": "The last good backup is of %(day)s.",
    "backup_failed": "The backup has failed: %(why)s The last good one is of %(day)s.",
    "backup_never": "The backup has failed: %(why)s There is no good one yet.",
    "mail": "A mail could not be sent. %(why)s",
    "disk_full": "The disk is nearly full: nothing is recorded. Calls go on.",
    "time": "The box does not know the time of day yet: no time server has answered. Calls are answered as "
    "ever; opening hours and reports may be wrong, and campaigns wait. Look whether the box reaches "
    "the internet.",
    "records_damaged": "The records were damaged (%(why)s) and set aside as %(name)s; new ones were begun.",
    "settings_missing": "The file %(name)s is missing; the last good copy was loaded.",
    "settings_damaged": "The file %(name)s is damaged; the last good copy was loaded.",
    "settings_unread": "The file %(name)s cannot be read (%(why)s); the last good copy was loaded.",
    "callbacks_unread": "The callbacks cannot be read; start the box anew.",
    "entries_lost": "%(count)s entries of the journal were lost while the disk was full.",
    "records_waiting": "Call records cannot be written to the disk (%(why)s); %(count)s entries wait in "
    "memory. Calls go on.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One of `SENTENCES` with its arguments."""

    code: str
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """The sentence, in English."""
        return SENTENCES[self.code] % self.args
