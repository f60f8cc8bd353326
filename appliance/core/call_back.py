"""A caller is offered to be called back: the number is read out and confirmed, then it is promised.

A line is held before anything is promised; where none can be had, or the number is none that may be called,
the caller hears so and goes on waiting at the old place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from appliance.contract.callbacks import Callback, CallbackKind
from appliance.contract.cause import HangupCause
from appliance.contract.flow import Exit
from appliance.contract.ids import new_id
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Speech
from appliance.core.acd.callback import Callbacks
from appliance.core.acd.callback_turn import packed
from appliance.core.acd.waiting import QueuedCall
from appliance.core.call.asking import Asking
from appliance.core.call.call import Call, Stage
from appliance.core.call.emergency import emergency_number
from appliance.core.call.holds import Hold
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.ivr.visit import Back
from appliance.core.messages.sms import send_sms
from appliance.core.numbers import as_keyed, for_callback, may_take_texts
from appliance.core.phrases import Phrase, say

KEY_SECONDS = 6.0
NUMBER_SECONDS = 8.0
LONGEST_NUMBER = 20
TRIES = 3  # numbers that cannot be called


@dataclass(frozen=True, slots=True)
class Place:
    """Who is asked, and the place they keep. `back` takes them on where nothing was promised, `gone` is told
    when they hang up before."""

    call: Call
    caller: Leg
    queue: str
    rank: float  # monotonic
    waited: float
    reason: str  # "key", "wait" or "flow"
    back: Callable[[str], None]
    gone: Callable[[], None]


def offer_in_queue(book: Callbacks, queued: QueuedCall, reason: str) -> None:
    """To a caller who waits; who does not want it waits on."""
    place = Place(
        queued.call,
        queued.caller,
        queued.queue,
        queued.rank,
        round(queued.waited, 1),
        reason,
        queued.again,
        lambda: book.queues.gone(queued),
    )
    queued.call.enter(OfferCallback(book, place), f"a callback is offered: {reason}")


def offer_in_flow(book: Callbacks, call: Call, caller: Leg, queue: str, back: Back, why: str) -> None:
    """To a caller in a flow; who does not want it takes the way back."""
    if queue not in call.kernel.plan.queues:
        back(call, caller, Exit.ERROR, f"there is no queue {queue}")
        return
    call.queue = queue
    call.wants.take(call.variables)
    now = call.kernel.clock.now()
    known = book.of_number(call.number, queue)
    rank = now if known is None else min(now, book.give_up(known, call))

    def declined(reason: str) -> None:
        back(call, caller, Exit.FAILED, reason)

    place = Place(call, caller, queue, rank, 0.0, "flow", declined, lambda: None)
    call.enter(OfferCallback(book, place), why)


class OfferCallback(Step):
    """The dialogue with one caller."""

    stage = Stage.MENU

    def __init__(self, book: Callbacks, place: Place) -> None:
        super().__init__(place.call)
        self._book = book
        self._place = place
        self.caller = place.caller
        self._hold: Hold | None = None
        self._asking = Asking(place.caller, self.after)
        self._number: str | None = None
        self._bad = 0
        self._promised = False
        self._language = place.call.language or self.kernel.plan.language

    def begin(self) -> None:
        self.caller.answer("a callback is offered")
        self.caller.listen(digits=True)
        self._hold = self._book.hold(self._place.queue)
        if self._hold is None:
            self._back(Phrase.CALLBACK_NONE, "no line could be kept for a callback")
            return
        self._number = self._callable(self.call.number)
        opening = self._said(Phrase.CALLBACK_OFFER) + self._ahead()
        if self._number is None:
            self._ask(opening)
        else:
            self._confirm(opening)

    def leave(self) -> None:
        self._asking.forget()
        super().leave()
        self.caller.quiet()
        if self._hold is not None and not self._promised:
            self.kernel.holds.drop(self._hold)

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is self.caller:
            self._asking.take(digit)

    def released(self, leg: Leg) -> None:
        if leg is self.caller and not self._promised:
            self._place.gone()
        super().released(leg)

    # -------------------------------------------------------------------- words

    def _said(self, phrase: Phrase, **values: str | int) -> Prompt:
        return say(self._language, phrase, **values)

    def _ahead(self) -> Prompt:
        count = self._book.ahead(self._place.queue, self._place.rank)
        return self._said(Phrase.CALLBACK_AHEAD, count=count) if count else ()

    def _digits(self, number: str) -> str:
        return " ".join(as_keyed(number, self.kernel.plan.country))

    # ------------------------------------------------------------------- number

    def _callable(self, number: str | None) -> str | None:
        plan = self.kernel.plan
        if number is None or emergency_number(number, plan) is not None:
            return None
        queue = plan.queues.get(self._place.queue)
        found = for_callback(number, plan.country, queue is not None and queue.callback_abroad)
        return None if found is not None and emergency_number(found, plan) is not None else found

    def _confirm(self, before: Prompt = ()) -> None:
        """Read the number out: 1 is right, 2 another, all else is no."""
        question = self._said(Phrase.CALLBACK_NUMBER, number=self._digits(self._number or ""))
        self._asking.ask(before + question, KEY_SECONDS, 1, self._chosen)

    def _chosen(self, key: str) -> None:
        if key:
            self.call.note(EntryKind.DIGITS, menu=self._place.queue, digits=key)
        if key == "1" and self._number is not None:
            self._promise(self._number)
        elif key == "2":
            self._ask()
        else:
            self._leave_for("the caller stayed on the line")

    def _ask(self, before: Prompt = ()) -> None:
        prompt = before + self._said(Phrase.CALLBACK_ASK)
        self._asking.ask(prompt, NUMBER_SECONDS, LONGEST_NUMBER, self._keyed, closing="#")

    def _keyed(self, digits: str) -> None:
        if not digits:
            self._leave_for("the caller gave no number")
            return
        self.call.note(EntryKind.DIGITS, menu=self._place.queue, digits=digits)
        self._number = self._callable(digits)
        if self._number is not None:
            self._confirm()
            return
        self._bad += 1
        if self._bad >= TRIES:
            self._back(Phrase.CALLBACK_BAD, "no number was given that can be called")
        else:
            self._ask(self._said(Phrase.CALLBACK_BAD))

    # ---------------------------------------------------------------------- end

    def _back(self, phrase: Phrase, why: str) -> None:
        self.caller.play(self._said(phrase), done=lambda: self._leave_for(why))

    def _leave_for(self, why: str) -> None:
        """Where the caller came from; the flow may have nowhere to take them, the queue always has."""
        if self._hold is not None and not self._promised:
            self.kernel.holds.drop(self._hold)
        self._place.back(why)

    def _promise(self, number: str) -> None:
        self._promised = True
        kernel, place, call = self.kernel, self._place, self.call
        now = kernel.clock.wall()
        told = Callback(
            id=new_id(),
            kind=CallbackKind.CALLBACK,
            number=number,
            since=now - timedelta(seconds=kernel.clock.now() - place.rank),
            due=now,
            promised=now,
            call=call.id,
            waited=place.waited,
            reason=place.reason,
            queue=place.queue,
            name=call.name,
            contact=call.contact.id if call.contact is not None else None,
            language=call.language,
            wants=packed(call.wants),
        )
        self._book.promise(told, self._hold, place.rank, lambda good: self._settled(good, number))

    def _settled(self, good: bool, number: str) -> None:
        """The promise is on the disk, or the disk did not take it."""
        here = self.call.open and self.call.step is self
        if good:
            self._text(number)
            if here:
                self.caller.play(self._said(Phrase.CALLBACK_PROMISED), done=self._goodbye)
        elif here:
            self._back(Phrase.CALLBACK_NONE, "the promise could not be saved")

    def _goodbye(self) -> None:
        self.call.end(HangupCause.NORMAL_CLEARING, "A callback was promised.", "box")

    def _text(self, number: str) -> None:
        queue = self.kernel.plan.queues.get(self._place.queue)
        if queue is None or not queue.callback_text or not may_take_texts(number):
            return
        words = self._said(Phrase.CALLBACK_TEXT, queue=queue.label, number=number)
        text = " ".join(part.text for part in words if isinstance(part, Speech))
        send_sms(self.kernel, number, text, lambda problem: None, call=self.call.id)
