"""An outside caller's way through greeting and menu to a choice."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt
from appliance.contract.plan import Choice, FlowPlan
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.ivr.digits import DigitCollector
from appliance.core.ivr.menu import Again, Menu

Chosen = Callable[[Choice, str], None]


class Flow(Step):
    """Greeting, then the menu until it gives a choice. A key stops whatever is being said."""

    stage = Stage.GREETING

    def __init__(self, call: Call, caller: Leg, plan: FlowPlan, chosen: Chosen) -> None:
        super().__init__(call)
        self.caller = caller
        self.plan = plan
        self._chosen = chosen
        self._menu = Menu(plan)
        self._collector: DigitCollector | None = None

    def begin(self) -> None:
        self.call.note(EntryKind.FLOW_ENTERED, flow=self.plan.name, reason="open")
        self.caller.listen(digits=True)
        if self.plan.choices:
            self._collect()
        self.caller.play(self.plan.greeting, done=self._greeted)

    def leave(self) -> None:
        self._stop_collecting()
        super().leave()
        self.caller.quiet()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is self.caller and self._collector is not None:
            self._collector.take(digit)  # what comes of it takes the place of what is being said

    def _greeted(self) -> None:
        if self.plan.choices:
            self._ask()
        else:
            self.caller.play(
                self.plan.menu, done=lambda: self._chosen(self.plan.fallback, "no choice to make")
            )

    def _ask(self) -> None:
        self.call.move(Stage.MENU, "the menu is played")
        if self._collector is None:
            self._collect()
        self.caller.play(self.plan.menu, done=self._wait)

    def _collect(self) -> None:
        self._collector = DigitCollector(self.after, self.plan.digit_seconds, most=1, done=self._keyed)

    def _wait(self) -> None:
        if self._collector is not None:
            self._collector.wait()

    def _stop_collecting(self) -> None:
        if self._collector is not None:
            self._collector.cancel()
            self._collector = None

    def _keyed(self, keyed: str) -> None:
        self._collector = None
        if keyed:
            self.call.note(EntryKind.DIGITS, menu=self.plan.name, digits=keyed)
        decision = self._menu.decide(keyed)
        if isinstance(decision, Choice):
            self._chosen(decision, f"key {keyed}" if keyed in self.plan.choices else "no valid key in time")
        elif decision == Again(invalid=True):
            self._collect()  # a key during this is taken for the menu's
            self.caller.play(self.plan.invalid, done=self._ask)
        else:
            self._ask()


class Announcement(Step):
    """Something is said, then the call ends: closed, goodbye."""

    stage = Stage.GREETING

    def __init__(self, call: Call, caller: Leg, prompt: Prompt, reason: str) -> None:
        super().__init__(call)
        self.caller = caller
        self.prompt = prompt
        self.reason = reason

    def begin(self) -> None:
        self.caller.listen()
        self.caller.play(self.prompt, done=self._said)

    def leave(self) -> None:
        super().leave()
        self.caller.quiet()

    def _said(self) -> None:
        self.call.end(HangupCause.NORMAL_CLEARING, self.reason, "box")
