"""A caller hears of their next appointment, and confirms, changes or cancels it by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from appliance.contract.appointments import (
    AT_FIELD,
    STATE_FIELD,
    AppointmentAnswer,
    Kept,
    Said,
    appointment_of,
    is_cancelled,
)
from appliance.contract.flow import AppointmentNode, Exit
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Speech
from appliance.core.call.asking import Asking
from appliance.core.ivr.slots import free_slots
from appliance.core.phrases import Phrase, say

if TYPE_CHECKING:
    from appliance.core.ivr.walk import Walk

#: Whoever keeps the appointments answers by itself; this is for one who never does.
_PATIENCE = 10.0
_LATER, _RING_BACK, _BACK, _PERSON = "8", "9", "*", "0"

Keys = Mapping[str, Callable[[], None]]
T = TypeVar("T")


class AppointmentTalk:
    """As `ask.Question`: it begins, takes keys, and leaves the node by an exit."""

    _at: datetime  # when it is

    def __init__(self, walk: Walk, node: AppointmentNode) -> None:
        self._walk, self._node = walk, node
        self._visit = walk.visit
        self._place = (self._visit.frame.flow.name, self._visit.frame.node)
        self._asking = Asking(walk.caller, walk.after)
        self._failures = 0
        self._over = False

    def begin(self) -> None:
        """Say when it is and ask; who has none goes on at once."""
        self._visit.ahead = ""
        contact, fields = self._visit.call.contact, self._fields()
        at = appointment_of(fields)
        now = self._walk.kernel.clock.wall().astimezone(ZoneInfo(self._node.slots.schedule.timezone))
        if contact is None or at is None or at < now.replace(tzinfo=None) or is_cancelled(fields):
            self._walk.leave_by(Exit.NONE, Exit.NONE if contact is not None else f"{Exit.NONE}: no contact")
            return
        self._at = at
        self._menu(self._visit.prompt(self._node.said))

    def take(self, digit: str) -> None:
        """A key."""
        self._asking.take(digit)

    def key_of(self, word: str) -> str | None:
        """It is asked by keys alone."""
        return None

    def cancel(self) -> None:
        """No answer is wanted any more."""
        self._over = True
        self._asking.forget()

    # ------------------------------------------------------------------- asking

    def _ask(self, before: Prompt, question: Prompt, keys: Keys) -> None:
        """Ask until one of `keys` is pressed; `before` is said the first time only."""
        person: Keys = {_PERSON: self._to_person} if Exit.PERSON in self._node.exits else {}
        choices = {**keys, **person}

        def keyed(key: str) -> None:
            flow, node = self._place
            self._visit.call.note(EntryKind.DIGITS, menu=flow, node=node, digits=key)
            if key in choices:
                choices[key]()
            else:
                self._wrong(key, question, keys)

        self._asking.ask(before + question, self._node.seconds, 1, keyed)

    def _wrong(self, key: str, question: Prompt, keys: Keys) -> None:
        self._failures += 1
        way = Exit.INVALID if key else Exit.TIMEOUT
        if self._failures >= self._node.tries:
            self._walk.leave_by(way, way)
        else:
            self._ask(self._visit.prompt(self._node.invalid) if key else (), question, keys)

    def _menu(self, before: Prompt = ()) -> None:
        question = self._say(Phrase.APPOINTMENT_AT, when=self._when(self._at))
        question += self._say(Phrase.APPOINTMENT_KEYS)
        if Exit.PERSON in self._node.exits:
            question += self._say(Phrase.APPOINTMENT_PERSON)
        self._ask(
            before,
            question,
            {"1": self._confirm, "2": self._change, "3": self._sure, _BACK: self._menu},
        )

    def _sure(self) -> None:
        self._ask(
            (), self._say(Phrase.APPOINTMENT_SURE), {"3": self._cancel, "1": self._menu, _BACK: self._menu}
        )

    # ------------------------------------------------------------------ changing

    def _change(self, after: datetime | None = None, before: Prompt = ()) -> None:
        def told(taken: tuple[datetime, ...] | None) -> None:
            if taken is None:
                self._walk.leave_by(Exit.ERROR, f"{Exit.ERROR}: the appointments cannot be read")
            else:
                self._offer(taken, after, before)

        self._wait(lambda hear: self._visit.doors.services.appointments.taken(hear), told)

    def _offer(self, taken: Sequence[datetime], after: datetime | None, before: Prompt) -> None:
        found = free_slots(self._node.slots, self._walk.kernel.clock.wall(), taken, after)
        keys: dict[str, Callable[[], None]] = {_BACK: self._menu, _RING_BACK: self._ring_back}
        question = self._say(Phrase.APPOINTMENT_NO_TIME) if not found else ()
        for key, at in enumerate(found, 1):
            keys[str(key)] = self._choosing(at)
            question += self._say(Phrase.APPOINTMENT_OFFER, when=self._when(at), key=key)
        if found:
            keys[_LATER] = lambda: self._change(found[-1])
            question += self._say(Phrase.APPOINTMENT_LATER)
        self._ask(before, question + self._say(Phrase.APPOINTMENT_OTHERWISE), keys)

    def _choosing(self, at: datetime) -> Callable[[], None]:
        return lambda: self._keep(Said.CHANGED, at)

    # ------------------------------------------------------------------- keeping

    def _confirm(self) -> None:
        self._keep(Said.CONFIRMED)

    def _cancel(self) -> None:
        self._keep(Said.CANCELLED)

    def _ring_back(self) -> None:
        self._keep(Said.RING_BACK)

    def _to_person(self) -> None:
        self._walk.leave_by(Exit.PERSON, Exit.PERSON)

    def _keep(self, said: Said, to: datetime | None = None) -> None:
        contact = self._visit.call.contact
        slots = self._node.slots
        answer = AppointmentAnswer(
            contact.id if contact is not None else "", self._at, said, to, slots.minutes, slots.places
        )

        def told(kept: Kept) -> None:
            if kept is Kept.DONE:
                self._kept(answer)
            elif kept is Kept.TAKEN:
                self._change(before=self._say(Phrase.APPOINTMENT_TAKEN))
            else:
                way = Exit.NONE if kept is Kept.GONE else Exit.ERROR
                self._walk.leave_by(way, f"{way}: {kept}")

        self._wait(lambda hear: self._visit.doors.services.appointments.keep(answer, hear), told)

    def _kept(self, answer: AppointmentAnswer) -> None:
        now = answer.to or answer.at
        self._visit.call.variables[f"contact.{AT_FIELD}"] = now.isoformat(timespec="minutes")
        self._visit.call.variables[f"contact.{STATE_FIELD}"] = answer.said
        self._visit.call.note(
            EntryKind.APPOINTMENT,
            contact=answer.contact,
            at=answer.at.isoformat(timespec="minutes"),
            answer=answer.said.value,
            to=answer.to.isoformat(timespec="minutes") if answer.to is not None else None,
        )
        phrase, way = _ENDS[answer.said]
        said = self._say(phrase, when=self._when(now))
        self._walk.caller.play(said, done=lambda: self._walk.leave_by(way, answer.said.value))

    # --------------------------------------------------------------------- words

    def _fields(self) -> dict[str, str]:
        names = (AT_FIELD, STATE_FIELD)
        return {name: self._visit.value(f"contact.{name}") or "" for name in names}

    def _say(self, phrase: Phrase, **values: str | int) -> Prompt:
        """The phrase; a time that ends in a point ("ten a.m.") ends the sentence with it."""
        said = say(self._visit.language, phrase, **values)
        return tuple(
            Speech(part.text.replace("..", "."), part.language) if isinstance(part, Speech) else part
            for part in said
        )

    def _when(self, at: datetime) -> str:
        text = at.isoformat(timespec="minutes")
        try:
            return self._visit.doors.services.grammar(text, "moment", "", self._visit.language)
        except ValueError:
            return text

    def _wait(self, ask: Callable[[Callable[[T], None]], None], told: Callable[[T], None]) -> None:
        """Ask those who keep the appointments; what comes too late counts no more."""
        kernel, answered = self._walk.kernel, False

        def hear(value: T) -> None:
            nonlocal answered
            if not answered and not self._over:
                answered = True
                timer.cancel()
                kernel.run_contained(lambda: told(value))

        def late() -> None:
            nonlocal answered
            if not answered and not self._over:
                answered = True
                self._walk.leave_by(Exit.ERROR, f"{Exit.ERROR}: no answer in time")

        timer = self._walk.after(_PATIENCE, late)
        refused = kernel.guard.tell("The appointments", lambda: ask(hear))
        if refused:
            late()


_ENDS = {
    Said.CONFIRMED: (Phrase.APPOINTMENT_CONFIRMED, Exit.NEXT),
    Said.CHANGED: (Phrase.APPOINTMENT_CHANGED, Exit.NEXT),
    Said.CANCELLED: (Phrase.APPOINTMENT_CANCELLED, Exit.CANCELLED),
    Said.RING_BACK: (Phrase.APPOINTMENT_RING_BACK, Exit.RING_BACK),
}
