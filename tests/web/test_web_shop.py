"""What a shop owner meets on the pages: a menu in groups, folded settings, music, breaks, causes."""

from __future__ import annotations

import io
import re

import pytest

from appliance.config.queues import AgentSettings, QueueSettings
from appliance.config.schema import Settings
from appliance.contract.cause import HangupCause
from appliance.contract.explained import OF_HANDSET
from appliance.contract.journal import EntryKind
from tests.web.history import History
from tests.web.site import Browser, Site
from tests.web.typed import form_values
from webui.causes import CAUSES
from webui.forms import queues as queue_forms
from webui.forms.fields import Field
from webui.forms.menu import GROUPS
from webui.forms.queues import agent_fields

GERMAN = {"headers": {"Accept": "text/html", "Accept-Language": "de"}}


def test_every_page_of_the_menu_is_there_and_marks_itself(pages: Site, admin: Browser) -> None:
    hub = admin.text("/setup")
    for group in GROUPS:
        assert str(group.title) in hub
        for entry in group.entries:
            assert f'href="{entry.where}"' in hub
            answer = admin.get(entry.where)
            assert answer.status_code in (200, 303, 409), entry.where  # this core has no upkeep: 409
            if entry.part:
                assert f'href="{entry.where}" aria-current="page"' in answer.get_data(as_text=True)


def test_everything_a_queue_or_an_agent_can_be_has_one_field(pages: Site) -> None:
    with pages.app.test_request_context("/"):
        settings = pages.settings().model_dump(mode="json")
        for model, fields in (
            (QueueSettings, queue_forms.queue_fields(_LABEL, _NAME, settings)),
            (AgentSettings, agent_fields(settings, {})),
        ):
            names = [field.name for field in fields]
            assert len(names) == len(set(names)), "two fields of one name: the second would be lost"
            assert set(names) == set(model.model_fields), model


_LABEL = Field(name="label", label="Name")
_NAME = Field(name="name", label="Short name")


def test_folded_settings_tell_how_many_are_not_as_usual(pages: Site, admin: Browser) -> None:
    settings = pages.settings()
    settings.queues[0].maximum_waiting = 5
    settings.queues[0].maximum_wait_seconds = 30.0
    pages.save(settings)
    text = admin.text("/setup/queues/sales")
    summaries = re.findall(r"<summary>(.*?)</summary>", text)
    assert '<details class="more" open>' not in text
    assert any(one.startswith("When it takes too long") and "2 set" in one for one in summaries)
    assert any(one == "Ringing" for one in summaries)


def test_only_the_part_with_a_problem_is_unfolded(pages: Site, admin: Browser) -> None:
    text = admin.text("/setup/queues/sales")
    form = form_values(text) | {"say_seconds": "1"}
    answer = admin.post("/setup/queues/sales", form)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    opened = re.findall(r'<details class="more" open><summary>(.*?)<', text)
    assert [one.strip() for one in opened] == ["While waiting"]
    assert 'id="say_seconds-problem"' in text


def test_music_of_a_queue_is_chosen_or_uploaded(
    pages: Site, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    music = pages.folder / "moh"
    music.mkdir()
    (music / "reno_project-system.wav").touch()
    monkeypatch.setattr(queue_forms, "MUSIC", music)
    text = admin.text("/setup/queues/sales")
    assert '<option value="music/reno_project-system">reno project – system</option>' in text
    form = form_values(text) | {"music": "music/reno_project-system"}
    assert admin.post("/setup/queues/sales", form).status_code == 303
    assert _queue(pages.settings()).music == "music/reno_project-system"
    sound = (io.BytesIO(b"RIFF"), "own.wav")
    text = admin.text("/setup/queues/sales")
    sent = admin.post("/setup/queues/sales", form_values(text) | {"music.file": sound})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    kept = _queue(pages.settings()).music
    assert kept.startswith("upload/")
    text = admin.text("/setup/queues/sales")
    assert f'<option value="{kept}" selected>Your own recording</option>' in text
    assert f'src="/setup/prompts/uploads/{kept[7:]}"' in text


def test_music_that_is_gone_from_the_box_is_not_changed_by_saving(pages: Site, admin: Browser) -> None:
    settings = pages.settings()
    settings.queues[0].music = "music/of-another-box"
    pages.save(settings)
    text = admin.text("/setup/queues/sales")
    assert '<option value="music/of-another-box" selected>' in text


def _queue(settings: Settings) -> QueueSettings:
    return settings.queues[0]


def test_a_break_has_its_reason_on_the_live_page(pages: Site, admin: Browser) -> None:
    assert "pause_code=" not in admin.text("/")
    settings = pages.settings()
    settings.talk.breaks = ["Lunch", "Über & unter"]
    pages.save(settings)
    pages.core.state.agents[1].status, pages.core.state.agents[1].pause_code = "on_break", "missed_calls"
    text = admin.text("/")
    assert 'data-send="status=on_break&amp;pause_code=%C3%9Cber%20%26%20unter"' in text
    assert "On a break (missed calls)" in text


def test_an_agent_who_finishes_up_can_be_ready_at_once(pages: Site, admin: Browser) -> None:
    assert ">Finished<" not in admin.text("/")
    pages.core.state.agents[0].state = "wrap_up"
    assert ">Finished<" in admin.text("/")


@pytest.mark.parametrize("code", sorted(OF_HANDSET))
def test_who_is_offered_no_call_because_of_the_handset_is_told(
    pages: Site, admin: Browser, code: str
) -> None:
    pages.core.state.agents[0].state, pages.core.state.agents[0].hindered = "waiting", code
    text = admin.text("/")
    assert "No call is offered: " in text and f"No call is offered: {code}." not in text
    assert "Waiting for a call" not in text


def test_every_cause_has_words() -> None:
    assert set(CAUSES) == {int(cause) for cause in HangupCause}


def test_a_german_story_has_no_english_reasons(pages: Site, admin: Browser) -> None:
    history = History(pages.records)
    call = history.call(
        (EntryKind.CALL_STARTED, {"direction": "inbound", "trunk": "gsm1"}),
        (EntryKind.FLOW_ENTERED, {"flow": "main", "node": "menu", "reason": "next"}),
        (EntryKind.FLOW_ENTERED, {"flow": "main", "node": "sales", "reason": "key 1"}),
        (EntryKind.OFFER_ENDED, {"agent": "11", "outcome": "no_answer", "why": "The agent did not answer."}),
        (EntryKind.LEG_RELEASED, {"leg": "a", "line": "gsm1", "cause": 17, "reason": "The modem said BUSY."}),
        (EntryKind.CALL_ENDED, {"cause": 130, "reason": "The line was silent for 60 s.", "by": "box"}),
    )
    history.close()
    german = admin.get(f"/calls/{call}", **GERMAN).get_data(as_text=True)
    assert "The " not in re.sub(r"<[^>]*>", "", german.split("<main")[1])
    assert "Taste 1" in german and "Besetzt." in german and "Zu lange war nichts zu hören." in german
    english = admin.text(f"/calls/{call}")
    assert "The modem said BUSY." in english and "The line was silent for 60 s." in english
    assert "Then go to" not in english


def test_a_new_voicemail_box_greets_in_the_language_the_box_speaks(pages: Site, admin: Browser) -> None:
    assert "Please leave a message after the tone" in admin.text("/setup/voicemail/new")
    settings = pages.settings()
    settings.box.language = "de-AT"
    pages.save(settings)
    text = admin.text("/setup/voicemail/new")
    assert "Bitte hinterlassen Sie nach dem Ton eine Nachricht" in text
    assert "Please leave a message" not in text
