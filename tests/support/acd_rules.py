"""The queue's rules written a second time, small and slow: what the journal tells of who came and who was
free gives who must be asked next. Shares nothing with `appliance.core.acd`, so the two check each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from appliance.contract.explained import unpack
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind

LATE_SECONDS = 5.0  # a caller and a free agent for that caller are not left apart for so long


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller came for."""

    queue: str
    skills: Mapping[str, int] = field(default_factory=dict)
    ahead: float = 0.0  # seconds


@dataclass(frozen=True, slots=True)
class Rule:
    """A queue: its strategy, what it needs of agents, how many may wait, and where the next one goes."""

    strategy: str = "longest_idle"
    skills: Mapping[str, int] = field(default_factory=dict)
    most: int = 0
    overflow: str = ""
    sticky: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """An agent: levels in queues, levels of skills."""

    levels: Mapping[str, int]
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Caller:
    number: str
    queue: str
    since: datetime
    wish: Wish


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is asked for whom, by which rule, and the reason code of everybody else of the queue."""

    caller: str
    agent: str
    rule: str
    left: Mapping[str, str]


class Rules:
    """Reads the journal in order. `decided` is what it predicted, `told` what the box did."""

    def __init__(
        self, queues: Mapping[str, Rule], agents: Mapping[str, Person], wishes: Mapping[str, Wish]
    ) -> None:
        self._queues, self._agents, self._wishes = queues, agents, wishes
        self._numbers: dict[CallId, str] = {}
        self._waiting: dict[CallId, _Caller] = {}
        self._doing = dict.fromkeys(agents, "out")  # the code of the reason, "" for free
        self._idle: dict[str, datetime] = {}  # since when without work
        self._last: dict[str, str] = {}  # caller -> agent
        self._ripe: datetime | None = None  # since when somebody could have been asked
        self.decided: list[Decision] = []
        self.told: list[Decision] = []
        self.answered: list[tuple[str, str]] = []
        self.overflowed: list[str] = []

    def read(self, entries: Iterable[Entry]) -> None:
        steps = {
            EntryKind.CALLER_ID: self._number,
            EntryKind.QUEUE_ENTERED: self._enters,
            EntryKind.QUEUE_LEFT: self._leaves,
            EntryKind.ROUTED: self._routed,
            EntryKind.CONNECTED: self._met,
            EntryKind.CALL_ENDED: self._ended,
            EntryKind.AGENT_STATE: self._state,
            EntryKind.AGENT_STATUS: self._status,
        }
        for entry in entries:
            step = steps.get(entry.kind)
            if step is not None:
                step(entry)
                self._check_promptness(entry.at)

    # ----------------------------------------------------------------- what happens

    def _number(self, entry: Entry) -> None:
        if entry.call is not None and entry.data.get("number"):
            self._numbers[entry.call] = str(entry.data["number"])

    def _enters(self, entry: Entry) -> None:
        assert entry.call is not None
        number, queue = self._numbers[entry.call], str(entry.data["queue"])
        wish = self._wishes[number]
        expected = self._queues[wish.queue].overflow if number in self.overflowed else wish.queue
        assert queue == expected, f"{number} is in {queue}, and should be in {expected}"
        assert number in self.overflowed or not self._full(queue), f"{queue} took more than it may: {number}"
        since = entry.at if entry.call not in self._waiting else self._waiting[entry.call].since
        self._waiting[entry.call] = _Caller(number, queue, since, wish)

    def _leaves(self, entry: Entry) -> None:
        assert entry.call is not None and entry.data["why"] == "full"
        number, queue = self._numbers[entry.call], str(entry.data["queue"])
        assert self._full(queue), f"{number} was sent away though there was room in {queue}"
        self.overflowed.append(number)

    def _full(self, queue: str) -> bool:
        most = self._queues[queue].most
        return bool(most) and sum(one.queue == queue for one in self._waiting.values()) >= most

    def _met(self, entry: Entry) -> None:
        assert entry.call is not None
        self.answered.append((self._numbers[entry.call], str(entry.data["agent"])))
        self._last[self._numbers[entry.call]] = str(entry.data["agent"])

    def _ended(self, entry: Entry) -> None:
        assert entry.call is not None
        self._waiting.pop(entry.call, None)

    def _status(self, entry: Entry) -> None:
        agent, status = str(entry.data["agent"]), entry.data["status"]
        if status == "available" and self._doing[agent] in ("out", "break"):
            self._doing[agent], self._idle[agent] = "", entry.at
        elif status != "available":
            self._doing[agent] = "out" if status == "logged_out" else "break"

    def _state(self, entry: Entry) -> None:
        agent, state = str(entry.data["agent"]), str(entry.data["state"])
        before = self._doing[agent]
        codes = {"waiting": "", "wrap_up": "wrap", "in_call": "call", "reserved": "ring", "ringing": "ring"}
        self._doing[agent] = codes[state]
        if before in ("call", "wrap"):
            self._idle[agent] = entry.at

    # ------------------------------------------------------------------ the rules

    def _routed(self, entry: Entry) -> None:
        assert entry.call is not None
        caller = self._waiting[entry.call]
        packed = unpack(str(entry.data.get("left") or ""))
        left = {name: reason.code for reason in packed for name in reason.agents}
        agent, rule = str(entry.data["agents"]), str(entry.data["rule"])
        if not agent:
            assert not self._may(caller), f"{self._may(caller)} could have been asked for {caller.number}"
            assert left == {one: self._why(one, caller) for one in self._of(caller.queue)}
            return
        predicted = self._predict()
        assert predicted is not None, f"{agent} was asked for {caller.number}, and nobody should have been"
        self.decided.append(predicted)
        self.told.append(Decision(caller.number, agent, rule, left))
        del self._waiting[entry.call]
        self._doing[agent] = "ring"

    def _predict(self) -> Decision | None:
        """Who waits longest, head start and all, among those for whom anybody is free."""
        ordered = sorted(self._waiting.values(), key=lambda one: one.since.timestamp() - one.wish.ahead)
        for caller in ordered:
            candidates = self._may(caller)
            if candidates:
                return self._decide(caller, candidates)
        return None

    def _decide(self, caller: _Caller, candidates: list[str]) -> Decision:
        rule, last = self._queues[caller.queue], self._last.get(caller.number)
        sticky = rule.sticky and last in candidates
        chosen = str(last) if sticky else min(candidates, key=lambda one: self._order(one, caller))
        left = {one: self._why(one, caller) for one in self._of(caller.queue) if one != chosen}
        if sticky:
            left = {one: why if why != "later" else "sticky" for one, why in left.items()}
        return Decision(caller.number, chosen, "last_agent" if sticky else rule.strategy, left)

    def _order(self, agent: str, caller: _Caller) -> tuple[int, int, datetime]:
        person, rule = self._agents[agent], self._queues[caller.queue]
        able = sum(person.skills.get(name, 0) for name in self._needs(caller))
        return (
            person.levels[caller.queue],
            -able if rule.strategy == "skills" else 0,
            self._idle[agent],
        )

    def _needs(self, caller: _Caller) -> dict[str, int]:
        return {**self._queues[caller.queue].skills, **caller.wish.skills}

    def _of(self, queue: str) -> list[str]:
        return [name for name, person in self._agents.items() if queue in person.levels]

    def _may(self, caller: _Caller) -> list[str]:
        return [one for one in self._of(caller.queue) if self._why(one, caller) == "later"]

    def _why(self, agent: str, caller: _Caller) -> str:
        """The code of why it is not this agent; "later": it could be."""
        has, needs = self._agents[agent].skills, self._needs(caller)
        lacks = any(has.get(name, 0) < level for name, level in needs.items())
        return self._doing[agent] or ("skill" if lacks else "later")

    def _check_promptness(self, now: datetime) -> None:
        predicted = self._predict()
        if predicted is None:
            self._ripe = None
        elif self._ripe is None:
            self._ripe = now
        late = (now - self._ripe).total_seconds() if self._ripe is not None else 0.0
        assert late < LATE_SECONDS, f"nobody was asked for {late} s: {predicted}"
