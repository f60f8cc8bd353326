"""An agent dialled and nobody was reached: why, on the page and in the ear."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.contract.leads import Outcome
from appliance.core.floor.dial import Dial
from appliance.core.phrases import Phrase

#: So long it stands on the page, and no next lead comes, unless the agent asks for one.
SHOWN_SECONDS = 6.0
NO_LINE = "no_line"  # beside the gate's reasons: no line took the dial
_SAID: Mapping[Outcome, Phrase] = {
    Outcome.BUSY: Phrase.DIAL_BUSY,
    Outcome.NO_ANSWER: Phrase.DIAL_NO_ANSWER,
    Outcome.REJECTED: Phrase.DIAL_REJECTED,
    Outcome.UNREACHABLE: Phrase.DIAL_UNREACHABLE,
    Outcome.INVALID: Phrase.DIAL_INVALID,
}


def said(dial: Dial, outcome: Outcome) -> Phrase:
    """What the agent hears."""
    return Phrase.DIAL_NO_LINE if dial.line is None else _SAID.get(outcome, Phrase.DIAL_FAILED)


def shown(dial: Dial) -> tuple[tuple[str, ...], ...]:
    """What stands on the page beside the outcome, in the place of the gate's reasons."""
    return ((NO_LINE,),) if dial.line is None else ()
