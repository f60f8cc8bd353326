"""A person answered and no agent comes: the safe-harbour message, to the millisecond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.cause import HangupCause
from appliance.contract.leads import Outcome
from appliance.contract.media import Speech
from appliance.core.outreach.steps import BEGINS_WITHIN, DROPPED_SECONDS
from appliance.core.spoken import spoken
from tests.core.outreach_hall import NUMBER, Hall, campaign, lead

MESSAGE = "This is Acme. We called you, and now nobody is free to speak with you."


def test_the_message_begins_within_two_seconds_to_the_millisecond() -> None:
    hall = Hall(campaign())
    dialed = hall.answered(lead())
    hall.outreach.person(dialed, quiet=0.6)
    left = BEGINS_WITHIN - 0.6
    hall.clock.advance(left - 0.001)
    hall.pump()
    assert hall.heard(dialed) == "" and hall.dropped == []
    before = hall.clock.now()
    hall.clock.advance(0.001)
    assert hall.heard(dialed).startswith(MESSAGE)
    assert hall.dropped == [pytest.approx(before + 0.001)]
    assert BEGINS_WITHIN <= 2.0
    ended = hall.over()
    assert ended.outcome is Outcome.DROPPED and not ended.never
    assert hall.said() == [
        f"{MESSAGE} We are sorry. You can call us at 2 1 2 5 5 5 0 1 9 9. If you do not want to be called "
        "again, press 9."
    ]


@given(st.floats(0.0, 8.0))
def test_it_never_begins_later_than_two_seconds_after_the_greeting(quiet: float) -> None:
    """Also when it took the box longer than that to know that it is a person: then at once."""
    hall = Hall(campaign())
    dialed = hall.answered(lead())
    ended_at = hall.clock.now() - quiet
    hall.outreach.person(dialed, quiet)
    hall.clock.advance(max(0.0, BEGINS_WITHIN - quiet) + 1e-9)
    assert hall.heard(dialed).startswith(MESSAGE)
    assert hall.dropped[0] <= max(ended_at + 2.0, ended_at + quiet)


def test_the_key_puts_the_number_on_the_list_and_says_so() -> None:
    hall = Hall(campaign())
    dialed = hall.answered(lead())
    hall.outreach.nobody(dialed)
    hall.keys(dialed, "59")
    assert hall.blocked() == [(NUMBER, "own", "key")]
    assert hall.heard(dialed) == "You will not be called again. Goodbye."
    hall.keys(dialed, "9")
    ended = hall.over()
    assert ended.outcome is Outcome.DROPPED and ended.never
    assert len(hall.blocked()) == 1


def test_the_key_counts_also_after_the_message_and_may_be_of_one_campaign() -> None:
    hall = Hall(campaign(key="0", everywhere=False))
    dialed = hall.answered(lead())
    hall.outreach.nobody(dialed)
    hall.wait(4)
    assert hall.heard(dialed) == ""
    hall.keys(dialed, "0")
    assert hall.blocked() == [(NUMBER, "campaign", "key")]
    assert hall.over().never


@pytest.mark.parametrize("language", ["de", "es-MX", "fr"])
def test_it_speaks_the_lead_s_language(language: str) -> None:
    hall = Hall(campaign())
    dialed = hall.answered(lead(language=language))
    hall.outreach.nobody(dialed)
    assert "Acme" in hall.heard(dialed) and not hall.heard(dialed).startswith("This is")
    made = {part.text for prompt in spoken(hall.plan) for part in prompt if isinstance(part, Speech)}
    assert hall.heard(dialed) in made  # it was made before anybody was called
    hall.over()


def test_own_words_with_the_lead_s_fields() -> None:
    own = {"": (Speech("{lead.name}, {campaign.company} is sorry: {lead.due:money EUR}, {campaign.key}."),)}
    hall = Hall(campaign(dropped=own))
    dialed = hall.answered(lead(due="5"))
    hall.outreach.nobody(dialed)
    assert hall.heard(dialed) == "Ana Lima, Acme is sorry: 5, 9."
    hall.over()


def test_who_hangs_up_before_the_message_was_not_dropped() -> None:
    hall = Hall(campaign())
    dialed = hall.answered(lead())
    hall.outreach.person(dialed)
    hall.wait(1.0)
    hall.line(dialed).hang_up()
    ended = hall.over()
    assert ended.outcome is Outcome.PERSON and hall.said() == [] and hall.dropped == []


def test_who_hangs_up_in_the_message_was() -> None:
    hall = Hall(campaign())
    dialed = hall.answered(lead())
    hall.outreach.nobody(dialed)
    hall.line(dialed).hang_up()
    assert hall.over().outcome is Outcome.DROPPED


def test_an_agent_in_time_has_the_call_and_nothing_is_said() -> None:
    hall = Hall(campaign())
    hall.log_in("11")
    dialed = hall.answered(lead())
    hall.outreach.person(dialed)
    routing = hall.system._routing
    line = hall.system._kernel.handsets["201"]
    hall.system._kernel.run(
        lambda: routing._placer.ring(
            dialed.call, dialed.party, line, 20.0, lambda *_: None, "an agent is free"
        )
    )
    hall.pump()
    hall.handsets["201"].pick_up()
    hall.wait(5)
    assert hall.connected(dialed.party.port, next(iter(hall.handsets["201"].legs.values())).port)
    assert hall.said() == [] and hall.dropped == [] and not hall.outreach._talks
    hall.line(dialed).hang_up()
    hall.wait(70)
    assert hall.ended == []  # the floor has taken it back: what came of it, it knows itself


def test_a_broken_line_and_a_box_that_stops_are_nobody_s_answer() -> None:
    hall = Hall(campaign())
    dialed = hall.answered(lead())
    hall.outreach.person(dialed)
    hall.line(dialed).hang_up(HangupCause.LINE_FAULT)
    assert hall.over().outcome is Outcome.LINE_FAULT
    hall = Hall(campaign())
    dialed = hall.answered(lead())
    hall.outreach.person(dialed)
    hall.system.stop()
    assert [ended.outcome for ended in hall.ended] == [Outcome.INTERRUPTED]


def test_a_message_without_end_is_cut_off() -> None:
    hall = Hall(campaign())
    hall.media.PROMPT_SECONDS = 1000.0
    dialed = hall.answered(lead())
    hall.outreach.nobody(dialed)
    hall.wait(DROPPED_SECONDS - 0.5)
    assert hall.heard(dialed).startswith(MESSAGE)
    hall.wait(1.0)
    assert not dialed.call.open
    assert hall.over().outcome is Outcome.DROPPED


def test_a_disk_that_does_not_take_it_is_not_told_as_done() -> None:
    hall = Hall(campaign())
    hall.journal.append = lambda entry, synced=None: hall.journal.entries.append(entry)  # type: ignore[method-assign]
    dialed = hall.answered(lead())
    hall.outreach.nobody(dialed)
    hall.keys(dialed, "9")
    hall.wait(5.2)
    assert hall.heard(dialed) == "This is not possible now."
    assert not hall.over().never
