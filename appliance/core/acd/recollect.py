"""A box that starts again: queues and agents go on with what the records still know of the time before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from appliance.contract.memory import CallThen, Memory, StatusThen
from appliance.core.acd.queue import Queues
from appliance.core.acd.roster import Roster
from appliance.core.acd.work import Work
from appliance.core.kernel import Kernel

#: Shorter than this nobody was away: the box was, or somebody moved to another handset.
_AWAY = timedelta(seconds=60)

Moment = Callable[[datetime], float]


def recollect(memory: Memory, kernel: Kernel, roster: Roster, queues: Queues) -> None:
    """Take it all on. Call it after the agents were restored."""
    now, wall = kernel.clock.now(), kernel.clock.wall()

    def moment(at: datetime) -> float:
        """On the monotonic clock; what a wrong clock puts into the future is now."""
        return now - max(0.0, (wall - at).total_seconds())

    for call in memory.met:
        queues.learn(call, moment(call.ended))
    for call in memory.calls:
        _place(call, queues, moment)
        _turn(call, queues)
    _works(memory, roster, moment)
    _idle(memory, roster, moment)


def _place(call: CallThen, queues: Queues, moment: Moment) -> None:
    """Who hung up, or was cut off by the end of the box, while waiting has the place back for a while."""
    if call.direction != "inbound" or call.number is None or call.queue is None:
        return
    ended = moment(call.ended)
    before = queues.places.take((call.number, call.queue), ended - call.waited)
    plan = queues.plan(call.queue)
    cut_off = not call.answered and call.outcome in ("abandoned", "interrupted")
    if cut_off and plan is not None and plan.return_minutes:
        rank = min(ended - call.waited, ended if before is None else before)
        queues.places.keep((call.number, call.queue), ended + plan.return_minutes * 60.0, rank)


def _turn(call: CallThen, queues: Queues) -> None:
    """Round robin goes on after whoever answered last."""
    if call.queue is not None and call.agent is not None and call.answered:
        queues.chooser.went_to(call.queue, call.agent)


# ---------------------------------------------------------------------------- work


def _works(memory: Memory, roster: Roster, moment: Moment) -> None:
    """Calls and talk of the shifts that go on, with everybody level again who came later."""
    works: dict[str, Work] = {}
    steps: list[tuple[datetime, Callable[[], None]]] = []
    for call in memory.calls:
        if call.agent is not None and call.answered:
            work = works.setdefault(call.agent, Work())
            steps.append((call.ended, partial(_took, work, call, moment)))
    for login in _logins(memory.statuses):
        steps.append((login.at, partial(_came, login, works)))
    for _, step in sorted(steps, key=lambda one: one[0]):
        step()
    for name, work in works.items():
        agent = roster.agents.get(name)
        if agent is not None:
            agent.recollect(work)


def _took(work: Work, call: CallThen, moment: Moment) -> None:
    if call.queue is not None and call.direction == "inbound":
        work.took(moment(call.ended) - call.talked)
    work.talked += call.talked


@dataclass(frozen=True, slots=True)
class _Login:
    """An agent came after some time, and found these there."""

    agent: str
    at: datetime
    away: timedelta
    there: list[str]


def _came(login: _Login, works: dict[str, Work]) -> None:
    work = works.setdefault(login.agent, Work())
    work.begin(login.away.total_seconds(), [works[name] for name in login.there if name in works])


def _logins(statuses: Sequence[StatusThen]) -> Iterator[_Login]:
    """Who came when; what happened before an agent's first status is not known."""
    known: dict[str, StatusThen] = {}
    for status in statuses:
        last = known.get(status.agent)
        if last is not None and last.ended is not None and status.started - last.ended >= _AWAY:
            before = status.started - _AWAY
            there = [name for name, one in known.items() if _covers(one, before) and name != status.agent]
            yield _Login(status.agent, status.started, status.started - last.ended, there)
        known[status.agent] = status


def _covers(status: StatusThen, at: datetime) -> bool:
    return status.started <= at and (status.ended is None or status.ended > at)


def _idle(memory: Memory, roster: Roster, moment: Moment) -> None:
    """Since when each agent has had no work: the end of the last call, or when they came back to work."""
    ends = [(call.ended, call.agent) for call in memory.calls if call.agent is not None and call.answered]
    since = {name: moment(at) for at, name in sorted([*_returns(memory.statuses), *ends])}
    for name, at in since.items():
        if name in roster.agents:
            roster.agents[name].idle_since = min(roster.agents[name].idle_since, at)


def _returns(statuses: Sequence[StatusThen]) -> Iterator[tuple[datetime, str]]:
    """When agents became available, who were not."""
    before: dict[str, StatusThen] = {}
    for status in statuses:
        last = before.get(status.agent)
        if status.status == "available" and not _goes_on(last, status):
            yield status.started, status.agent
        before[status.agent] = status


def _goes_on(last: StatusThen | None, status: StatusThen) -> bool:
    """Is it the same, interrupted by no more than the box that started again?"""
    if last is None or last.ended is None or last.status != status.status:
        return False
    return status.started - last.ended < _AWAY
