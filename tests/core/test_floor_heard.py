"""Who has picked up is not hung up on, and a word that was said too early is not lost."""

from __future__ import annotations

from dataclasses import replace

from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.contract.events import Stage, VoiceHeard
from appliance.contract.leads import LeadState
from appliance.contract.trunk import AnswerSupervision
from tests.core.floor_hall import FloorHall


def test_the_agent_leaves_while_somebody_speaks_who_then_hears_who_called() -> None:
    hall = FloorHall(machines=AnswerWish.BALANCED)
    hall.start("11")
    (line,) = hall.out()
    hall.answers(line)
    assert hall.look().listening == 1
    hall.system.set_agent_status("11", "on_break", None, None, "page")
    hall.pump()
    assert hall.out() == [line], "somebody is there: they are not hung up on"
    hall.told(line, AnsweredBy.PERSON, quiet=0.5)
    hall.wait(1.5)
    assert any("Acme" in str(play) for play in hall.media.plays.values())
    hall.wait(60)
    assert hall.ended() == [("dropped", "")]
    assert hall.shelf.leads[1].state is LeadState.RETRY
    hall.check()


def test_stopping_a_campaign_hangs_up_what_rings_and_nobody_who_answered() -> None:
    hall = FloorHall(machines=AnswerWish.BALANCED)
    hall.start("11", "12")
    first, second = hall.out()
    hall.answers(first)
    hall.rings(second)
    hall.floor.tell("spring", "stop", "admin")
    hall.pump()
    assert hall.out() == [first]


def test_the_word_by_which_an_analog_line_knew_of_the_answer_counts() -> None:
    hall = FloorHall(machines=AnswerWish.BALANCED)
    for line in hall.trunks.values():
        line._capabilities = replace(
            line._capabilities, answer=AnswerSupervision.INFERRED, hangup_signalled=False, progress=False
        )
    hall.start("11")
    (line,) = hall.out()
    line.audio()
    line.progress(Stage.DIALLED)
    line.progress(Stage.RINGING)
    hall.pump()
    assert line.port is not None
    hall.post.post(VoiceHeard(line.port, 2.0))
    hall.pump()
    assert hall.look().listening == 1
    hall.told(line, AnsweredBy.SILENT, quiet=8.0)
    assert hall.together("11", line)
    hall.gone(line)
    assert hall.ended()[0] == ("person", "11")
