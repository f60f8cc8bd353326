"""Who answered: a person, a machine, a fax, a tone or nobody, as `MediaBridge.watch_answer` asks.

Every 100 ms the trees say how likely a machine is. A person is believed in a pause, so that nobody is cut
short; a machine when it is all but certain; who cannot be told is a person.
"""

from __future__ import annotations

import math
from typing import Protocol

from appliance.contract.answering import AnsweredBy, AnswerWatch
from appliance.contract.audio import FRAME_BYTES, FRAME_SECONDS
from appliance.contract.events import AnswerHeard, BeepHeard, EventSink, Tone
from appliance.contract.ids import PortId
from appliance.media import amd_trees, amd_words
from appliance.media.amd_features import features
from appliance.media.amd_sound import Sound
from appliance.media.amd_spectrum import Source
from appliance.media.amd_trees import Trees
from appliance.media.amd_voice import LEAST
from appliance.media.cadences import cadences
from appliance.media.sit import SitReceiver
from appliance.media.spandsp import FaxReceiver, Pcm, ToneReceiver

_EVERY = 5  # frames between two looks
_SETTLED = 1.0  # s before the latest time a likely machine is one: persons are known by then
_BEEP_KEPT = 75  # frames: a beep is told so long after it by whom it proves a machine
_END = 12  # frames of quiet: the words of a phrase are asked for
_SPOKEN = 25  # frames of voice before it: a tone of the fax's pitch is a beep then
_WORD = 6  # frames of voice: the shortest word
_ONSET = 4  # frames of a lone tone pass for voice, before it is known as one
_CALLING, _CALLED, _OFF = 1100.0, 2100.0, 25.0  # Hz: fax tones (ITU-T T.30), and how far they may be off
_NETWORK = 60  # frames of the network's tones, ringback's apart


class Reading(Protocol):
    """Whoever writes down what is said (`hearing.Reading`)."""

    text: str | None

    def close(self) -> None:
        """Its words are wanted no more."""

    def hear(self, frame: Pcm) -> None:
        """The next frame."""

    def ask(self) -> None:
        """For the words so far: they come to `text`."""


class AnswerListener:
    """One watched port. Fed by the bridge's clock, 20 ms at a time; posts events itself."""

    def __init__(
        self,
        port: PortId,
        watch: AnswerWatch,
        country: str,
        post: EventSink,
        trees: Trees | None = None,
        reading: Reading | None = None,
        source: Source | None = None,
    ) -> None:
        self._port, self._watch, self._post = port, watch, post
        self._trees = trees or amd_trees.shipped()
        self._limits = self._trees.wishes[watch.wish]
        self._sound = Sound(country, source)
        self._fax = FaxReceiver()
        self._signals = ToneReceiver(cadences(country))
        self._sit = SitReceiver()
        self._reading = reading
        self._asked = 0  # phrases when its words were last asked for
        self._heard: AnsweredBy | None = None
        self._beeps = 0
        self.over = False

    def __call__(self, block: Pcm) -> None:
        if self.over or len(block) != FRAME_BYTES:
            return
        sound = self._sound
        sound.feed(block)
        reading = self._reading  # another thread may end it
        if reading is not None:
            reading.hear(block)
        if self._heard is None:
            self._signalled(block)
        if self._heard is None and sound.frames % _EVERY == 0:
            self._look()
        if self._watch.beep:
            self._listen_for_beep()

    def close(self) -> None:
        """Its words are wanted no more."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.close()

    # What answered.

    def _signalled(self, block: Pcm) -> None:
        """Fax machines and networks say what they are."""
        fax, signals = self._fax.feed(block), self._signals.feed(block)
        if self._spoken >= _SPOKEN:
            return
        if fax or self._fax_tone():
            self._tell(AnsweredBy.FAX, 0.99, "A fax machine sent its tone.")
        elif signals and signals[0] is not Tone.RINGBACK:
            self._tell(AnsweredBy.TONE, 0.95, f"The line sent its {signals[0]} tone.")
        elif self._sit.feed(block, self._sound.levels.now > LEAST):
            self._tell(AnsweredBy.TONE, 0.98, "The line sent the tones before an announcement.")
        elif self._sound.signals >= _NETWORK or (len(self._sound.beeps) >= 3 and self._spoken < _WORD):
            self._tell(AnsweredBy.TONE, 0.9, "The line sent tones of the network.")

    def _fax_tone(self) -> bool:
        """In noise, where spandsp's receiver is not sure: 1100 Hz for half a second, or 2100 Hz for one."""
        now, over = self._sound.tones.now, self._sound.tones.over
        if now is not None:
            return now.length >= 50 and abs(now.pitch - _CALLED) < _OFF
        return bool(over) and 21 <= over[-1].length <= 28 and abs(over[-1].pitch - _CALLING) < _OFF

    def _look(self) -> None:
        sound, voice = self._sound, self._sound.voice
        seconds = sound.frames * FRAME_SECONDS
        if self._spoken >= _WORD:
            machine = self._with_words(self._trees.of(features(sound)))
            quiet = voice.quiet(sound.frames) * FRAME_SECONDS
            settled = seconds >= self._watch.latest - _SETTLED and machine >= self._limits.late
            if settled or machine >= self._limits.machine:
                self._tell(
                    AnsweredBy.MACHINE, machine, f"It spoke for {self._seconds:.1f} s, as machines do."
                )
            elif machine <= self._limits.person_after(quiet):
                self._tell(AnsweredBy.PERSON, 1 - machine, f"It spoke {self._seconds:.1f} s and waits.")
        if self._heard is None and seconds + 1e-9 >= self._watch.latest:
            if self._spoken >= _WORD:
                self._tell(AnsweredBy.PERSON, 0.5, "It could not be told in time: taken for a person.")
            else:
                self._tell(AnsweredBy.SILENT, 0.9, "Nobody spoke.")

    def _with_words(self, machine: float) -> float:
        """The probability, once it is known what was said."""
        reading, voice = self._reading, self._sound.voice
        if reading is None:
            return machine
        if voice.phrases > self._asked and voice.quiet(self._sound.frames) >= _END:
            self._asked = voice.phrases
            reading.ask()
        more = amd_words.odds(reading.text) if reading.text is not None else 0.0
        return 1 / (1 + (1 - machine) / max(machine, 1e-9) * math.exp(-more))

    def _tell(self, kind: AnsweredBy, probability: float, how: str) -> None:
        self._heard = kind
        self.over = not (self._watch.beep and kind is AnsweredBy.MACHINE)
        self.close()
        sound = self._sound
        quiet = sound.voice.quiet(sound.frames) * FRAME_SECONDS
        seconds = sound.frames * FRAME_SECONDS
        self._post(
            AnswerHeard(self._port, kind, round(probability, 3), round(seconds, 2), how, round(quiet, 2))
        )

    @property
    def _spoken(self) -> int:
        """Frames of voice, those that were the onset of a tone apart."""
        return self._sound.voice.voiced - _ONSET * len(self._sound.beeps)

    @property
    def _seconds(self) -> float:
        return self._spoken * FRAME_SECONDS

    # The beep.

    def _listen_for_beep(self) -> None:
        """The last that is known; one that proved the machine is told with a little delay."""
        beeps, now = self._sound.beeps, self._sound.frames
        if len(beeps) == self._beeps or self._heard is not AnsweredBy.MACHINE:
            return
        self._beeps = len(beeps)
        late = now - beeps[-1].ended
        if late <= _BEEP_KEPT:
            seconds = beeps[-1].ended * FRAME_SECONDS
            self._post(BeepHeard(self._port, round(seconds, 2), round(late * FRAME_SECONDS, 2)))
