"""The full-duplex voice stream (+VTR) of one call: samples both ways at the modem's own pace.

The samples that came in are the modem's clock. As many go out, `AHEAD` of them in advance: enough that the
modem never runs dry between two of its own 20 ms blocks, under 40 ms, so that nothing is heard late.
"""

from __future__ import annotations

from appliance.contract.audio import SAMPLE_RATE, AudioPort
from drivers.fxo.dle import Code, DigitReports, End, Packet, Unshielder, shield
from drivers.fxo.dtmf import tone
from drivers.fxo.sample_format import SampleFormat

AHEAD = SAMPLE_RATE * 38 // 1000
_DEAF = SAMPLE_RATE // 4  # after own digits: their echo from the line may still be reported

Event = Code | Packet | End | str  # a str is a digit


class VoiceStream:
    """Feeds the modem's bytes in, gives back the bytes to write. No I/O, no threads, no clock."""

    def __init__(self, audio: AudioPort, samples: SampleFormat) -> None:
        self._audio = audio
        self._format = samples
        self._in = Unshielder()
        self._digits = DigitReports()
        self._tones = bytearray()  # s16le of digits still to be sent
        self._deaf_until = 0
        self._sent = 0
        self._open = False
        self.received = 0  # samples
        self.loud = 0  # of these, how many were above -40 dB
        self.starved = 0  # samples the modem had to do without because we came late

    @property
    def ended(self) -> bool:
        return self._in.ended

    @property
    def rest(self) -> bytes:
        """What came after the stream's end."""
        return self._in.rest

    def begin(self) -> bytes:
        """Open the audio port; the first bytes to write: silence, so that the modem starts with a supply."""
        self._audio.open()
        self._open = True
        self._sent = AHEAD
        return shield(bytes((self._format.silence,)) * AHEAD)

    def finish(self) -> None:
        """Close the audio port. Harmless twice."""
        if self._open:
            self._open = False
            self._audio.close()

    def send_digits(self, digits: str) -> None:
        """Play these digits instead of the audio, one after the other, from the next block on."""
        for digit in digits:
            self._tones += tone(digit)

    def feed(self, data: bytes) -> tuple[bytes, list[Event]]:
        """Take what the modem sent; the bytes to write back now, and what the line reported."""
        events: list[Event] = []
        for piece in self._in.feed(data):
            if isinstance(piece, bytes):
                self._hear(piece)
            elif isinstance(piece, Code):
                events.extend(self._code(piece))
            else:
                events.append(piece)
        return b"" if self.ended else self._due(), events

    def _hear(self, samples: bytes) -> None:
        self.received += len(samples)
        self.loud += self._format.loud_samples(samples)
        self._audio.from_line(self._format.decode(samples))

    def _code(self, piece: Code) -> list[Event]:
        digit = self._digits.code(piece.code)
        if digit is None:
            return [] if piece.code in DigitReports.ALL else [piece]
        return [digit] if self.received >= self._deaf_until else []

    def _due(self) -> bytes:
        due = self.received + AHEAD - self._sent
        self._sent += due
        if due > AHEAD:  # we were held up, the modem ran dry: that time is gone, and must not become delay
            self.starved += due - AHEAD
            due = AHEAD
        return shield(self._format.encode(self._take(due))) if due > 0 else b""

    def _take(self, samples: int) -> bytes:
        pcm = self._audio.to_line(samples)
        if not self._tones:
            return pcm
        self._deaf_until = self.received + AHEAD + _DEAF
        tones = bytes(self._tones[: 2 * samples])
        del self._tones[: 2 * samples]
        return tones + pcm[len(tones) :]
