"""Somebody does not want to be called again: the entry the gate reads, on the disk before they are told."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.ids import CallId
from appliance.contract.journal import EntryKind
from appliance.core.kernel import Kernel
from appliance.core.numbers import to_e164


def _nobody(good: bool) -> None:
    return None


def never_again(
    kernel: Kernel,
    number: str | None,
    why: str,
    saved: Callable[[bool], None] = _nobody,
    *,
    by: str | None = None,
    campaign: str | None = None,
    call: CallId | None = None,
) -> None:
    """Put a number on the do-not-call list: of one campaign, or of the box. `why` is "key", "text" or
    "disposition", `by` the agent; `saved` is called once, on the core's thread: is it on the disk?

    False at once for what is no whole number (E.164).
    """
    entry = to_e164(number, kernel.plan.country)
    if entry is None or not entry.startswith("+"):
        saved(False)
        return
    kind = "own" if campaign is None else "campaign"
    kernel.note_surely(
        saved, EntryKind.DNC_ADDED, call, entry=entry, kind=kind, list=campaign, why=why, by=by
    )
