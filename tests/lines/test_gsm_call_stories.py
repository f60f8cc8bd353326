"""Any story a call may live through ends in one Released, with nothing left behind."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.contract.cause import HangupCause
from appliance.contract.errors import LineTimeoutError, LineTransientError
from drivers.gsm.call import GsmCall
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
from tests.contract.trunk_suite import check_legs
from tests.lines.gsm_host import LEG, Host, listed
from tests.support.examples import examples

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


@settings(max_examples=examples(300))
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
            host.link.answer(name, listed(1, False, CallStat.ACTIVE), listed(1, True, CallStat.INCOMING))
        else:
            host.link.answer(name, final=step)
