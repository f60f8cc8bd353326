# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""Who answered a callback: a machine is not the customer, and whom nothing is known of is."""

from __future__ import annotations

import pytest

from appliance.contract.answering import AnsweredBy
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.core.acd.callback_try import TALK_SECONDS, UNKNOWN_SECONDS
from tests.core.acd_hall import Hall
from tests.core.callback_hall import NUMBER, book, closed, customer, dialled, hall_of, takes_callback
from tests.core.fakes import FakeTrunk


def talking(**settings: object) -> tuple[Hall, FakeTrunk]:
    """Whoever the customer's telephone is answered by is connected to agent 11."""
    hall = hall_of(**settings)  # type: ignore[arg-type]
    takes_callback(hall)
    hall.log_in("11")
    hall.answer("11")
    line = customer(hall)
    line.picked_up()
    hall.pump()
    assert hall.state("11") == ("available", "in_call")
    assert closed(hall) == [], "it is not known yet who answered"
    return hall, line


def heard(hall: Hall, line: FakeTrunk, kind: AnsweredBy) -> None:
    assert line.port is not None
    hall.media.answers(line.port, kind)
    hall.pump()


def tried(hall: Hall) -> list[object]:
    return [entry.data["why"] for entry in hall.entries(EntryKind.CALLBACK_TRIED)]


@pytest.mark.parametrize("kind", [AnsweredBy.PERSON, AnsweredBy.SILENT])
def test_a_person_is_the_customer_and_silence_may_be(kind: AnsweredBy) -> None:
    hall, line = talking()
    heard(hall, line, kind)
    assert closed(hall) == ["served"] and not book(hall).open
    hall.hang_up("11")
    hall.wait(600)
    assert tried(hall) == [] and len(dialled(hall)) == 1
    hall.check_quiet()


@pytest.mark.parametrize(
    ("kind", "why"),
    [(AnsweredBy.MACHINE, "machine"), (AnsweredBy.FAX, "machine"), (AnsweredBy.TONE, "failed")],
)
def test_a_machine_is_not_the_customer_who_is_tried_again(kind: AnsweredBy, why: str) -> None:
    hall, line = talking()
    heard(hall, line, kind)
    assert [entry.data["kind"] for entry in hall.entries(EntryKind.ANSWER_HEARD)] == [kind.value]
    hall.wait(20)
    assert closed(hall) == [] and hall.state("11") == ("available", "in_call"), "a message is left meanwhile"
    hall.hang_up("11")
    hall.wait(1)
    assert tried(hall) == [why] and line.leg is None
    hall.wait(60)
    assert hall.rung_for("11") == NUMBER
    hall.answer("11")
    line = customer(hall)
    line.picked_up()
    hall.pump()
    heard(hall, line, AnsweredBy.PERSON)
    assert closed(hall) == ["served"]


def test_machines_only_end_at_the_last_try() -> None:
    hall, line = talking(callback_tries=2)
    for _ in range(2):
        heard(hall, line, AnsweredBy.MACHINE)
        line.hang_up()
        hall.wait(61)
        if hall.ringing():
            hall.answer("11")
            line = customer(hall)
            line.picked_up()
            hall.pump()
    assert tried(hall) == ["machine", "machine"] and closed(hall) == ["not_reached"]
    hall.check_quiet()


def test_nobody_talks_long_with_a_machine() -> None:
    hall, line = talking()
    heard(hall, line, AnsweredBy.MACHINE)
    hall.wait(TALK_SECONDS - 1)
    assert closed(hall) == []
    hall.wait(2)
    assert closed(hall) == ["served"] and tried(hall) == []
    hall.hang_up("11")
    hall.wait(1)
    hall.check_quiet()


def test_without_a_word_it_was_the_customer() -> None:
    hall, _ = talking()
    hall.wait(UNKNOWN_SECONDS + 1)
    assert closed(hall) == ["served"]
    hall, line = talking()
    line.hang_up()
    hall.pump()
    assert closed(hall) == ["served"], "a short answer was one all the same"
    hall.wait(600)
    assert hall.ringing() == [] and tried(hall) == []


def test_a_customer_who_rings_during_the_talk_ends_no_talk() -> None:
    hall, line = talking()
    again = hall.call(number=NUMBER)
    assert closed(hall) == ["rang_again"]
    assert line.leg is not None and hall.state("11") == ("available", "in_call")
    assert hall.media.hears(again.port) is not None if again.port is not None else again.leg is not None
    hall.hang_up("11")
    hall.wait(1)
    assert tried(hall) == []


def test_hold_and_back_serve_once() -> None:
    hall, line = talking()
    heard(hall, line, AnsweredBy.PERSON)
    hall.phone("11").hold(True)
    hall.pump()
    assert line.port is not None and hall.media.hears(line.port) is not CallTone.BUSY
    hall.phone("11").hold(False)
    hall.pump()
    hall.hang_up("11")
    hall.wait(1)
    assert closed(hall) == ["served"] and hall.records[-1].outcome == "answered"


def test_taken_off_and_put_back_at_the_old_place() -> None:
    hall = hall_of(agents=1)
    takes_callback(hall)
    live = hall.call(number="+14155550102")
    (which,) = book(hall).open
    rank = book(hall).open[which].rank
    hall.system.cancel_callback(which)
    hall.wait(1)
    assert closed(hall) == ["cancelled"] and not len(hall.system._kernel.holds)
    hall.system.put_back_callback(which)
    hall.wait(1)
    ((anew, promise),) = book(hall).open.items()
    assert anew != which and promise.rank == rank and len(hall.system._kernel.holds) == 1
    promised = hall.entries(EntryKind.CALLBACK_PROMISED)
    assert [entry.data["since"] for entry in promised] == [promised[0].data["since"]] * 2
    assert live.leg is not None
    hall.log_in("11")
    assert hall.rung_for("11") == NUMBER, "before the caller who came after"


def test_what_cannot_be_put_back_is_said() -> None:
    hall = hall_of()
    with pytest.raises(CallboxError, match="cannot be put back"):
        hall.system.put_back_callback("never was one")
    takes_callback(hall)
    (which,) = book(hall).open
    hall.system.cancel_callback(which)
    takes_callback(hall)
    with pytest.raises(CallboxError, match="another callback"):
        hall.system.put_back_callback(which)
    (other,) = book(hall).open
    hall.system.cancel_callback(other)
    hall.change(trunk_groups={})
    with pytest.raises(CallboxError, match="No line"):
        hall.system.put_back_callback(which)
