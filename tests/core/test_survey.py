"""Questions after a call: who is asked, what is noted, and that a caller is never held by them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import Released
from appliance.contract.ids import new_id
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Speech
from appliance.contract.messages import QuestionPlan, SurveyPlan
from appliance.core.survey import chosen
from tests.core.fakes import FakeTrunk
from tests.core.office import Office, make_plan

INVITE: Prompt = (Speech("Two questions."),)
HAPPY: Prompt = (Speech("How happy are you?"),)
SOLVED: Prompt = (Speech("Is it settled?"),)
FREE: Prompt = (Speech("Would you recommend us?"),)
THANKS: Prompt = (Speech("Thank you."),)
SURVEY = SurveyPlan(
    "survey",
    (
        QuestionPlan("happy", "csat", HAPPY),
        QuestionPlan("solved", "solved", SOLVED),
        QuestionPlan("recommend", "free", FREE),
    ),
    invite=INVITE,
    thanks=THANKS,
)


def _office(survey: SurveyPlan | None = SURVEY) -> Office:
    office = Office(replace(make_plan(), survey=survey))
    office.log_in("11")
    return office


def _left_by_the_agent(office: Office) -> FakeTrunk:
    line, phone = office.talk()
    office.wait(20.0)
    phone.hang_up()
    office.pump()
    return line


def _answers(office: Office) -> list[tuple[object, object]]:
    entries = office.entries(EntryKind.SURVEY_ANSWERED)
    return [(entry.data["question"], entry.data.get("answer")) for entry in entries]


def test_answers_are_bound_to_call_agent_and_queue() -> None:
    office = _office()
    line = _left_by_the_agent(office)
    assert office.hears(line.port) == INVITE
    office.wait(1.1)
    for said, key in ((HAPPY, "5"), (SOLVED, "1"), (FREE, "0")):
        assert office.hears(line.port) == said
        line.key(key)
        office.pump()
    assert office.hears(line.port) == THANKS
    office.wait(10.0)
    assert _answers(office) == [("happy", 5), ("solved", 1), ("recommend", 0)]
    entry = office.entries(EntryKind.SURVEY_ANSWERED)[0]
    assert (entry.data["agent"], entry.data["queue"], entry.data["kind"]) == ("11", "sales", "csat")
    assert entry.call == office.record().call
    office.wait(20.0)
    office.check_quiet()


def test_the_agent_is_free_while_the_caller_answers_and_talk_time_has_ended() -> None:
    office = _office()
    line = _left_by_the_agent(office)
    assert office.state("11") == "wrap_up"
    office.wait(5.0)
    line.hang_up()
    office.wait(20.0)
    assert office.record().answered and office.record().talk_seconds == pytest.approx(20.0, abs=1.0)
    office.check_quiet()


def test_skipped_wrong_and_silent() -> None:
    office = _office()
    line = _left_by_the_agent(office)
    office.wait(1.1)
    line.key("*")  # skipped
    office.pump()
    assert office.hears(line.port) == SOLVED
    line.key("7")  # no answer to this question: it is asked once more
    office.pump()
    assert office.hears(line.port) == SOLVED
    line.key("2")
    office.pump()
    office.wait(30.0)  # nothing at all, twice
    assert _answers(office) == [("happy", None), ("solved", 2), ("recommend", None)]
    office.wait(20.0)
    office.check_quiet()


def test_who_hangs_up_is_let_go() -> None:
    office = _office()
    line = _left_by_the_agent(office)
    office.wait(1.1)
    line.key("4")
    office.pump()
    line.hang_up()
    office.wait(20.0)
    assert _answers(office) == [("happy", 4)]
    office.check_quiet()


def test_nobody_is_asked_who_hung_up_first() -> None:
    office = _office()
    line, _ = office.talk()
    office.wait(5.0)
    line.hang_up()
    office.wait(30.0)
    assert not office.entries(EntryKind.SURVEY_BEGUN)
    office.check_quiet()


@pytest.mark.parametrize(
    "survey", [None, replace(SURVEY, share=0.0), replace(SURVEY, queues=frozenset({"support"}))]
)
def test_nobody_is_asked_whom_it_is_not_for(survey: SurveyPlan | None) -> None:
    office = _office(survey)
    _left_by_the_agent(office)
    office.wait(30.0)
    assert not office.entries(EntryKind.SURVEY_BEGUN)
    assert office.record().ended_by == "agent"
    office.check_quiet()


def test_the_share_is_kept_and_the_choice_is_the_same_again() -> None:
    calls = [new_id() for _ in range(4000)]
    plan = replace(SURVEY, share=0.2, seed=7)
    asked = [call for call in calls if chosen(plan, call)]
    assert 650 < len(asked) < 950  # 800 ± 6 standard deviations
    assert asked == [call for call in calls if chosen(plan, call)]
    other = [call for call in calls if chosen(replace(plan, seed=8), call)]
    assert 80 < len(set(asked) & set(other)) < 260
    assert not any(chosen(replace(plan, share=0.0), call) for call in calls)
    assert all(chosen(replace(plan, share=1.0), call) for call in calls)


def test_nobody_is_asked_who_was_cut_off() -> None:
    office = _office()
    _, phone = office.talk()
    office.wait(5.0)
    office.post.post(Released("201", phone.talking[0], HangupCause.LINE_FAULT, "The handset is gone."))
    phone.legs.clear()
    office.pump()
    assert not office.entries(EntryKind.SURVEY_BEGUN)
