"""A box that starts again: queues and agents go on with what the records still know of the time before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

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
            steps.append((call.ended, lambda work=work, call=call: _took(work, call, moment)))  # type: ignore[misc]
    for began, away in _logins(memory.statuses):
        work = works.setdefault(began.agent, Work())
        steps.append(
            (began.started, lambda w=work, b=began, a=away: _came(w, b, a, memory.statuses, works))  # type: ignore[misc]
        )
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


def _came(
    work: Work, began: StatusThen, away: timedelta, statuses: Sequence[StatusThen], works: dict[str, Work]
) -> None:
    before = began.started - _AWAY
    there = {
        one.agent
        for one in statuses
        if one.agent != began.agent and one.started <= before and (one.ended is None or one.ended > before)
    }
    work.begin(away.total_seconds(), (works[name] for name in there if name in works))


def _logins(statuses: Sequence[StatusThen]) -> Iterator[tuple[StatusThen, timedelta]]:
    """Who came, and for how long they had been away; what happened before the first is not known."""
    left: dict[str, datetime] = {}
    for status in statuses:
        last = left.get(status.agent)
        if last is not None and status.started - last >= _AWAY:
            yield status, status.started - last
        if status.ended is not None:
            left[status.agent] = status.ended


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
