"""Who answered: a person, a machine, a fax, a tone or nobody, as `MediaBridge.watch_answer` asks."""

from __future__ import annotations

from appliance.contract.answering import AnsweredBy, AnswerWatch
from appliance.contract.audio import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS
from appliance.contract.events import AnswerHeard, EventSink
from appliance.contract.ids import PortId
from appliance.media.detect import VOICE_POWER
from appliance.media.spandsp import FaxReceiver, Pcm
from appliance.media.vectors import energy


class AnswerListener:
    """One watched port. Fed by the bridge's clock, 20 ms at a time; posts events itself."""

    def __init__(self, port: PortId, watch: AnswerWatch, country: str, post: EventSink) -> None:
        self._port, self._watch, self._post = port, watch, post
        self._fax = FaxReceiver()
        self._frames = 0
        self._loud = 0
        self._quiet = 0
        self.over = False

    def __call__(self, block: Pcm) -> None:
        if self.over or len(block) != FRAME_BYTES:
            return
        self._frames += 1
        loud = energy(block) > VOICE_POWER * FRAME_SAMPLES
        self._loud += loud
        self._quiet = 0 if loud else self._quiet + 1
        if self._fax.feed(block):
            self._tell(AnsweredBy.FAX, 0.99, "A fax machine sent its tone.")
        elif self._frames * FRAME_SECONDS >= self._watch.latest:
            if self._loud:
                self._tell(AnsweredBy.PERSON, 0.5, "It could not be told in time: taken for a person.")
            else:
                self._tell(AnsweredBy.SILENT, 0.9, "Nothing was heard.")

    def _tell(self, kind: AnsweredBy, probability: float, how: str) -> None:
        self.over = True
        seconds = round(self._frames * FRAME_SECONDS, 2)
        quiet = round(self._quiet * FRAME_SECONDS, 2)
        self._post(AnswerHeard(self._port, kind, probability, seconds, how, quiet))
