"""What a campaign came to: the way from dialling to success, hour by hour, by agent; each figure defined
once, with its formula.

Attempts are counted in the time zone of the box by the moment they were dialled. How a call went is what the
agent said last of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from appliance.contract.journal import EntryKind
from appliance.core.dialer.learning import PARTS, part_of
from appliance.core.dialer.learning_gain import Gain, Group, gain, held_out
from appliance.reports.export import export_rows
from appliance.store.campaign_reader import CampaignReader, Dialled, ListSize, Tried
from appliance.store.reader import RecordReader

__all__ = ["PARTS", "STEPS", "CampaignFigures", "Counts", "Gain", "Learnt", "ListSize", "Results", "Said"]

#: The way of a call, each step with its formula; the pages translate both.
STEPS = (
    ("dials", "number of attempts that the gate allowed and a line began"),
    ("rang", "number of them whose telephone rang, or that were answered"),
    ("answered", "number of them that were answered, by whomever"),
    ("persons", "number of them that a person answered: outcomes person and dropped"),
    ("keyed", "number of them in which a key of the flow led to an outcome"),
    ("joined", "number of them in which an agent spoke with the person"),
    ("success", "number of them that an agent, or a key, noted as what the campaign is for"),
)
_PERSONS = ("person", "dropped")
_Key = TypeVar("_Key", int, str)
_NOTED_LATER = timedelta(hours=18)  # after a call, how it went is noted within the shift


@dataclass(frozen=True, slots=True)
class Counts:
    """Attempts counted. `talked` are seconds with agents."""

    dials: int = 0
    rang: int = 0
    answered: int = 0
    persons: int = 0
    joined: int = 0
    dropped: int = 0
    said_no: int = 0
    success: int = 0
    keyed: int = 0
    talked: float = 0.0

    def plus(self, one: Tried) -> Counts:
        """With these attempts."""
        person = one.outcome in _PERSONS
        return replace(
            self,
            dials=self.dials + one.dials,
            rang=self.rang + (one.rang or one.answered),
            answered=self.answered + one.answered,
            persons=self.persons + one.dials * person,
            joined=self.joined + one.joined,
            dropped=self.dropped + one.dials * (one.outcome == "dropped"),
            said_no=self.said_no + one.said_no,
            talked=self.talked + one.talked,
        )

    @property
    def share(self) -> float | None:
        """Percent of the dials that a person answered."""
        return 100.0 * self.persons / self.dials if self.dials else None

    @property
    def drop_share(self) -> float | None:
        """Percent of the persons who answered that no agent came to."""
        return 100.0 * self.dropped / self.persons if self.persons else None

    @property
    def conversion(self) -> float | None:
        """Percent of the talks with an agent that were a success."""
        return 100.0 * self.success / self.joined if self.joined else None

    @property
    def mean_talk(self) -> float | None:
        """Seconds of a talk with an agent."""
        return self.talked / self.joined if self.joined else None


@dataclass(frozen=True, slots=True)
class Said:
    """How an agent said a call went, or ("") the keys pressed in its flow; `at` is when it was dialled."""

    at: datetime
    agent: str
    code: str


@dataclass(slots=True)
class Results:
    """A campaign over some days: together, by outcome, hour of the day, day and agent, and what was said."""

    all: Counts = Counts()
    outcomes: dict[str, int] = field(default_factory=dict)
    hours: dict[int, Counts] = field(default_factory=dict)
    days: dict[str, Counts] = field(default_factory=dict)
    agents: dict[str, Counts] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)  # code -> calls


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the campaign's own calls tell: dials and answers by part of the day, and learning's gain."""

    parts: tuple[tuple[int, int, int, int], ...]  # hour from, hour until, dials, answered by a person
    learning: Group
    without: Group
    gain: Gain | None


class CampaignFigures(CampaignReader):
    """As `store.campaign_reader.CampaignReader`; safe from any thread, any method may raise StoreError."""

    def __init__(self, records: Path) -> None:
        super().__init__(records)
        self._records = RecordReader(records)

    def close(self) -> None:
        super().close()
        self._records.close()

    def results(
        self, campaign: str, since: datetime, until: datetime, zone: ZoneInfo, good: Iterable[str]
    ) -> Results:
        """What a campaign came to between two moments; `good` are the codes that count as success."""
        found = results(self.by_time(campaign, since, until), self.by_agent(campaign, since, until), zone)
        return with_said(found, self.said(campaign, since, until), zone, frozenset(good))

    def said(self, campaign: str, since: datetime, until: datetime) -> list[Said]:
        """How agents said the campaign's calls went; the last word on each call."""
        last = {
            entry.call: (str(entry.data.get("agent") or ""), str(entry.data.get("code")))
            for entry in self._records.entries(since, until + _NOTED_LATER, (EntryKind.DISPOSITION,))
            if entry.call is not None
        }
        times = self.times_of(campaign, [str(call) for call in last])
        return [
            Said(times[call], agent, code)
            for call, (agent, code) in last.items()
            if call in times and since <= times[call] < until
        ]

    def learnt(self, campaign: str, since: datetime, zone: ZoneInfo) -> Learnt:
        """What dials since then tell of the time of day, and what learning gained."""
        return learnt(campaign, self.dialled(campaign, since), zone)


def results(by_time: Sequence[Tried], by_agent: Sequence[Tried], zone: ZoneInfo) -> Results:
    """Attempts put together."""
    found = Results()
    for one in by_time:
        local = (one.at or datetime.now(UTC)).astimezone(zone)
        hour, day = local.hour, local.date().isoformat()
        found.all = found.all.plus(one)
        found.hours[hour] = found.hours.get(hour, Counts()).plus(one)
        found.days[day] = found.days.get(day, Counts()).plus(one)
        found.outcomes[one.outcome or ""] = found.outcomes.get(one.outcome or "", 0) + one.dials
    for one in by_agent:
        agent = one.agent or ""
        found.agents[agent] = found.agents.get(agent, Counts()).plus(one)
    found.hours = dict(sorted(found.hours.items()))
    return found


def with_said(found: Results, said: Iterable[Said], zone: ZoneInfo, good: frozenset[str]) -> Results:
    """The same with how the calls went."""
    for one in said:
        found.said[one.code] = found.said.get(one.code, 0) + 1
        local, success, keyed = one.at.astimezone(zone), one.code in good, not one.agent
        found.all = _more(found.all, success, keyed)
        _add(found.hours, local.hour, success, keyed)
        _add(found.days, local.date().isoformat(), success, keyed)
        if one.agent and success:
            _add(found.agents, one.agent, success, keyed)
    return found


def _add(counts: dict[_Key, Counts], key: _Key, success: bool, keyed: bool) -> None:
    counts[key] = _more(counts.get(key, Counts()), success, keyed)


def _more(counts: Counts, success: bool, keyed: bool) -> Counts:
    return replace(counts, success=counts.success + success, keyed=counts.keyed + keyed)


def learnt(campaign: str, dials: Iterable[Dialled], zone: ZoneInfo) -> Learnt:
    """Of dials in time's order."""
    parts = [[0, 0] for _part in PARTS]
    groups = {False: Group(), True: Group()}
    before: dict[int, tuple[int, int]] = {}
    for one in dials:
        counts = parts[part_of(one.at.astimezone(zone).hour)]
        counts[0] += 1
        counts[1] += one.person
        tried, answered = before.get(one.lead, (0, 0))
        groups[held_out(str(one.lead), campaign)].add(tried, answered, one.person)
        before[one.lead] = tried + 1, answered + one.person
    spans = tuple((*span, dialled, answered) for span, (dialled, answered) in zip(PARTS, parts, strict=True))
    return Learnt(spans, groups[False], groups[True], gain(groups[False], groups[True]))


_COLUMNS = ("dials", "rang", "answered", "persons", "keyed", "joined", "dropped", "said_no", "success")


def exported(by: str, rows: Mapping[str, Counts]) -> str:
    """Counts as CSV (RFC 4180), a row for each day, hour or agent."""
    cells = [
        [name, *(getattr(counts, column) for column in _COLUMNS), round(counts.talked)]
        for name, counts in rows.items()
    ]
    return export_rows([by, *_COLUMNS, "talk_seconds"], cells)
