"""A supervisor's hand in a queue: a caller who waits is moved elsewhere, or taken before all others."""

from __future__ import annotations

from collections.abc import Callable, Container

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from appliance.contract.plan import Choice
from appliance.core.acd.waiting import QueuedCall
from appliance.core.call.reach import Reach
from appliance.core.desk import Desk
from appliance.core.directory import Nowhere, inside
from appliance.core.line import HandsetLine
from appliance.core.placing import TRANSFER_RING_SECONDS


def _nothing() -> None:
    return None


class QueueDesk:
    """Each method raises CallboxError with a sentence when it cannot be, having changed nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def move(self, call_id: str, kind: str, target: str) -> None:
        """To another "queue", a "flow", an "agent" or an "extension"; whom nobody answers waits on."""
        queued, plan = self._queued(call_id), self._desk.kernel.plan
        known: dict[str, Container[str]] = {
            "queue": plan.queues,
            "flow": plan.flows,
            "agent": plan.agents,
            "extension": plan.handsets,
        }
        if kind not in known:
            raise CallboxError(f"{kind!r} is none of queue, flow, agent and extension.")
        if target not in known[kind]:
            raise CallboxError(f"There is no {kind} {target}.")
        if kind in ("agent", "extension"):
            line = self._line(target)
            self._note(queued, target)
            self._ring(queued, line, _nothing, f"moved to {kind} {target}")
        else:
            self._note(queued, target)
            choice = Choice(kind, target)
            self._desk.placer.go_on(queued.call, queued.caller, choice, f"moved to {kind} {target}")

    def take(self, call_id: str, agent_id: str) -> None:
        """The caller rings at this agent's handset now, whoever else is waiting and whoever else is free."""
        queued, line = self._queued(call_id), self._line(agent_id)
        self._ring(queued, line, self._desk.met(queued, line), f"taken for agent {agent_id}")

    def _queued(self, call_id: str) -> QueuedCall:
        step = self._desk.call(call_id).step
        if not isinstance(step, QueuedCall):
            raise CallboxError("This call is not waiting in a queue.")
        return step

    def _line(self, target: str) -> HandsetLine:
        line = self._desk.directory.party_line(target) or self._desk.kernel.handsets.get(target)
        if line is None:
            raise CallboxError(f"{target} has no handset.")
        there = inside(line)
        if isinstance(there, Nowhere):
            raise CallboxError(there.reason)
        return line

    def _note(self, queued: QueuedCall, target: str) -> None:
        queued.call.note(EntryKind.TRANSFERRED, by="page", target=target, kind="moved")

    def _ring(self, queued: QueuedCall, line: HandsetLine, connected: Callable[[], None], why: str) -> None:
        def failed(reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
            again = QueuedCall(
                self._desk.queues,
                reach.call,
                reach.origin,
                queued.queue,
                entered=queued.entered,
                rank=queued.rank,
            )
            reach.call.enter(again, f"waits on: {reason}")

        self._desk.placer.ring(
            queued.call, queued.caller, line, TRANSFER_RING_SECONDS, failed, why, connected
        )
