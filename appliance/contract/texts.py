"""Text messages (SMS, 3GPP TS 23.040) out of the box, as the core asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

#: "" when the network took the message, else a sentence that says why it did not.
Sent = Callable[[str], None]


class Texts(Protocol):
    """Lines that can send text messages. Methods return at once and never raise."""

    def able(self, line: str) -> bool:
        """Whether this outside line can send text messages at all."""

    def send(self, line: str, number: str, text: str, sent: Sent) -> None:
        """Send `text` to `number` (E.164) by this line. `sent` is called once, on the core's thread; a
        message taken by the network may still not arrive."""


class NoTexts:
    """A box that sends no text messages."""

    def able(self, line: str) -> bool:
        """No."""
        return False

    def send(self, line: str, number: str, text: str, sent: Sent) -> None:
        """Never."""
        sent("This box sends no text messages.")
