"""The buttons of the live page for calls in progress: who listens, and what is asked of the core."""

from __future__ import annotations

from appliance.control.messages import LiveCall
from tests.web.site import Browser, Site, said

JSON = {"Accept": "application/json"}


def test_buttons_are_there_for_supervisors_only(pages: Site, admin: Browser) -> None:
    text = admin.text("/")
    assert "/live/calls/c1/supervise" not in text and "/live/calls/c1/record" in text
    pages.core.state.agents[0].supervisor = True
    pages.core.state.calls.append(LiveCall("c2", "inbound", "waiting", 12.0, queue="support"))
    text = admin.text("/")
    assert "I listen as" in text
    assert "mode=take_over" in text and "/live/calls/c2/take" in text
    assert 'data-send="kind=queue&amp;target=sales"' in text


def test_who_is_parked_and_who_listens_is_said(pages: Site, admin: Browser) -> None:
    pages.core.state.calls.append(LiveCall("c2", "inbound", "held", 12.0, parked=3))
    pages.core.state.calls.append(LiveCall("c3", "internal", "talking", 5.0, handset="202", supervised="c1"))
    text = admin.text("/")
    assert "parked in place 3" in text and "listens to another call" in text
    assert "/live/calls/c3/record" not in text, "a supervisor's own call is none to be recorded"


def test_what_is_pressed_is_asked_of_the_core(pages: Site, admin: Browser) -> None:
    pages.core.state.agents[0].supervisor = True
    for path, form in (
        ("c1/supervise", {"mode": "whisper"}),
        ("c1/record", {"do": "pause"}),
        ("c2/move", {"kind": "queue", "target": "sales"}),
        ("c2/take", {}),
        ("c1/escalate", {}),
    ):
        assert admin.post(f"/live/calls/{path}", form, headers=JSON).status_code == 204
    assert pages.core.asked[-5:] == [
        ("supervise", "c1", "11", "whisper"),
        ("record", "c1", "pause"),
        ("move", "c2", "queue", "sales"),
        ("take", "c2", "11"),
        ("escalate", "c1"),
    ]


def test_a_call_may_be_given_to_the_next_tier_where_there_is_one(pages: Site, admin: Browser) -> None:
    assert "/live/calls/c1/escalate" not in admin.text("/")
    pages.core.state.calls[0].next_tier = "Engineers"
    text = admin.text("/")
    assert "/live/calls/c1/escalate" in text and "→ Engineers" in text


def test_an_agent_may_log_in_at_the_telephone_outside(pages: Site, admin: Browser) -> None:
    first = pages.core.state.agents[0]
    assert "Available outside" not in admin.text("/")
    first.outside = f"outside-{first.id}"
    assert f"status=available&amp;handset=outside-{first.id}" in admin.text("/")
    first.handset = first.outside
    text = admin.text("/")
    assert "Telephone outside" in text and "Available outside" not in text
    pages.core.state.calls.append(
        LiveCall("c9", "internal", "talking", 2.0, "+4930123", trunk="gsm2", handset=first.outside)
    )
    text = admin.text("/")
    assert f"Telephone outside ({first.name})" in text
    assert "/live/calls/c9/record" not in text, "it only carries the customer's call"


def test_of_several_supervisors_one_must_be_chosen(pages: Site, admin: Browser) -> None:
    for agent in pages.core.state.agents:
        agent.supervisor = True
    refused = admin.post("/live/calls/c1/supervise", {"mode": "listen"}, headers=JSON)
    assert refused.status_code == 409 and "as whom you listen" in said(refused)["error"]
    admin.post("/live/me", {"agent": "12"})
    assert admin.post("/live/calls/c1/supervise", {"mode": "listen"}, headers=JSON).status_code == 204
    assert pages.core.asked[-1] == ("supervise", "c1", "12", "listen")
    assert '<option value="12" selected' in admin.text("/")


def test_how_people_talk_is_set_up(pages: Site, admin: Browser) -> None:
    assert 'href="/setup/talk"' in admin.text("/setup")
    text = admin.text("/setup/talk")
    seen = text.split('name="seen" value="')[1].split('"')[0]
    form = {
        "seen": seen,
        "supervision_tone": "all",
        "supervision_tone_seconds": "20",
        "agent_leaves_conference": "go_on",
        "record_on_demand": "1",
        "keep_line_free": "1",
        "hold_reminder_seconds": "0",
        "park_slots": "3",
        "park_seconds": "45",
        "wrap_up_extension_seconds": "30",
        "dispositions": "Sold, Not now,",
        "breaks": "",
    }
    assert admin.post("/setup/talk", form).status_code == 303
    talk = pages.settings().talk
    assert (talk.supervision_tone, talk.park_slots, talk.record_on_demand) == ("all", 3, True)
    assert talk.keep_line_free
    assert talk.dispositions == ["Sold", "Not now"] and talk.breaks == [] and not talk.keys_while_talking
    assert 'value="Sold, Not now"' in admin.text("/setup/talk")
