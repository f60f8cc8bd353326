"""The hopper: a few leads that are ready to be dialled, so that choosing the next one never waits for the
disk.

Callbacks that are due go first, then leads to be tried again and new ones in the campaign's order, lists
mixed by weight. Each choice passes the gate at the moment it is made. A lead that is given out comes back
only when its end is on the disk and it was read anew after that; whatever was asked of the store before is
not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.clock import Clock, Timer
from appliance.contract.dialling import DialRequest, Law, Verdict, Why
from appliance.contract.leads import Candidate, Lead, LeadState, ReadyLeads, Wanted
from appliance.core.dialer.gate import FRESH, decide
from appliance.core.dialer.place import open_at

FULL = 60  # leads of each list that are asked for at once
LOW = 20
_PUT_OFF = timedelta(minutes=5)  # a lead that the gate refused is not looked at again so soon
_ASK_AGAIN = 5.0  # seconds; nothing was ready, or the lists could not be read
_LATEST = 30.0  # seconds; a callback that has become due is seen then, however many other leads there are
_MOST_REFUSED = 20  # by the gate in one choice; the next ones are looked at a moment later
_MOMENT = 0.05
_LOOK = 12  # leads among which the one of this agent, or the likeliest, is looked for
_OLD = FRESH - timedelta(minutes=1)

Question = Callable[[Candidate, bool], DialRequest]  # the lead, and whether an agent is held
Score = Callable[[Candidate, datetime], float | None]  # None: this one is chosen without it


@dataclass(frozen=True, slots=True)
class Chosen:
    """A lead that may be dialled now, and the gate's word for it."""

    candidate: Candidate
    request: DialRequest
    verdict: Verdict


class Hopper:
    """Of one campaign. `law` gives the law of the moment; `question` makes the gate's question of a lead."""

    def __init__(
        self, clock: Clock, shelf: ReadyLeads, plan: CampaignPlan, law: Callable[[], Law], question: Question
    ) -> None:
        self.plan = plan
        self.refused: dict[Why, int] = {}  # leads that were passed over since the start, by first reason
        self.score: Score | None = None
        self.filled: Callable[[], None] = lambda: None  # leads have come; somebody may want one
        self.passed_over: Callable[[Candidate, Verdict], None] = lambda candidate, verdict: None
        self._clock, self._shelf, self._law, self._question = clock, shelf, law, question
        self._stock: dict[str, list[Candidate]] = {}
        self._credit: dict[str, float] = {}
        self._busy: set[int] = set()
        self._freed: dict[int, int] = {}  # lead -> number of the question in whose time it came back
        self._gone: dict[str, int] = {}  # the same of numbers that were blocked or dialled elsewhere
        self._void = 0  # answers to questions up to this one are not believed
        self._off: dict[int, datetime] = {}
        self._asking = False
        self._asked = 0
        self._rest_until = self._asked_at = 0.0
        self._later: Timer | None = None

    def __len__(self) -> int:
        return sum(len(stock) for stock in self._stock.values())

    @property
    def resting(self) -> bool:
        """Nobody is ready, and the store has none now: it is asked again a little later."""
        return not len(self) and not self._asking and self._clock.now() < self._rest_until

    def promised_to(self, agent: str) -> bool:
        """Is a callback due that is this agent's alone?"""
        return any(one.lead.own and _is_due_for(one.lead, agent) for one in self._all())

    def next(self, agent: str | None = None, held: bool = False) -> Chosen | None:
        """The next lead, for this agent if one is known; None when none is ready. It is the caller's then:
        `given_back` or `ended` follows."""
        for _ in range(_MOST_REFUSED):
            candidate = self._take(agent)
            if candidate is None:
                break
            request = self._question(candidate, held)
            verdict = decide(request, self._law())
            if verdict.allowed:
                self._busy.add(candidate.lead.id)
                self.refill()
                return Chosen(candidate, request, verdict)
            first = verdict.refusals[0].why
            self.refused[first] = self.refused.get(first, 0) + 1
            self._off[candidate.lead.id] = self._clock.wall() + _PUT_OFF
            self.passed_over(candidate, verdict)
        else:
            self._look_later()
        self.refill()
        return None

    def given_back(self, chosen: Chosen) -> None:
        """It was not dialled after all."""
        lead = chosen.candidate.lead
        self._busy.discard(lead.id)
        self._stock.setdefault(lead.list, []).insert(0, chosen.candidate)

    def ended(self, lead: int) -> None:
        """What became of it is on the disk: it may be read and given out again."""
        self._busy.discard(lead)
        self._freed[lead] = self._asked

    def forget(self, number: str) -> None:
        """This number is not to be called any more, or another campaign dialled it: read anew."""
        self._gone[number] = self._asked
        for name, stock in self._stock.items():
            stale = [one for one in stock if any(phone.number == number for phone in one.lead.phones)]
            self._stock[name] = [one for one in stock if one not in stale]
            self._freed.update({one.lead.id: self._asked for one in stale})

    def clear(self) -> None:
        """Read everything anew: settings, lists or do-not-call lists have changed."""
        self._void = self._asked
        self._stock.clear()
        self._off.clear()
        self._rest_until = 0.0

    def refill(self) -> None:
        """Ask the store for more, when the stock is low and nobody has asked yet."""
        now, count = self._clock.now(), sum(one.lead.state is not LeadState.CALLBACK for one in self._all())
        if self._asking or now < self._rest_until or (count >= LOW and now < self._asked_at + _LATEST):
            return
        self._asked_at = now
        at = self._clock.wall()
        self._off = {lead: until for lead, until in self._off.items() if until > at}
        law, plan = self._law(), self.plan
        but = frozenset(self._busy | self._off.keys() | {one.lead.id for one in self._all()})
        wanted = Wanted(
            tuple(plan.lists),
            max(LOW, FULL - count),
            plan.order,
            at,
            lambda place: open_at(place, at, law, plan.limits, plan.matter),
            but,
        )
        self._asking = True
        self._asked += 1
        number = self._asked
        self._shelf.ready(wanted, lambda found: self._answered(number, found))

    def _answered(self, number: int, found: Sequence[Candidate] | None) -> None:
        self._asking = False
        known = self._busy | {one.lead.id for one in self._all()}
        known |= {lead for lead, when in self._freed.items() if when >= number}
        gone = {name for name, when in self._gone.items() if when >= number}
        believed = found if found is not None and number > self._void else ()
        fresh = [one for one in believed if one.lead.id not in known and one.lead.phone.number not in gone]
        self._freed = {lead: when for lead, when in self._freed.items() if when >= number}
        self._gone = {name: when for name, when in self._gone.items() if when >= number}
        for one in fresh:
            self._stock.setdefault(one.lead.list, []).append(one)
        if fresh:
            self.filled()
        else:
            self._rest_until = self._clock.now() + _ASK_AGAIN

    def _look_later(self) -> None:
        """Too many refusals for one choice: whoever wants a lead is asked again in a moment."""
        if self._later is not None:
            self._later.cancel()
        self._later = self._clock.after(_MOMENT, lambda: self.filled())

    def _all(self) -> Iterator[Candidate]:
        return (one for stock in self._stock.values() for one in stock)

    def _take(self, agent: str | None) -> Candidate | None:
        """The next candidate, out of the stock: callbacks of all lists first, then by the lists' mix."""
        self._drop_old()
        due = [one for one in self._all() if _is_due_for(one.lead, agent)]
        if due:
            return self._out(min(due, key=lambda one: (one.lead.agent != agent, one.lead.due or one.read_at)))
        lists = {name: row for name, stock in self._stock.items() if (row := self._row(stock))}
        if not lists:
            return None
        return self._out(self._best(lists[self._turn(list(lists))], agent))

    def _row(self, stock: list[Candidate]) -> list[Candidate]:
        """The leads of one list in the campaign's order, without callbacks."""
        first = LeadState.FRESH if self.plan.fresh_first else LeadState.RETRY
        row = [one for one in stock if one.lead.state is not LeadState.CALLBACK]
        return [one for one in row if one.lead.state is first] or row

    def _turn(self, lists: list[str]) -> str:
        """Whose turn it is: smooth weighted round robin, so that a heavy list does not come in blocks."""
        weights = {name: max(1, self.plan.lists.get(name, 1)) for name in lists}
        for name, weight in weights.items():
            self._credit[name] = self._credit.get(name, 0.0) + weight
        chosen = max(lists, key=lambda name: self._credit[name])
        self._credit[chosen] -= sum(weights.values())
        return chosen

    def _best(self, row: list[Candidate], agent: str | None) -> Candidate:
        """Among the first few: the one this agent knows, then the likeliest to answer now."""
        top = row[0].lead.priority
        few = [one for one in row[:_LOOK] if one.lead.priority == top]
        if agent is not None and self.plan.last_agent:
            mine = next((one for one in few if one.lead.agent == agent), None)
            if mine is not None:
                return mine
        score = self.score
        if score is None:
            return few[0]
        at = self._clock.wall()
        scored = [(found, one) for one in few if (found := score(one, at)) is not None]
        if score(few[0], at) is None or not scored:
            return few[0]
        return max(scored, key=lambda pair: pair[0])[1]

    def _out(self, candidate: Candidate) -> Candidate:
        self._stock[candidate.lead.list].remove(candidate)
        return candidate

    def _drop_old(self) -> None:
        """Facts that are too old for the gate are read again."""
        limit = self._clock.wall() - _OLD
        for name, stock in self._stock.items():
            if stock and min(one.read_at for one in stock) < limit:
                self._stock[name] = [one for one in stock if one.read_at >= limit]


def _is_due_for(lead: Lead, agent: str | None) -> bool:
    """Is it a callback that this agent (or, without one, anybody) may make?"""
    return lead.state is LeadState.CALLBACK and (not lead.own or (agent is not None and lead.agent == agent))
