"""Subscribers of every kind: what they say and send is what the box's own detectors know, and in time."""

from __future__ import annotations

import contextlib

import pytest

from appliance.contract.events import Event, Tone, ToneHeard, VoiceHeard
from appliance.contract.ids import PortId
from appliance.contract.media import Detect
from appliance.media.detect import Listener
from simulator import CallState, Exchange, GsmModem, Listen, VoiceModem, fax, people, sound
from simulator.call import Call
from simulator.control import Verbs
from simulator.people import KINDS, greeting_ends, mailbox, subscriber
from simulator.script import Say, from_json
from simulator.subscriber import CAUSES, Behaviour
from simulator.tones import SIT, announcement
from simulator.voices import VOICES, recorded, spoken


def _heard(pcm: bytes) -> list[Event]:
    events: list[Event] = []
    listener = Listener(PortId("p"), Detect.TONES | Detect.VOICE, 0.0, "US", events.append)
    for frame in sound.frames(sound.silence(1.0) + pcm):
        listener(frame)
    return events


def _tones(pcm: bytes) -> set[Tone]:
    return {event.tone for event in _heard(pcm) if isinstance(event, ToneHeard)}


@pytest.mark.parametrize(("cause", "tone"), [(1, Tone.SIT), (22, Tone.SIT), (34, Tone.SIT_CIRCUIT)])
def test_announcements_begin_with_special_information_tones_and_speak(cause: int, tone: Tone) -> None:
    heard = _heard(announcement(cause))
    assert [event.tone for event in heard if isinstance(event, ToneHeard)] == [tone]
    assert any(isinstance(event, VoiceHeard) for event in heard)
    assert cause in CAUSES.values() and set(SIT) == {1, 22, 34}


def test_a_fax_is_heard_as_one() -> None:
    assert _tones(fax.called()) == {Tone.FAX_CED}
    assert _tones(fax.called()[: 2 * 3 * sound.RATE]) == {Tone.FAX_CED}, "the answer tone alone is proof"
    assert _tones(2 * fax.calling()) == {Tone.FAX_CNG}
    assert _tones(fax.preamble(2.0)) == {Tone.FAX_CED}, "and the preamble alone"


@pytest.mark.parametrize("voice", range(len(VOICES)))
def test_people_speak_and_are_no_tones(voice: int) -> None:
    for text in (people.GREETINGS[voice], people.RECEPTIONISTS[voice]):
        pcm = spoken(text, voice)
        assert not _tones(pcm), text
        assert -22 < sound.level_dbm0(pcm) < -14, text
    machine = _heard(mailbox(voice))
    assert any(isinstance(event, VoiceHeard) for event in machine)
    assert len(mailbox(voice)) / 16000 > 3.0


def test_voices_differ_and_are_made_once() -> None:
    assert len({spoken("Hello?", voice) for voice in range(len(VOICES))}) == len(VOICES)
    assert spoken("Hello?", 0) is spoken("Hello?", 0)
    with pytest.raises(FileNotFoundError, match="asterisk-core-sounds"):
        recorded("no-such-prompt")


def _first_sound(call: Call) -> float:
    """Seconds of what a subscriber says until their first pause of half a second, by what the line got."""
    frames = [call.frame(sound.SILENCE) for _ in range(50 * 6)]
    loud = [sound.level_dbm0(frame) > -45 for frame in frames]
    begun = loud.index(True)
    quiet = next(at for at in range(begun, len(loud)) if not any(loud[at : at + 25]))
    return quiet * sound.FRAME_SECONDS


@pytest.mark.parametrize("kind", ["person", "receptionist"])
@pytest.mark.parametrize("voice", range(3))
def test_a_greeting_ends_when_it_is_said_to(kind: str, voice: int) -> None:
    with Exchange() as exchange:
        line = GsmModem(exchange, "gsm1")
        who = subscriber(kind, "123", voice)
        call = Call(exchange, line, "123", to_box=False, script=who.script)
        exchange.loop.call(call.connect)
        assert abs(_first_sound(call) - greeting_ends(kind, voice)) < 0.06


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_may_be_put_into_the_phone_book(kind: str) -> None:
    with Exchange() as exchange:
        Verbs(exchange).add_person("+12025550123", kind, 1)
        (found,) = [one for one in exchange.subscribers if one.number == "+12025550123"]
    assert (found.behaviour is Behaviour.ANSWER) == bool(found.script)


def test_unknown_kinds_are_told() -> None:
    with pytest.raises(ValueError, match="unknown kind 'ghost'"):
        subscriber("ghost", "1")


def test_voices_in_a_script_of_the_control_socket() -> None:
    first, second = from_json([{"speak": "Good day.", "voice": 2}, {"recorded": "vm-intro"}])
    assert first == Say(spoken("Good day.", 2)) and second == Say(recorded("vm-intro"))


def _dialled(line: VoiceModem, number: str) -> Call:
    """The line is seized and dials, as the box's driver would have it."""
    exchange = line.exchange

    def dial() -> Call:
        line.off_hook = True
        line.call = exchange.dial(line, number)
        return line.call

    return exchange.loop.call(dial)


def _tick(line: VoiceModem, seconds: float) -> None:
    for _ in range(round(seconds * 50)):
        line.tick()


def test_an_analog_line_hears_the_announcement_twice_and_then_reorder() -> None:
    with Exchange(speed=20.0) as exchange:
        line = VoiceModem(exchange, "fxo1")
        exchange.add_subscriber(subscriber("changed", "5551"))
        got: list[bytes] = []
        with contextlib.ExitStack() as stack:
            stack.callback(line.unplug)
            call = _dialled(line, "5551")
            assert call.wait_for(CallState.ENDED, 20)
            line.stream.give = got.append  # type: ignore[method-assign, assignment]
            exchange.loop.call(lambda: _tick(line, 2 * len(announcement(22)) / 2 / sound.RATE + 4))
        pcm = b"".join(got)
    events = [event.tone for event in _heard(pcm) if isinstance(event, ToneHeard)]
    assert events == [Tone.SIT, Tone.SIT, Tone.REORDER]
    assert call.cause == CAUSES[Behaviour.CHANGED]


def test_a_mobile_network_gives_its_causes() -> None:
    with Exchange(speed=20.0) as exchange:
        line = GsmModem(exchange, "gsm1")
        for kind, cause in (("off", 20), ("changed", 22), ("no_circuit", 34), ("rejecting", 21)):
            exchange.add_subscriber(subscriber(kind, "1"))
            call = exchange.loop.call(lambda: exchange.dial(line, "1"))
            assert call.wait_for(CallState.ENDED, 20) and call.cause == cause


def test_a_silent_person_says_nothing() -> None:
    first = subscriber("silent", "1").script[0]
    assert isinstance(first, Listen) and first.seconds > 20
