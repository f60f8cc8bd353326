"""What lines and media report to the core: frozen facts, each naming its line and leg.

Drivers and media call the `EventSink` they were built with from any thread; wiring carries the event to
the core's thread in order. An event about a leg that is already over is ignored by the core, so a driver
need not worry about races between its own report and the core's release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from appliance.contract.answering import AnsweredBy
from appliance.contract.cause import HangupCause
from appliance.contract.hearing import Certainty
from appliance.contract.ids import LegId, PlayId, PortId, RecordingId


class TrunkState(StrEnum):
    """Where an outside line stands; each is a word of the page with a sentence of its own."""

    DISABLED = "disabled"
    STARTING = "starting"
    IN_SERVICE = "in_service"
    OUT_OF_COVERAGE = "out_of_coverage"  # modem well, no network
    REGISTRATION_DENIED = "registration_denied"  # the network refuses this SIM
    SIM_ABSENT = "sim_absent"
    SIM_LOCKED = "sim_locked"  # PIN wrong, missing, or PUK wanted
    NO_LINE = "no_line"  # analog: no loop current / no dial tone
    UNREACHABLE = "unreachable"  # SIP trunk: no answer or refused registration
    UNPLUGGED = "unplugged"
    SILENT = "silent"  # plugged in but answers nothing
    RECOVERING = "recovering"  # a step of the recovery ladder runs; `why` says which
    FAULTY = "faulty"


class Stage(StrEnum):
    """How far an outbound call has come before it is answered."""

    SEIZED = "seized"
    DIALLED = "dialled"
    RINGING = "ringing"
    EARLY_MEDIA = "early_media"


class Tone(StrEnum):
    """Supervisory and signalling tones heard on a line (ITU-T E.180, E.182)."""

    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    REORDER = "reorder"  # congestion
    SIT = "sit"  # special information tone: the number is not in use, or was changed
    SIT_CIRCUIT = "sit_circuit"  # the one of North America that says: no circuit is free
    FAX_CNG = "fax_cng"
    FAX_CED = "fax_ced"


@dataclass(frozen=True, slots=True)
class TrunkStatus:
    """A trunk changed state. `why` is a sentence for the page; `signal` is dBm, `step` the ladder's step."""

    line: str
    state: TrunkState
    why: str = ""
    signal: int | None = None
    operator: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class HandsetStatus:
    """A handset registered or went away; `address` is where it answers from."""

    line: str
    registered: bool
    address: str | None = None
    agent: str | None = None  # User-Agent header, for the page


@dataclass(frozen=True, slots=True)
class RingStarted:
    """An outside call rings on a trunk; the driver made `leg`. `called` is the number dialled, if known."""

    line: str
    leg: LegId
    called: str | None = None


@dataclass(frozen=True, slots=True)
class CallerId:
    """Who calls. `withheld` when the network says so; number and name as received, trimmed."""

    line: str
    leg: LegId
    number: str | None = None
    name: str | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class HandsetDialled:
    """An agent dialled `number` on a handset; the driver made `leg` and waits for progress/answer/release."""

    line: str
    leg: LegId
    number: str


@dataclass(frozen=True, slots=True)
class Progress:
    """An outbound leg went on to `stage`."""

    line: str
    leg: LegId
    stage: Stage


@dataclass(frozen=True, slots=True)
class Answered:
    """The far end picked up. `inferred` when the line cannot see it and audio or time was taken for it."""

    line: str
    leg: LegId
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class DigitReceived:
    """A DTMF digit (0-9 * # A-D) by the line's own signalling: RFC 4733, INFO, a modem's report."""

    line: str
    leg: LegId
    digit: str


@dataclass(frozen=True, slots=True)
class HookFlash:
    """A handset flashed its hook."""

    line: str
    leg: LegId


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """A handset put its leg on hold (re-INVITE sendonly/inactive) or took it back."""

    line: str
    leg: LegId
    held: bool


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """A handset asked to transfer (REFER): blind to `target`, or attended to its other leg `consult`."""

    line: str
    leg: LegId
    target: str
    consult: LegId | None = None


@dataclass(frozen=True, slots=True)
class CallWaiting:
    """A second call knocks on a trunk that is in a call."""

    line: str
    leg: LegId
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AudioReady:
    """The leg has audio, at `port` of the bridge, from now on (also before the answer: early media)."""

    line: str
    leg: LegId
    port: PortId


@dataclass(frozen=True, slots=True)
class AudioGone:
    """The leg's port left the bridge. A port that comes back (re-INVITE) is announced by `AudioReady`."""

    line: str
    leg: LegId
    port: PortId


@dataclass(frozen=True, slots=True)
class Released:
    """The leg is over and the line is on hook. The last event of every leg, whoever ended it."""

    line: str
    leg: LegId
    cause: HangupCause
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DigitHeard:
    """A DTMF digit found in the audio that came in at `port` (ITU-T Q.24)."""

    port: PortId
    digit: str


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """A supervisory tone found in the audio that came in at `port`.

    A tone is reported once while it goes on; `MediaBridge.detect` begins afresh, and it is reported again.
    """

    port: PortId
    tone: Tone


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """Somebody speaks at `port` after `silence` seconds without; answer inference listens to it."""

    port: PortId
    silence: float


@dataclass(frozen=True, slots=True)
class SilenceHeard:
    """Nothing above the threshold came in at `port` for `seconds`."""

    port: PortId
    seconds: float


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Who is listened to at `port` (`contract.hearing`) begins to speak; a `WordHeard` follows."""

    port: PortId


@dataclass(frozen=True, slots=True)
class WordHeard:
    """What was said: the likeliest of the words asked for, and how sure that is.

    `word` is "" when it was too short for a word. `confidence` is the probability that it is right, 0 to 1.
    """

    port: PortId
    word: str
    certainty: Certainty
    confidence: float


@dataclass(frozen=True, slots=True)
class HearingLost:
    """Nobody listens at `port` any more: the speech worker cannot. `why` is a sentence for the log."""

    port: PortId
    why: str


@dataclass(frozen=True, slots=True)
class AnswerHeard:
    """What answered at a port under `watch_answer`; told once for each watch.

    `probability` is that of `kind` being right, 0 to 1. `seconds` since the watch began; `quiet` is how long
    it has been silent by then (0.0 while somebody still speaks), so the greeting ended `quiet` seconds ago.
    `how` is a sentence for the records.
    """

    port: PortId
    kind: AnsweredBy
    probability: float
    seconds: float
    how: str
    quiet: float = 0.0


@dataclass(frozen=True, slots=True)
class BeepHeard:
    """The tone after which a machine records has ended, `late` seconds ago: speak now.

    `seconds` is when it ended, since the watch began. Told for each such tone until the watch is stopped: who
    already speaks to the machine begins anew.
    """

    port: PortId
    seconds: float
    late: float


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """A prompt ended: to its end (`completed`) or stopped. `problem` says why it could not be played."""

    play: PlayId
    port: PortId
    completed: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RecordEnded:
    """A recording is closed on the disk; `seconds` of audio. `problem` e.g. when the disk is full."""

    recording: RecordingId
    seconds: float
    problem: str = ""


LineEvent = (
    TrunkStatus
    | HandsetStatus
    | RingStarted
    | CallerId
    | HandsetDialled
    | Progress
    | Answered
    | DigitReceived
    | HookFlash
    | HoldChanged
    | TransferRequested
    | CallWaiting
    | AudioReady
    | AudioGone
    | Released
)
SpeechEvent = SpeechBegan | WordHeard | HearingLost
AnswerEvent = AnswerHeard | BeepHeard
MediaEvent = (
    DigitHeard | ToneHeard | VoiceHeard | SilenceHeard | PlayEnded | RecordEnded | SpeechEvent | AnswerEvent
)
Event = LineEvent | MediaEvent
EventSink = Callable[[Event], None]
