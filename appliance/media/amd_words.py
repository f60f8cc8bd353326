"""What a greeting's words say of who answered. English, as the speech worker writes it, mistakes and all.

Machines ask for messages or say that nobody is there; people who answer offer help, or ask. The weights are
those that training calls have (docs/amd-model.md).
"""

from __future__ import annotations

import re

LANGUAGES = frozenset({"en"})
_MACHINE = re.compile(
    r"messag|voice ?mail|mail ?box|\b(tone|beep|signal|record\w*|unavailable|machine|closed)\b"
    r"|\bleave\b|not (available|here|home|in)\b|(can't|cannot|can not) (come|take|talk|answer|get)"
    r"|you know (what|the)|call (you )?back|text me|missed|no one|nobody|press \w+\b|your (name|number)",
    re.I,
)
_PERSON = re.compile(
    r"(how|what) (can|may|could) (i|we)|help you|speaking|who('s| is|se)|may i|can i|would you"
    r"|good (day|morn|after|even)|how are you|are you there|hello\?|one moment|this is .{0,25}$",
    re.I,
)
_SHORT = 3  # words: less is no greeting to be judged by
#: Log odds of a machine that are added.
OF_A_MACHINE, OF_A_PERSON, OF_NEITHER = 3.0, -2.0, -0.5


def odds(text: str) -> float:
    """What to add to the log odds of a machine; 0 when the words say nothing."""
    if _MACHINE.search(text):
        return OF_A_MACHINE
    if _PERSON.search(text):
        return OF_A_PERSON
    return OF_NEITHER if len(text.split()) >= _SHORT else 0.0
