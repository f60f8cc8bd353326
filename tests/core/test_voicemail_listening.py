"""The messages of a box on a handset, by keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from appliance.contract.events import Event, HandsetDialled
from appliance.contract.ids import LegId
from appliance.contract.media import Prompt, Sound
from appliance.contract.messages import Heard
from appliance.contract.services import Services
from appliance.core.call.call import Call, Direction
from appliance.core.call.leg import LegState, Role
from appliance.core.messages.listening import Listen
from appliance.core.phrases import Phrase, say
from tests.core.office import Office, make_plan

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Box:
    """Messages of a box, and what became of them."""

    def __init__(self, *recordings: str) -> None:
        self.messages = tuple(Heard(n, name, None, AT, True) for n, name in enumerate(recordings, 1))
        self.became: list[tuple[int, str]] = []

    def waiting(self, box: str, answer: Callable[[tuple[Heard, ...]], None]) -> None:
        assert box == "front"
        answer(self.messages)

    def set_state(self, message: int, state: str) -> None:
        self.became.append((message, state))


def _listen(box: Box) -> Office:
    """Somebody dials on handset 201 and listens, as a star code has it."""
    office = Office(make_plan(), services=Services(messages=box))
    kernel, phone = office.system._kernel, office.handsets["201"]
    line = kernel.handsets["201"]

    def begin(leg: LegId) -> None:
        call = Call(kernel, Direction.INTERNAL, service=True)
        call.start()
        origin = call.add_leg(line, LegState.RINGING, Role.CALLER, leg)
        call.enter(Listen(call, origin, "front", ZoneInfo("Europe/Berlin")), "star code")

    usual = kernel.take

    def take(event: Event) -> None:
        if isinstance(event, HandsetDialled):
            begin(event.leg)
        else:
            usual(event)

    kernel.take = take
    phone.dial("*97")
    office.pump()
    return office


def _hears(office: Office) -> object:
    (leg,) = office.handsets["201"].legs.values()
    return office.hears(leg.port)


def _about(number: str | None = None) -> Prompt:
    when = "2026-03-02 10:00"  # by the clock in Berlin
    if number is None:
        return say("en", Phrase.MESSAGE_WITHHELD, when=when)
    return say("en", Phrase.MESSAGE_FROM, number=number, when=when)


def _message(recording: str) -> Prompt:
    return (*_about(), Sound(f"message/{recording}"))


def test_again_next_delete_and_the_end() -> None:
    box = Box("r1", "r2")
    office = _listen(box)
    assert _hears(office) == (*say("en", Phrase.MESSAGES, count=2, new=2), *_message("r1"))
    office.handsets["201"].key("1")
    office.pump()
    assert _hears(office) == _message("r1") and box.became == []
    office.handsets["201"].key("2")
    office.pump()
    assert _hears(office) == (*say("en", Phrase.NEXT_MESSAGE), *_message("r2"))
    office.handsets["201"].key("3")
    office.pump()
    assert box.became == [(1, "old"), (2, "deleted")]
    assert _hears(office) == say("en", Phrase.MESSAGE_DELETED) + say("en", Phrase.NO_MORE_MESSAGES)
    office.wait(10.0)
    assert not office.handsets["201"].legs


def test_heard_to_the_end_the_keys_are_told_and_without_one_the_next_follows() -> None:
    box = Box("r1", "r2")
    office = _listen(box)
    office.wait(2.1)
    assert _hears(office) == say("en", Phrase.MESSAGE_KEYS) and box.became == []
    office.wait(20.0)
    assert box.became == [(1, "old"), (2, "old")] and not office.handsets["201"].legs


def test_a_key_while_the_keys_are_told_or_after_it_counts_once() -> None:
    box = Box("r1", "r2")
    office = _listen(box)
    office.wait(4.0)  # the keys were told, a key is awaited
    office.handsets["201"].key("3")
    office.wait(6.0)
    assert box.became == [(1, "deleted")]
    assert _hears(office) is None, "the time for a key of the second message runs"
    office.handsets["201"].key("9")
    office.pump()
    assert _hears(office) == say("en", Phrase.MESSAGE_KEYS)


def test_who_left_it_is_said_as_it_is_dialled_here() -> None:
    box = Box("r1")
    box.messages = (Heard(1, "r1", "+14155550100", AT, False),)
    office = _listen(box)
    begun = say("en", Phrase.MESSAGES, count=1, new=0)
    assert _hears(office) == (*begun, *_about("14155550100"), Sound("message/r1"))
    box.messages = (Heard(1, "r1", "sip:nobody", AT, False),)
    office = _listen(box)
    assert _hears(office) == (*begun, *_about("sip:nobody"), Sound("message/r1"))


def test_hash_ends_and_leaves_it_new() -> None:
    box = Box("r1")
    office = _listen(box)
    office.handsets["201"].key("#")
    office.wait(5.0)
    assert box.became == [] and not office.handsets["201"].legs


def test_no_messages() -> None:
    office = _listen(Box())
    assert _hears(office) == say("en", Phrase.NO_MESSAGES)
    office.wait(8.0)
    assert not office.handsets["201"].legs
