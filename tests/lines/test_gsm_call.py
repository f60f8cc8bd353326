"""One call's states on a stepped clock: who ends it, why, and what is not believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.contract.audio import AudioPort
from appliance.contract.cause import HangupCause
from appliance.contract.clock import SteppedClock
from appliance.contract.errors import LineTimeoutError, LineTransientError
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    CallWaiting,
    DigitReceived,
    Event,
    Progress,
    Released,
    RingStarted,
    Stage,
)
from appliance.contract.ids import LegId, PortId
from drivers.at_channel import Reply
from drivers.at_channel.reply import refusal
from drivers.gsm.audio import LineAudio
from drivers.gsm.call import GsmCall
from drivers.gsm.call_host import CallState
from drivers.gsm.link import Replied
from drivers.gsm.quirks import VENDORS, AudioPlan
from drivers.gsm.settings import Timings
from drivers.gsm.sound import Sound
from drivers.gsm.unsolicited import (
    CallEnded,
    CallReport,
    CallStat,
    Clip,
    Digit,
    PathOpened,
    Ring,
    Urc,
    Waiting,
)
from tests.contract.trunk_suite import BenchAudio, EventLog, check_legs

LEG = LegId("leg")


class FakeLink:
    """Holds commands until the test answers them."""

    def __init__(self) -> None:
        self.pending: list[tuple[str, Replied | None]] = []
        self.sent: list[str] = []
        self.aborts = 0
        self.urgent: set[str] = set()

    def command(
        self,
        text: str,
        timeout: float,
        done: Replied | None = None,
        *,
        finals: Iterable[str] = (),
        urgent: bool = False,
    ) -> None:
        self.sent.append(text)
        if urgent:
            self.urgent.add(text)
        self.pending.append((text, done))

    def abort(self) -> None:
        self.aborts += 1

    def answer(
        self, text: str, *lines: str, final: str = "OK", error: LineTransientError | None = None
    ) -> None:
        """Answer the oldest command of this name."""
        names = [name for name, _ in self.pending]
        assert text in names, f"{text} not in {names}"
        name, done = self.pending.pop(names.index(text))
        if done is not None:
            done(Reply(name, "" if error else final, lines, error or refusal(name, final)))


class FakeDevice:
    def __init__(self) -> None:
        self.open_count = 0

    def open(self) -> None:
        self.open_count += 1

    def close(self) -> None:
        self.open_count -= 1


@dataclass
class Host:
    """The trunk, as a call sees it."""

    family: str = "generic"
    has_audio: bool = True
    name: str = "gsm1"
    port_id: PortId = PortId("port-1")
    timings: Timings = field(default_factory=Timings)
    link: FakeLink = field(default_factory=FakeLink)
    clock: SteppedClock = field(default_factory=SteppedClock)
    events: EventLog = field(default_factory=EventLog)
    device: FakeDevice = field(default_factory=FakeDevice)
    over: list[LegId] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vendor = VENDORS[self.family]
        self.plan = self.vendor.plan("LTE", "/dev/pcm" if self.has_audio else None, None)
        self.sound = Sound(self.name, self.link, self.clock, BenchAudio(), self._make)

    def post(self, event: Event) -> None:
        self.events(event)

    def call_over(self, leg: LegId) -> None:
        self.over.append(leg)

    def suspect(self, why: str) -> None:
        self.suspicions.append(why)

    def _make(self, plan: AudioPlan, port: AudioPort, on_lost: Callable[[str], None]) -> LineAudio:
        return self.device

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events.all]

    def released(self) -> HangupCause:
        found = self.events.of(Released)
        assert len(found) == 1, self.events.all
        return found[0].cause


def _listed(index: int, incoming: bool, stat: CallStat) -> str:
    return f'+CLCC: {index},{int(incoming)},{stat.value},0,0,"123",129'


def _outgoing(host: Host) -> GsmCall:
    call = GsmCall(host, LEG, incoming=False)
    call.dial("+36301234567")
    host.link.answer("ATD+36301234567;")
    return call


def _talking(host: Host) -> GsmCall:
    call = _outgoing(host)
    host.clock.advance(0.5)
    host.link.answer("AT+CLCC", _listed(1, False, CallStat.ACTIVE))
    assert call.state is CallState.ACTIVE
    return call


def _ringing(host: Host) -> GsmCall:
    call = GsmCall(host, LEG, incoming=True)
    call.heard(Ring())
    return call


def test_an_outgoing_call_by_the_list_of_calls_alone() -> None:
    host = Host()
    call = _outgoing(host)
    for stat in (CallStat.DIALLING, CallStat.ALERTING, CallStat.ACTIVE):
        host.clock.advance(0.5)
        host.link.answer("AT+CLCC", _listed(1, False, stat))
    stages = [event.stage for event in host.events.of(Progress)]
    assert stages == [Stage.SEIZED, Stage.DIALLED, Stage.RINGING]
    assert host.kinds()[-1] is Answered and host.device.open_count == 1
    host.clock.advance(4.9)
    assert host.link.pending == []  # it is looked at seldom once it is up
    call.release(HangupCause.NORMAL_CLEARING)
    host.link.answer("AT+CHUP")
    assert host.released() is HangupCause.NORMAL_CLEARING
    assert host.device.open_count == 0 and host.over == [LEG]
    assert host.clock.pending() == 0


def test_the_list_is_asked_every_half_second_only_while_a_call_is_set_up() -> None:
    host = Host()
    _outgoing(host)
    for _ in range(6):
        host.clock.advance(0.5)
        host.link.answer("AT+CLCC", _listed(1, False, CallStat.ALERTING))
    assert host.link.sent.count("AT+CLCC") == 6


@pytest.mark.parametrize(
    ("final", "cause"),
    [
        ("BUSY", HangupCause.USER_BUSY),
        ("NO ANSWER", HangupCause.NO_ANSWER),
        ("NO DIALTONE", HangupCause.NO_DIAL_TONE),
        ("+CME ERROR: 30", HangupCause.NETWORK_OUT_OF_ORDER),
        ("ERROR", HangupCause.TEMPORARY_FAILURE),
    ],
)
def test_a_dial_that_is_refused(final: str, cause: HangupCause) -> None:
    host = Host()
    GsmCall(host, LEG, incoming=False).dial("123")
    host.link.answer("ATD123;", final=final)
    assert host.released() is cause


def test_no_carrier_asks_for_the_cause() -> None:
    host = Host()
    GsmCall(host, LEG, incoming=False).dial("123")
    host.link.answer("ATD123;", final="NO CARRIER")
    host.link.answer("AT+CEER", "+CEER: 5,21")
    assert host.released() is HangupCause.CALL_REJECTED


def test_an_end_that_speaks_of_the_call_before_is_not_believed() -> None:
    host = Host()
    call = _outgoing(host)
    call.heard(CallEnded())
    host.link.answer("AT+CLCC", _listed(1, False, CallStat.DIALLING))
    assert host.events.of(Released) == []
    call.heard(CallEnded())
    host.link.answer("AT+CLCC")
    host.link.answer("AT+CEER", "+CEER: User busy")
    assert host.released() is HangupCause.USER_BUSY


def test_a_hang_up_nobody_reported_is_found() -> None:
    host = Host()
    _talking(host)
    for _ in range(2):
        host.clock.advance(5.0)
        host.link.answer("AT+CLCC")
    host.link.answer("AT+CEER", final="ERROR")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_the_modem_dies_while_the_cause_is_asked() -> None:
    host = Host()
    call = _talking(host)
    call.heard(CallEnded())
    host.link.answer("AT+CEER", error=LineTransientError("gone"))
    assert host.released() is HangupCause.LINE_FAULT


def test_a_silent_modem_is_suspected_at_the_second_look() -> None:
    host = Host()
    call = _talking(host)
    for expected in (0, 1):
        host.clock.advance(5.0)
        host.link.answer("AT+CLCC", error=LineTimeoutError("silent"))
        assert len(host.suspicions) == expected
    call.lost("silent")
    assert host.released() is HangupCause.LINE_FAULT


def test_release_while_the_dial_command_is_pending() -> None:
    host = Host()
    call = GsmCall(host, LEG, incoming=False)
    call.dial("123")
    call.release(HangupCause.PRE_EMPTED)
    assert host.link.aborts == 1
    assert "AT+CHUP" not in host.link.urgent  # it must not overtake the dial command
    host.link.answer("ATD123;", final="NO CARRIER")
    host.link.answer("AT+CHUP")
    assert host.released() is HangupCause.PRE_EMPTED


def test_a_modem_without_chup_is_hung_up_by_ath() -> None:
    host = Host()
    _talking(host).release(HangupCause.NORMAL_CLEARING)
    host.link.answer("AT+CHUP", final="ERROR")
    host.link.answer("ATH")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_a_modem_that_does_not_hang_up_is_suspected() -> None:
    host = Host()
    _talking(host).release(HangupCause.NORMAL_CLEARING)
    host.link.answer("AT+CHUP", error=LineTimeoutError("silent"))
    assert host.released() is HangupCause.NORMAL_CLEARING
    assert len(host.suspicions) == 1


def test_an_incoming_call() -> None:
    host = Host()
    call = _ringing(host)
    call.heard(Clip("+36301234567", "Anna"))
    call.heard(Ring())
    call.heard(Clip("+36301234567", "Anna"))
    call.answer()
    host.link.answer("ATA")
    call.heard(Digit("7"))
    assert host.kinds() == [RingStarted, CallerId, Answered, AudioReady, DigitReceived]
    call.heard(CallEnded())
    host.link.answer("AT+CEER", "+CEER: 16")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_nobody_says_who_calls() -> None:
    host = Host()
    call = _ringing(host)
    call.heard(Ring())
    assert host.events.of(CallerId) == [CallerId("gsm1", LEG, None, None, False)]


def test_the_ringing_stops_without_a_word() -> None:
    host = Host()
    call = _ringing(host)
    host.clock.advance(9.0)
    call.heard(Ring())
    host.clock.advance(9.9)
    assert host.events.of(Released) == []
    host.clock.advance(0.2)
    host.link.answer("AT+CHUP", final="ERROR")
    host.link.answer("ATH")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_the_caller_is_gone_before_the_answer() -> None:
    host = Host()
    call = _ringing(host)
    call.answer()
    host.link.answer("ATA", final="NO CARRIER")
    assert host.released() is HangupCause.NORMAL_CLEARING
    assert host.events.of(Answered) == []


def test_a_second_caller_knocks_and_gives_up_without_ending_the_call() -> None:
    host = Host()
    call = _talking(host)
    call.heard(Waiting("+36309998877"))
    call.heard(Waiting("+36309998877"))
    assert host.events.of(CallWaiting) == [CallWaiting("gsm1", LEG, "+36309998877")]
    call.heard(CallEnded(missed=True))
    call.heard(CallEnded(HangupCause.NORMAL_CLEARING, index=2))
    call.heard(CallEnded())
    host.link.answer("AT+CLCC", _listed(1, False, CallStat.ACTIVE))
    assert host.events.of(Released) == []
    call.heard(CallReport(1, False, CallStat.OVER))
    host.link.answer("AT+CEER", "+CEER: 16")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_sound_opens_when_the_family_lets_it() -> None:
    simcom = Host("simcom")
    call = _outgoing(simcom)
    call.heard(PathOpened())
    simcom.link.answer("AT+CLCC", _listed(1, False, CallStat.ALERTING))
    assert simcom.device.open_count == 0
    call.heard(CallReport(1, False, CallStat.ACTIVE))
    assert simcom.events.of(Answered) == []  # the sound comes first
    simcom.link.answer("AT+CPCMREG=1")
    assert simcom.kinds()[-2:] == [AudioReady, Answered]
    huawei = Host("huawei")
    call = _outgoing(huawei)
    call.heard(CallReport(1, False, CallStat.ALERTING))
    huawei.link.answer("AT^DDSETEX=2")
    assert huawei.kinds()[-1] is AudioReady
    call.heard(CallReport(1, False, CallStat.ACTIVE))
    assert huawei.kinds()[-1] is Answered


def test_a_call_without_sound_is_ended() -> None:
    host = Host("simcom")
    call = _outgoing(host)
    call.heard(CallReport(1, False, CallStat.ACTIVE))
    for _ in range(4):
        host.link.answer("AT+CPCMREG=1", final="ERROR")
        host.clock.advance(0.25)
    host.link.answer("AT+CHUP")
    assert host.released() is HangupCause.LINE_FAULT


def test_digits_go_out_one_by_one_and_nothing_else_does() -> None:
    host = Host("huawei")
    _talking_huawei = _outgoing(host)
    _talking_huawei.heard(CallReport(1, False, CallStat.ALERTING))
    _talking_huawei.send_digits("1*a;\r#")
    sent = [text for text in host.link.sent if text.startswith("AT^DTMF")]
    assert sent == ["AT^DTMF=1,1", "AT^DTMF=1,*", "AT^DTMF=1,A", "AT^DTMF=1,#"]


_URCS: list[Urc] = [
    Ring(),
    Clip("1"),
    Waiting("2"),
    PathOpened(),
    CallEnded(),
    CallEnded(HangupCause.USER_BUSY, "busy"),
    CallEnded(missed=True),
    CallEnded(HangupCause.NORMAL_CLEARING, "", 1),
    Digit("5"),
    *(CallReport(1, incoming, stat) for incoming in (False, True) for stat in CallStat),
]
_ACTIONS = st.one_of(
    st.sampled_from(_URCS),
    st.sampled_from(["answer", "release", "digits", "time", "lost"]),
    st.sampled_from(["OK", "ERROR", "NO CARRIER", "+CME ERROR: 3", "silence", "gone", "listed"]),
)


@settings(max_examples=300)
@given(
    st.sampled_from(["generic", "simcom", "quectel", "huawei"]),
    st.booleans(),
    st.lists(_ACTIONS, max_size=25),
)
def test_whatever_happens_there_is_one_released(family: str, incoming: bool, story: list[Urc | str]) -> None:
    host = Host(family)
    call = GsmCall(host, LEG, incoming)
    if incoming:
        call.heard(Ring())
    else:
        call.dial("123456")
    for step in story:
        _take(host, call, step)
    call.lost("the end of the story")
    for _ in range(len(host.link.pending)):
        _take(host, call, "OK")
    host.clock.advance(60.0)
    check_legs(host.events)
    assert host.over == [LEG]
    assert host.device.open_count == 0
    assert host.clock.pending() == 0


def _take(host: Host, call: GsmCall, step: Urc | str) -> None:
    acts: dict[str, Callable[[], None]] = {
        "answer": call.answer,
        "release": lambda: call.release(HangupCause.NORMAL_CLEARING),
        "digits": lambda: call.send_digits("12"),
        "time": lambda: host.clock.advance(3.0),
        "lost": lambda: call.lost("unplugged"),
    }
    if not isinstance(step, str):
        call.heard(step)
    elif step in acts:
        acts[step]()
    elif host.link.pending:
        name = host.link.pending[0][0]
        if step == "silence":
            host.link.answer(name, error=LineTimeoutError("silent"))
        elif step == "gone":
            host.link.answer(name, error=LineTransientError("gone"))
        elif step == "listed":
            host.link.answer(name, _listed(1, False, CallStat.ACTIVE), _listed(1, True, CallStat.INCOMING))
        else:
            host.link.answer(name, final=step)
