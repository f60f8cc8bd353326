"""What every line on a modem can do besides being a line; so nobody loads a driver to ask for it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Modem(Protocol):
    """A line with a modem of its own on this board, of any driver."""

    @property
    def identity(self) -> dict[str, str]:
        """Maker, model and more in the modem's words; empty until it has said them."""

    def black_box(self) -> list[str]:
        """The last dialogue with it, digits masked."""

    def reset(self) -> None:
        """Start the recovery ladder now."""
