"""Calls in progress as the page deals with them: the verbs, both ends, and what the core must offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from appliance.contract.queue_look import AgentLook, QueueLook, WaitingLook
from appliance.control.arguments import Arguments
from appliance.control.messages import Verb


class TalkAccess(Protocol):
    """As `core.system.System`, on the core's loop. Each raises CallboxError with a sentence."""

    def supervise(self, call: str, supervisor: str, mode: str) -> None:
        """A supervisor (agent number) goes into a call: "listen", "whisper", "barge" or "take_over"."""

    def record_call(self, call: str, do: str) -> None:
        """A recording: "start", "stop", "pause" or "resume"."""

    def move_call(self, call: str, kind: str, target: str) -> None:
        """A queue's caller goes to another "queue", a "flow", an "agent" or an "extension"."""

    def take_call(self, call: str, agent: str) -> None:
        """A queue's caller rings at an agent's handset, before all others."""

    def escalate_call(self, call_id: str) -> None:
        """A queue's caller who talks with an agent goes to the next tier of support."""

    def look_at_queue(self, name: str) -> QueueLook:
        """A queue from close by."""

    def cancel_callback(self, callback: str) -> None:
        """A promise to call somebody is taken off the list."""

    def put_back_callback(self, callback: str) -> None:
        """A promise that was taken off is made anew, at its old place."""

    def try_callback(self, callback: str) -> None:
        """It need not wait for its time any more."""


class TalkVerbs:
    """Each verb checks its arguments and asks the core."""

    def __init__(self, core: Callable[[], TalkAccess] | None) -> None:
        self._core = core
        self._verbs: dict[Verb, Callable[[TalkAccess, Arguments], dict[str, Any] | None]] = {
            Verb.CALL_SUPERVISE: _supervise,
            Verb.CALL_RECORD: _record,
            Verb.CALL_MOVE: _move,
            Verb.CALL_TAKE: _take,
            Verb.CALL_ESCALATE: _escalate,
            Verb.CALLBACK_CANCEL: _cancel_callback,
            Verb.CALLBACK_PUT_BACK: _put_back_callback,
            Verb.CALLBACK_TRY: _try_callback,
            Verb.QUEUE_LOOK: _look,
        }

    @property
    def verbs(self) -> frozenset[Verb]:
        """The verbs of this part, when the core has it."""
        return frozenset(self._verbs) if self._core is not None else frozenset()

    def do(self, verb: Verb, given: Arguments) -> dict[str, Any]:
        """Do one of them."""
        return (self._verbs[verb](self._core(), given) or {}) if self._core is not None else {}


def _supervise(core: TalkAccess, given: Arguments) -> None:
    core.supervise(given.text("call", 64), given.text("supervisor", 20), given.text("mode", 20))


def _record(core: TalkAccess, given: Arguments) -> None:
    core.record_call(given.text("call", 64), given.text("do", 20))


def _move(core: TalkAccess, given: Arguments) -> None:
    core.move_call(given.text("call", 64), given.text("kind", 20), given.text("target", 64))


def _take(core: TalkAccess, given: Arguments) -> None:
    core.take_call(given.text("call", 64), given.text("agent", 20))


def _escalate(core: TalkAccess, given: Arguments) -> None:
    core.escalate_call(given.text("call", 64))


def _look(core: TalkAccess, given: Arguments) -> dict[str, Any]:
    return {"queue": asdict(core.look_at_queue(given.text("queue", 64)))}


def _cancel_callback(core: TalkAccess, given: Arguments) -> None:
    core.cancel_callback(given.text("id", 40))


def _put_back_callback(core: TalkAccess, given: Arguments) -> None:
    core.put_back_callback(given.text("id", 40))


def _try_callback(core: TalkAccess, given: Arguments) -> None:
    core.try_callback(given.text("id", 40))


class TalkClient:
    """The page's side; every method raises ControlError with a sentence."""

    def __init__(self, ask: Callable[..., dict[str, Any]]) -> None:
        self._ask = ask

    def supervise(self, call: str, supervisor: str, mode: str) -> None:
        """See `TalkAccess.supervise`."""
        self._ask(Verb.CALL_SUPERVISE, call=call, supervisor=supervisor, mode=mode)

    def record(self, call: str, do: str) -> None:
        """See `TalkAccess.record_call`."""
        self._ask(Verb.CALL_RECORD, call=call, do=do)

    def move(self, call: str, kind: str, target: str) -> None:
        """See `TalkAccess.move_call`."""
        self._ask(Verb.CALL_MOVE, call=call, kind=kind, target=target)

    def take(self, call: str, agent: str) -> None:
        """See `TalkAccess.take_call`."""
        self._ask(Verb.CALL_TAKE, call=call, agent=agent)

    def escalate(self, call: str) -> None:
        """See `TalkAccess.escalate_call`."""
        self._ask(Verb.CALL_ESCALATE, call=call)

    def cancel_callback(self, callback: str) -> None:
        """See `TalkAccess.cancel_callback`."""
        self._ask(Verb.CALLBACK_CANCEL, id=callback)

    def put_back_callback(self, callback: str) -> None:
        """See `TalkAccess.put_back_callback`."""
        self._ask(Verb.CALLBACK_PUT_BACK, id=callback)

    def try_callback(self, callback: str) -> None:
        """See `TalkAccess.try_callback`."""
        self._ask(Verb.CALLBACK_TRY, id=callback)

    def look_at_queue(self, queue: str) -> QueueLook:
        """See `TalkAccess.look_at_queue`."""
        told = self._ask(Verb.QUEUE_LOOK, queue=queue)["queue"]
        waiting = tuple(WaitingLook(**{**row, "rung": tuple(row["rung"])}) for row in told["waiting"])
        agents = tuple(AgentLook(**row) for row in told["agents"])
        return QueueLook(**{**told, "waiting": waiting, "agents": agents})
