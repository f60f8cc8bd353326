"""Who is calling: a contact as the core sees one, and how it is asked for. The store keeps the contacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Contact:
    """One customer. `fields` are the free ones ("balance", "order_state", "appointment" …), as text by name;
    a date among them is ISO 8601 ("2026-11-22", "2026-11-22T14:30"), an amount a plain decimal ("12.50")."""

    id: str
    name: str = ""
    numbers: tuple[str, ...] = ()  # E.164
    language: str | None = None  # BCP 47; None: the box's own
    vip: bool = False
    agent: str | None = None  # number of the customer's own agent
    account: str = ""  # digits, as keyed
    fields: Mapping[str, str] = field(default_factory=dict)


class Unidentified(StrEnum):
    """Why there is no contact."""

    UNKNOWN = "unknown"  # nobody has this number, or account and PIN do not belong together
    AMBIGUOUS = "ambiguous"  # several contacts have this number
    LOCKED = "locked"  # too many wrong PINs for this account: refused for a while, whatever was keyed
    FAILED = "failed"  # the contacts could not be read


Answer = Callable[[Contact | Unidentified], None]


class Contacts(Protocol):
    """Asked by the core, on the core's thread. A method returns at once; `answer` is called exactly once, on
    the core's thread, now or later (the reading is done elsewhere). Neither method raises."""

    def by_number(self, number: str, answer: Answer) -> None:
        """Whose telephone number is this? `number` is E.164."""

    def by_account(self, account: str, pin: str | None, answer: Answer) -> None:
        """Whose account number is this? A contact with a PIN is only found by the right one, and `None` (no
        PIN was asked) counts as a wrong one for it. Wrong PINs are counted per account and lock it."""


class NoContacts:
    """A box without contacts: nobody is known."""

    def by_number(self, number: str, answer: Answer) -> None:
        """Nobody."""
        answer(Unidentified.UNKNOWN)

    def by_account(self, account: str, pin: str | None, answer: Answer) -> None:
        """Nobody."""
        answer(Unidentified.UNKNOWN)
