"""Names of things that cross room borders. Ids are unique across boxes: 128 random bits."""

from __future__ import annotations

import os
import re
from typing import NewType

CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
PortId = NewType("PortId", str)
PlayId = NewType("PlayId", str)
RecordingId = NewType("RecordingId", str)
DialString = NewType("DialString", str)

_DIAL_STRING = re.compile(r"\+?[0-9*#]{1,32}", re.ASCII)


def new_id() -> str:
    """A fresh identifier: 32 hexadecimal digits."""
    return os.urandom(16).hex()


def dial_string(text: str) -> DialString:
    """The one gate every number passes on its way to a line: `^\\+?[0-9*#]{1,32}$`.

    Raises ValueError with a sentence for people when the text is anything else.
    """
    if not _DIAL_STRING.fullmatch(text):
        raise ValueError("A number to dial has 1 to 32 digits, * or #, with a + allowed in front.")
    return DialString(text)
