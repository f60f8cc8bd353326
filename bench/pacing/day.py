"""One simulated day: agents, dials and talks, event by event, paced by whatever rule it is given."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from appliance.core.dialer.pacing import AgentPhase, AgentView, Budget, CallStage, CallView, DayCount
from bench.pacing.scenario import LINES, PATIENCE, SECONDS, Fate, Scenario, absences


class Rule(Protocol):
    """A way of pacing. Asked after every event and when it wished to be asked again."""

    def ask(self, day: Day) -> tuple[int, int, float | None]:
        """Numbers to dial now, ringing calls to give up now, and after how many seconds to ask again."""

    def person_answered(self, seconds: float) -> None:
        """A person answered, so long after the dial."""

    def dial_ended(self, seconds: float) -> None:
        """A dial came to nothing."""

    def given_up(self, seconds: float) -> None:
        """A dial was given up as asked."""

    def person_dropped(self) -> None:
        """A person waited in vain."""

    def talked(self, seconds: float) -> None:
        """A talk ended."""

    def wrapped_up(self, seconds: float) -> None:
        """A wrap-up ended."""


@dataclass
class Outcome:
    """What came of a day. Seconds; `work` is talk and wrap-up."""

    on_duty: float = 0.0
    work: float = 0.0
    talk: float = 0.0
    dials: int = 0
    persons: int = 0
    dropped: int = 0
    mistaken: int = 0
    given_up: int = 0
    worst_credit: float = 0.0

    @property
    def utilisation(self) -> float:
        """Per cent."""
        return 100.0 * self.work / self.on_duty

    def dropped_percent(self, false_machine: float) -> float:
        """As the law counts: with the stated share of persons taken for machines."""
        return 100.0 * DayCount(self.persons, self.dropped).rate(false_machine)

    def over(self, limit: float, false_machine: float) -> bool:
        """Whether more than the limit (a share) were dropped."""
        return self.dropped_percent(false_machine) > 100.0 * limit + 1e-7


class Agent:
    """One agent of the day; `free_at` is when the running call and its wrap-up will be over: for the oracle
    alone.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.view: AgentView = AgentView(AgentPhase.WAITING, 0.0)
        self.on_duty = True
        self.leave = False
        self.free_at = 0.0


class Dial:
    """One call that no agent has yet."""

    def __init__(self, now: float) -> None:
        self.view = CallView(now)
        self.open = True


class Day:
    """Runs from 0 to SECONDS. `agents` on duty and `calls` in flight may be looked at by the rule."""

    def __init__(self, scenario: Scenario, size: int, seed: int, rule: Rule, limit: float = 0.03) -> None:
        self.now = 0.0
        self.result = Outcome()
        self.calls: list[Dial] = []
        self.agents = [Agent(number) for number in range(size)]
        self._idle = deque(self.agents)
        self._persons: deque[Dial] = deque()
        self._rule, self._limit = rule, limit
        self._false_machine = scenario.false_machine
        self._fate = Fate(scenario, seed)
        self._heap: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._order = 0
        self._talking = 0
        self._asking = 0
        self._since = [0.0] * size
        for begins, ends, number in absences(scenario, size, seed):
            self._at(begins, self._leave, self.agents[number])
            self._at(ends, self._return, self.agents[number])

    def run(self) -> Outcome:
        """The whole day."""
        self._ask()
        heap = self._heap
        while heap and heap[0][0] <= SECONDS:
            self.now, _, action, args = heapq.heappop(heap)
            action(*args)
        self.now = SECONDS
        for agent in self.agents:
            if agent.on_duty:
                self.result.on_duty += SECONDS - self._since[agent.number]
                self._count_unfinished(agent)
        return self.result

    def duty(self) -> list[AgentView]:
        """Views of the agents on duty."""
        return [agent.view for agent in self.agents if agent.on_duty]

    def flight(self) -> list[CallView]:
        """Views of the calls in flight."""
        return [dial.view for dial in self.calls]

    def idle(self) -> int:
        """Agents who wait."""
        return len(self._idle)

    def people_waiting(self) -> int:
        """Persons who wait."""
        return len(self._persons)

    def talking(self) -> int:
        """Calls that agents have."""
        return self._talking

    def free_lines(self) -> int:
        """Lines that nothing uses."""
        return LINES - len(self.calls) - self._talking

    def _at(self, when: float, action: Callable[..., None], *args: object) -> None:
        self._order += 1
        heapq.heappush(self._heap, (when, self._order, action, args))

    def _ask(self) -> None:
        self._asking += 1
        dial, give_up, again = self._rule.ask(self)
        for _ in range(dial):
            self._dial()
        for _ in range(give_up):
            self._give_up()
        if again is not None:
            self._at(self.now + again, self._ask_again, self._asking)

    def _ask_again(self, asking: int) -> None:
        if asking == self._asking:
            self._ask()

    def _dial(self) -> None:
        call = Dial(self.now)
        self.calls.append(call)
        self.result.dials += 1
        person, seconds, mistaken = self._fate.dial(self.now)
        self.result.mistaken += mistaken
        found = person and not mistaken
        self._at(self.now + seconds, self._answered if found else self._failed, call)

    def _give_up(self) -> None:
        ringing = [call for call in self.calls if call.view.stage is CallStage.DIALLING]
        if ringing:
            self._over(ringing[-1])
            self.result.given_up += 1
            self._rule.given_up(self.now - ringing[-1].view.since)

    def _over(self, call: Dial) -> None:
        call.open = False
        self.calls.remove(call)

    def _failed(self, call: Dial) -> None:
        if call.open:
            self._over(call)
            self._rule.dial_ended(self.now - call.view.since)
            self._ask()

    def _answered(self, call: Dial) -> None:
        if not call.open:
            return
        self.result.persons += 1
        self._rule.person_answered(self.now - call.view.since)
        if self._idle:
            self._over(call)
            self._join(self._idle.popleft())
        else:
            call.view = CallView(call.view.since, CallStage.PERSON)
            self._persons.append(call)
            self._at(self.now + PATIENCE, self._in_vain, call)
        self._ask()

    def _in_vain(self, call: Dial) -> None:
        if call.open:
            self._persons.remove(call)
            self._over(call)
            self.result.dropped += 1
            budget = Budget(self._limit, self._false_machine)
            credit = budget.credit_of(DayCount(self.result.persons, self.result.dropped))
            self.result.worst_credit = min(self.result.worst_credit, credit)
            self._rule.person_dropped()
            self._ask()

    def _join(self, agent: Agent) -> None:
        talk, wrap = self._fate.talk()
        agent.view = AgentView(AgentPhase.TALKING, self.now, agent.leave)
        agent.free_at = self.now + talk + wrap
        self._talking += 1
        self._at(self.now + talk, self._talk_over, agent, talk, wrap)

    def _talk_over(self, agent: Agent, talk: float, wrap: float) -> None:
        self._talking -= 1
        self.result.talk += talk
        self.result.work += talk
        agent.view = AgentView(AgentPhase.WRAP_UP, self.now, agent.leave)
        self._rule.talked(talk)
        self._at(self.now + wrap, self._wrap_over, agent, wrap)
        self._ask()

    def _wrap_over(self, agent: Agent, wrap: float) -> None:
        self.result.work += wrap
        self._rule.wrapped_up(wrap)
        if agent.leave:
            self._go(agent)
        else:
            self._free(agent)
        self._ask()

    def _free(self, agent: Agent) -> None:
        if self._persons:
            call = self._persons.popleft()
            self._over(call)
            self._join(agent)
        else:
            agent.view = AgentView(AgentPhase.WAITING, self.now)
            self._idle.append(agent)

    def _leave(self, agent: Agent) -> None:
        if agent in self._idle:
            self._idle.remove(agent)
            self._go(agent)
        elif agent.on_duty:
            agent.leave = True
            agent.view = AgentView(agent.view.phase, agent.view.since, True)
        self._ask()

    def _go(self, agent: Agent) -> None:
        agent.on_duty = agent.leave = False
        self.result.on_duty += self.now - self._since[agent.number]

    def _return(self, agent: Agent) -> None:
        if agent.on_duty:
            agent.leave = False
            agent.view = AgentView(agent.view.phase, agent.view.since)
            return
        agent.on_duty = True
        self._since[agent.number] = self.now
        self._free(agent)
        self._ask()

    def _count_unfinished(self, agent: Agent) -> None:
        if agent.view.phase is not AgentPhase.WAITING:
            seconds = SECONDS - agent.view.since
            self.result.work += seconds
            self.result.talk += seconds * (agent.view.phase is AgentPhase.TALKING)
