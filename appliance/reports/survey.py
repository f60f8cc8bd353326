"""What callers answered: customer satisfaction (CSAT), first-contact resolution (FCR), with formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.reports.measures import SATISFIED
from appliance.store.desk_reader import AnswerRow


@dataclass(frozen=True, slots=True)
class Csat:
    """Customer satisfaction. `percent` = 100 · answers of 4 and 5 / answers; None without any answer."""

    answers: int
    satisfied: int
    skipped: int
    counts: tuple[int, ...]  # how often 1, 2, 3, 4, 5

    @property
    def percent(self) -> float | None:
        return 100.0 * self.satisfied / self.answers if self.answers else None

    @property
    def mean(self) -> float | None:
        """The mean answer, 1 to 5."""
        total = sum(place * count for place, count in enumerate(self.counts, 1))
        return total / self.answers if self.answers else None


@dataclass(frozen=True, slots=True)
class Fcr:
    """First-contact resolution, as callers see it. `percent` = 100 · yes / (yes + no); None without any."""

    yes: int
    no: int
    skipped: int

    @property
    def percent(self) -> float | None:
        return 100.0 * self.yes / (self.yes + self.no) if self.yes + self.no else None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """How one question was answered; `counts` by answer."""

    question: str
    kind: str
    answers: int
    skipped: int
    counts: dict[int, int]

    @property
    def mean(self) -> float | None:
        total = sum(answer * count for answer, count in self.counts.items())
        return total / self.answers if self.answers else None


def csat(rows: Iterable[AnswerRow]) -> Csat:
    """CSAT of these answers; those of other kinds of questions do not count."""
    given = [row.answer for row in rows if row.kind == "csat"]
    counts = [given.count(answer) for answer in range(1, 6)]
    return Csat(sum(counts), sum(counts[SATISFIED - 1 :]), given.count(None), tuple(counts))


def fcr(rows: Iterable[AnswerRow]) -> Fcr:
    """FCR of these answers; those of other kinds of questions do not count."""
    given = [row.answer for row in rows if row.kind == "solved"]
    return Fcr(given.count(1), given.count(2), given.count(None))


def by_question(rows: Sequence[AnswerRow]) -> list[QuestionResult]:
    """Every question on its own, in the order in which they came."""
    found = []
    for question, kind in dict.fromkeys((row.question, row.kind) for row in rows):
        given = [row.answer for row in rows if (row.question, row.kind) == (question, kind)]
        answers = [answer for answer in given if answer is not None]
        counts = {answer: answers.count(answer) for answer in sorted(set(answers))}
        found.append(QuestionResult(question, kind, len(answers), given.count(None), counts))
    return found


def by_agent(rows: Sequence[AnswerRow]) -> dict[str, tuple[Csat, Fcr]]:
    """CSAT and FCR of each agent whose callers answered."""
    agents = sorted({row.agent for row in rows if row.agent is not None})
    mine = {agent: [row for row in rows if row.agent == agent] for agent in agents}
    return {agent: (csat(given), fcr(given)) for agent, given in mine.items()}
