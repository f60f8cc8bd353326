"""A star code was dialled: the session that carries it out, and how somebody shows who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contract.media import Prompt
from appliance.core.acd.agent import Agent
from appliance.core.acd.roster import Roster
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg
from appliance.core.directory import StarCode
from appliance.core.line import HandsetLine
from appliance.core.phrases import Phrase, say
from appliance.core.star.spoken import Spoken

if TYPE_CHECKING:
    from appliance.core.talk import Talk

#: Checks a PIN against its hash and gives the answer later, on the core's thread (argon2 takes its time).
PinCheck = Callable[[str, str, Callable[[bool], None]], None]

PIN_TRIES = 3
LOCK_SECONDS = 60.0  # after three wrong PINs, doubled with every three more
LONGEST_LOCK_SECONDS = 900.0


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


Action = Callable[["StarSession"], None]


class StarSession(Spoken):
    """One handset speaks with the box until what it asked for is done, or cannot be."""

    def __init__(
        self,
        call: Call,
        origin: Leg,
        line: HandsetLine,
        roster: Roster,
        code: StarCode,
        check_pin: PinCheck,
        talk: Talk,
        action: Action,
    ) -> None:
        super().__init__(call, origin, line, f"star code {code.code}")
        self.roster = roster
        self.code = code
        self.talk = talk
        self._check_pin = check_pin
        self._throttle = PinThrottle(line)
        self._action = action

    def run(self) -> None:
        self._action(self)

    @property
    def agent(self) -> Agent | None:
        """Who is logged in at this handset."""
        return self.roster.at(self.line.name)

    def argument(self, number: int) -> str | None:
        """What was keyed behind the code, counted from 0; None when it was not."""
        given = self.code.arguments
        return given[number] if number < len(given) and given[number] else None

    def text(self, phrase: Phrase, **values: str | int) -> Prompt:
        return say(self.kernel.plan.language, phrase, **values)

    def conclude(self, phrase: Phrase, also: Prompt = (), **values: str | int) -> None:
        """Say it, and what is to be said besides, then hang up."""
        self.tell(self.text(phrase, **values) + also, phrase.value)

    # ----------------------------------------------------------------------- PIN

    def identify(self, then: Callable[[Agent], None], number: str | None, pin: str | None) -> None:
        """Ask for agent number and PIN as far as they were not given, and go on with the agent."""
        if self._throttle.locked(self.kernel.clock.now()):
            self.conclude(Phrase.LOCKED)
        elif number is None:
            self.ask(self.text(Phrase.AGENT_NUMBER), lambda keyed: self._ask_pin(then, keyed, True))
        elif pin is None:
            self._ask_pin(then, number, False)
        else:
            self._check(then, number, pin, False)

    def _ask_pin(self, then: Callable[[Agent], None], number: str, again: bool) -> None:
        self.ask(self.text(Phrase.PIN), lambda pin: self._check(then, number, pin, again))

    def _check(self, then: Callable[[Agent], None], number: str, pin: str, again: bool) -> None:
        agent = self.roster.agents.get(number)
        if self._throttle.locked(self.kernel.clock.now()) or self.line.pin_checking:
            self.conclude(Phrase.LOCKED)
        elif agent is None or not agent.plan.pin_hash or not pin:
            self._wrong(then, again)
        else:
            self.line.pin_checking = True
            self._check_pin(agent.plan.pin_hash, pin, lambda right: self._checked(then, agent, right, again))

    def _checked(self, then: Callable[[Agent], None], agent: Agent, right: bool, again: bool) -> None:
        self.line.pin_checking = False
        self.kernel.run_contained(lambda: self._decide(then, agent, right, again))

    def _decide(self, then: Callable[[Agent], None], agent: Agent, right: bool, again: bool) -> None:
        if not right:
            self._wrong(then, again)
            return
        self._throttle.right()
        if self.here:
            then(agent)

    def _wrong(self, then: Callable[[Agent], None], again: bool) -> None:
        """A wrong PIN counts also when the handset hung up meanwhile."""
        too_many = self._throttle.wrong(self.kernel.clock.now())
        if not self.here:
            return
        if too_many:
            self.conclude(Phrase.LOCKED)
        elif not again:
            self.conclude(Phrase.WRONG)
        else:
            prompt = self.text(Phrase.WRONG) + self.text(Phrase.AGENT_NUMBER)
            self.ask(prompt, lambda keyed: self._ask_pin(then, keyed, True))
