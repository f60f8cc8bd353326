"""Dials and refusals as the pages show them: what the gate said, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from webui import dial_words, dialer_words, lead_words, words

if TYPE_CHECKING:
    from appliance.reports.dials import DialRow


@dataclass(frozen=True, slots=True)
class Permit:
    """One dial. `outcome` in words; `reasons` are why it was refused, `facts` what the gate went by."""

    row: DialRow
    outcome: str
    tone: str
    how: str
    reasons: list[str]
    facts: list[str]
    times: list[str]


def permits_of(rows: Iterable[DialRow]) -> list[Permit]:
    """All of them, in order."""
    return [permit_of(row) for row in rows]


def permit_of(row: DialRow) -> Permit:
    """One of them."""
    if not row.allowed:
        said, tone = _("Not dialled"), "off"
    elif row.outcome is None:
        said, tone = _("Being dialled"), "busy"
    else:
        said, tone = (
            words.word(dial_words.OUTCOMES, row.outcome),
            words.tone(dial_words.OUTCOMES, row.outcome),
        )
    reasons, facts = reasons_of(row.verdict), lead_words.facts(row.verdict)
    return Permit(row, said, tone, lead_words.how(row.how), reasons, facts, _times(row))


def _times(row: DialRow) -> list[str]:
    """When what happened, counted from the dial."""
    found = []
    if row.rang is not None:
        found.append(_("rang after %(seconds)s s", seconds=f"{row.rang:.1f}"))
    if row.answered is not None:
        found.append(_("answered after %(seconds)s s", seconds=f"{row.answered:.1f}"))
    if row.told is not None:
        found.append(_("known who answered after %(seconds)s s", seconds=f"{row.told:.1f}"))
    if row.joined is not None:
        found.append(_("an agent there after %(seconds)s s", seconds=f"{row.joined:.1f}"))
    return [str(one) for one in found]


def reasons_of(verdict: Mapping[str, Any]) -> list[str]:
    """Why the gate refused, a sentence each; none when it did not."""
    found = verdict.get("refusals")
    rows = [row for row in found if isinstance(row, list) and row] if isinstance(found, list) else []
    return [dialer_words.refusal(str(row[0]), [str(one) for one in row[1:]]) for row in rows]
