"""A campaign's number is dialled, who answers is listened to; what is seen and heard goes into its facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from appliance.contract.answering import AnsweredBy, AnswerWatch, AnswerWish
from appliance.contract.campaigns import CampaignPlan
from appliance.contract.events import AnswerHeard, Tone
from appliance.contract.events import Stage as Progressed
from appliance.contract.ids import DialString
from appliance.contract.trunk import AnswerSupervision
from appliance.core.acd.screen import Nobody, another_free
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Failed, Reached
from appliance.core.call.step import Step
from appliance.core.call.trunk_group import Hunt
from appliance.core.dialer.outcome import DialFacts
from appliance.core.line import TrunkLine

#: Machine detection that says nothing by its latest time and so much more: it was a person.
LATE_SECONDS = 2.0
#: A voice is one after half of 300 ms of it; what it began with is listened to with the rest.
SPOKEN_SECONDS = 0.8


class CampaignHunt(Hunt):
    """Dials once, on the first line that takes it; with `spare` never on the last one that is free.

    A number that may have rung is not dialled again on another line: that is another attempt.
    """

    def __init__(
        self,
        call: Call,
        origin: Leg | None,
        number: DialString,
        group: tuple[str, ...],
        reached: Reached,
        failed: Failed,
        seconds: float,
    ) -> None:
        super().__init__(call, origin or Nobody(call), number, group, reached, failed, seconds)
        self._alone = origin is None
        self.facts = DialFacts(AnswerSupervision.SEEN)
        self.line: str | None = None

    def pick(self) -> TrunkLine | None:
        line = super().pick()
        if line is None or line.resting(self.kernel.clock.now()):
            return None  # a caller may be ringing there this moment
        if self._alone and not another_free(self.kernel, line):
            return None
        return line

    def dial(self, line: TrunkLine) -> None:
        self.facts = DialFacts(line.capabilities.answer)
        self.line = line.name
        super().dial(line)

    def retries(self, leg: Leg) -> bool:
        return not self._dialled and super().retries(leg)

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if leg is self.leg:
            self.facts.stage(stage, self.kernel.clock.now())
        super().progress(leg, stage)

    def tone(self, leg: Leg, tone: Tone) -> None:
        if leg is self.leg:
            self.facts.tone(tone, self.kernel.clock.now())
        super().tone(leg, tone)

    def voice(self, leg: Leg) -> None:
        if leg is self.leg:
            self.facts.voice = True
        super().voice(leg)

    def answered(self, leg: Leg) -> None:
        if leg is self.leg:
            inferred = self.facts.answer is AnswerSupervision.INFERRED
            self.facts.is_answered(inferred, self.kernel.clock.now())
        super().answered(leg)

    def released(self, leg: Leg) -> None:
        if leg is self.leg:
            self.facts.over(leg.cause, leg.reason, leg.by == "box", self.kernel.clock.now())
        super().released(leg)

    def hear(self, leg: Leg) -> None:
        """Whoever dials hears the line; the box itself does not."""
        if not self._alone:
            super().hear(leg)


class Listening(Step):
    """It was answered; the media finds out by whom. `told` is called once."""

    stage = Stage.WAITING

    def __init__(
        self,
        call: Call,
        leg: Leg,
        facts: DialFacts,
        watch: AnswerWatch,
        told: Callable[[AnswerHeard | None], None],
    ) -> None:
        super().__init__(call)
        self._leg, self._facts, self._watch, self._told = leg, facts, watch, told
        self._port: str | None = None
        self._spoke = facts.voice  # the voice by which an analog line knew of the answer

    def begin(self) -> None:
        self._leg.listen()
        self.after(self._watch.latest + LATE_SECONDS, lambda: self._told(None))
        self._watch_port()

    def ready(self, leg: Leg) -> None:
        self._watch_port()

    def _watch_port(self) -> None:
        port = self._leg.port
        watch = replace(self._watch, before=SPOKEN_SECONDS) if self._spoke else self._watch
        if port is not None and port != self._port:
            self._port = port
            self.kernel.tell_media(lambda: self.kernel.media.watch_answer(port, watch))

    def answer_heard(self, leg: Leg, event: AnswerHeard) -> None:
        if leg is self._leg:
            if event.kind is AnsweredBy.SILENT and self._spoke:
                how = "They said a word before anybody could listen, and wait."
                event = replace(event, kind=AnsweredBy.PERSON, probability=0.5, how=how)
            self._facts.heard = event
            self._told(event)

    def tone(self, leg: Leg, tone: Tone) -> None:
        self._facts.tone(tone, self.kernel.clock.now())
        super().tone(leg, tone)

    def voice(self, leg: Leg) -> None:
        self._facts.voice = True

    def released(self, leg: Leg) -> None:
        self._facts.over(leg.cause, leg.reason, leg.by == "box", self.kernel.clock.now())
        super().released(leg)


#: What is kept of who answers, and how fast an agent hears it.
KEPT_SECONDS, KEPT_SPEED = 1.5, 1.25


def watch_of(wish: AnswerWish, plan: CampaignPlan, language: str | None) -> AnswerWatch:
    """How a campaign's calls are listened to."""
    beep, keep = plan.outreach.machine is not None, KEPT_SECONDS if plan.work.first_words else 0.0
    return AnswerWatch(wish, beep=beep, language=language or "", keep=keep)
