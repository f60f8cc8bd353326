"""Star codes: an agent logs in and out, takes breaks and more by the keys of a handset."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.media import Prompt
from appliance.core.acd.agent import Agent, AgentStatus
from appliance.core.acd.roster import Roster
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.directory import StarCode
from appliance.core.ivr.digits import DigitCollector
from appliance.core.ivr.phrases import Phrase, say
from appliance.core.line import HandsetLine

#: Checks a PIN against its hash and gives the answer later, on the core's thread (argon2 takes its time).
PinCheck = Callable[[str, str, Callable[[bool], None]], None]

PIN_TRIES = 3
LOCK_SECONDS = 60.0  # after three wrong PINs, doubled with every three more
LONGEST_LOCK_SECONDS = 900.0
KEY_SECONDS = 8.0


class PinThrottle:
    """Counts wrong PINs keyed at one handset, over all its calls."""

    def __init__(self, line: HandsetLine) -> None:
        self._line = line

    def locked(self, now: float) -> bool:
        return now < self._line.pin_locked_until

    def wrong(self, now: float) -> bool:
        """One more wrong PIN; is it one too many?"""
        self._line.pin_failures += 1
        rounds, rest = divmod(self._line.pin_failures, PIN_TRIES)
        if rest:
            return False
        lock = min(LOCK_SECONDS * 2 ** min(rounds - 1, 10), LONGEST_LOCK_SECONDS)
        self._line.pin_locked_until = now + lock
        return True

    def right(self) -> None:
        self._line.pin_failures = 0


class StarSession(Step):
    """One handset speaks with the box until what it asked for is said to be done, or not."""

    stage = Stage.MENU

    def __init__(
        self, call: Call, origin: Leg, line: HandsetLine, roster: Roster, code: StarCode, check_pin: PinCheck
    ) -> None:
        super().__init__(call)
        self.origin = origin
        self.line = line
        self._roster = roster
        self._code = code
        self._check_pin = check_pin
        self._throttle = PinThrottle(line)
        self._collector: DigitCollector | None = None
        self._begun = False

    def begin(self) -> None:
        self.origin.answer(f"star code {self._code.code}")

    def leave(self) -> None:
        if self._collector is not None:
            self._collector.cancel()
        super().leave()
        self.origin.quiet()

    def ready(self, leg: Leg) -> None:
        if leg is self.origin and not self._begun:
            self._begun = True
            self._run()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if self._collector is not None:
            self.origin.quiet()
            self._collector.take(digit)

    # ------------------------------------------------------------------- actions

    def _run(self) -> None:
        actions: dict[str, Callable[[], None]] = {
            "login": self._login,
            "logout": lambda: self._status(AgentStatus.LOGGED_OUT, Phrase.LOGGED_OUT),
            "break": lambda: self._status(AgentStatus.ON_BREAK, Phrase.ON_BREAK),
            "available": lambda: self._status(AgentStatus.AVAILABLE, Phrase.AVAILABLE),
            "end_wrap_up": self._end_wrap_up,
            "do_not_disturb_on": lambda: self._do_not_disturb(True),
            "do_not_disturb_off": lambda: self._do_not_disturb(False),
        }
        actions[self._code.action]()

    def _status(self, status: AgentStatus, done: Phrase) -> None:
        agent = self._roster.at(self.line.name)
        if agent is None:
            self._finish(Phrase.NOBODY)
            return
        if status is AgentStatus.AVAILABLE:
            agent.end_wrap_up("by star code")
        pause_code = self._code.arguments[0] if self._code.arguments else None
        self._set(agent.id, status, pause_code, done)

    def _set(self, agent: str, status: AgentStatus, pause_code: str | None, done: Phrase) -> None:
        try:
            replaced = self._roster.set_status(agent, status.value, pause_code, self.line.name, "handset")
        except CallboxError:
            self._finish(Phrase.REFUSED)
            return
        extra = say(self.kernel.plan.language, Phrase.REPLACED, replaced.id) if replaced is not None else ()
        self._finish(done, extra)

    def _end_wrap_up(self) -> None:
        agent = self._roster.at(self.line.name)
        if agent is None:
            self._finish(Phrase.NOBODY)
        else:
            agent.end_wrap_up("by star code")
            self._finish(Phrase.WRAP_UP_ENDED)

    def _do_not_disturb(self, on: bool) -> None:
        self.line.do_not_disturb = on
        self.kernel.wake()
        self._finish(Phrase.DND_ON if on else Phrase.DND_OFF)

    # --------------------------------------------------------------------- login

    def _login(self) -> None:
        if self._throttle.locked(self.kernel.clock.now()):
            self._finish(Phrase.LOCKED)
        elif len(self._code.arguments) >= 2:
            self._check(self._code.arguments[0], self._code.arguments[1])
        elif self._code.arguments and self._code.arguments[0]:
            self._ask_pin(self._code.arguments[0])
        else:
            self._ask(say(self.kernel.plan.language, Phrase.AGENT_NUMBER), self._ask_pin)

    def _ask_pin(self, agent: str) -> None:
        prompt = say(self.kernel.plan.language, Phrase.PIN)
        self._ask(prompt, lambda pin: self._check(agent, pin))

    def _ask(self, prompt: Prompt, then: Callable[[str], None]) -> None:
        self._collector = collector = DigitCollector(self.after, KEY_SECONDS, 16, then, closing="#")
        self.origin.play(prompt, done=collector.wait)

    def _check(self, agent_id: str, pin: str) -> None:
        self._collector = None
        agent = self._roster.agents.get(agent_id)
        if self._throttle.locked(self.kernel.clock.now()) or self.line.pin_checking:
            self._finish(Phrase.LOCKED)
        elif agent is None or not agent.plan.pin_hash or not pin:
            self._wrong()
        else:
            self.line.pin_checking = True
            self._check_pin(agent.plan.pin_hash, pin, lambda right: self._checked(agent, right))

    def _checked(self, agent: Agent, right: bool) -> None:
        self.line.pin_checking = False
        self.kernel.run_contained(lambda: self._decide(agent, right))

    def _decide(self, agent: Agent, right: bool) -> None:
        if right:
            self._throttle.right()
            if self._here():
                self._set(agent.id, AgentStatus.AVAILABLE, None, Phrase.LOGGED_IN)
        else:
            self._wrong()

    def _wrong(self) -> None:
        """A wrong PIN counts also when the handset hung up meanwhile."""
        too_many = self._throttle.wrong(self.kernel.clock.now())
        if not self._here():
            return
        if too_many:
            self._finish(Phrase.LOCKED)
        elif self._code.arguments:
            self._finish(Phrase.WRONG)
        else:
            wrong = say(self.kernel.plan.language, Phrase.WRONG)
            self._ask(wrong + say(self.kernel.plan.language, Phrase.AGENT_NUMBER), self._ask_pin)

    def _here(self) -> bool:
        return self.call.open and self.call.step is self

    # ----------------------------------------------------------------------- end

    def _finish(self, phrase: Phrase, extra: Prompt = ()) -> None:
        done = f"star code {self._code.code}: {phrase}"
        prompt = say(self.kernel.plan.language, phrase) + extra
        self.origin.play(prompt, done=lambda: self.call.end(HangupCause.NORMAL_CLEARING, done, "box"))


#: Every action a plan's star code may name.
STAR_ACTIONS = frozenset(
    {
        "login",
        "logout",
        "break",
        "available",
        "end_wrap_up",
        "do_not_disturb_on",
        "do_not_disturb_off",
    }
)
