"""What is made once and shown often: states in words, settings of a moment ago, sums of long ago."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

import appliance.reports.calls as reports
from appliance.control.messages import LiveState
from tests.web.history import START, History
from tests.web.site import Browser, Site
from webui.relay import Relay, Seen


def test_a_state_is_put_into_words_once_however_many_ask_at_once() -> None:
    seen = Seen(1, LiveState(at=""))
    begun, made = threading.Event(), []

    def make() -> str:
        begun.wait(10)
        made.append("words")
        return "words"

    told: list[str] = []
    askers = [threading.Thread(target=lambda: told.append(seen.once("en", make))) for _ in range(8)]
    for asker in askers:
        asker.start()
    begun.set()
    for asker in askers:
        asker.join(10)
    assert told == ["words"] * 8 and made == ["words"]
    assert seen.once("de", lambda: "Worte") == "Worte"


def test_only_a_fresh_state_of_a_stream_that_is_heard_counts() -> None:
    relay = Relay(lambda: iter(()))
    relay._tell(LiveState(at=""), "")
    assert relay.recent(3600) is None  # nobody listens: more may have happened since
    relay._running = True
    assert relay.recent(3600) is not None and relay.recent(0) is None
    relay._tell(None, "gone")
    assert relay.recent(3600) is None


def test_pages_show_what_the_stream_told_until_one_of_them_does_something(
    pages: Site, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webui.box.LIVE_SECONDS", 3600.0)
    watcher = admin.client.get("/events", headers={"Accept": "text/event-stream"})
    chunks = iter(watcher.response)
    while "data: " not in str(next(chunks)):
        pass
    asked = pages.core.live_calls
    assert "ACME" in admin.text("/") and "ACME" in admin.text("/live/part")
    assert admin.get("/api/v1/live").json == pages.core.state.to_json()
    assert pages.core.live_calls == asked
    assert admin.post("/live/agents/11/status", {"status": "on_break"}).status_code == 303
    pages.core.state.calls[0].name = "OTHER CALLER"
    assert "OTHER CALLER" in admin.text("/")
    assert pages.core.live_calls > asked
    watcher.close()


def test_a_save_is_seen_by_the_next_form(pages: Site, admin: Browser) -> None:
    assert "Sales" in admin.text("/setup/queues/sales")
    settings = pages.settings()
    settings.queues[0].label = "Help desk"
    pages.save(settings)
    assert "Help desk" in admin.text("/setup/queues/sales")


FILTERS = (
    reports.CallFilter(),
    reports.CallFilter(direction="inbound"),
    reports.CallFilter(outcome="abandoned"),
    reports.CallFilter(text="14155"),
    reports.CallFilter(since=START + timedelta(hours=1), until=START + timedelta(hours=5)),
    reports.CallFilter(since=START + timedelta(hours=4)),
    reports.CallFilter(until=START + timedelta(hours=2)),
)


@pytest.mark.parametrize("which", FILTERS)
def test_sums_of_long_ago_and_of_now_are_the_sums_of_all(
    which: reports.CallFilter, pages: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_SETTLED_AFTER", datetime.now(UTC) - START - timedelta(hours=2, minutes=30))
    history = History(pages.records)
    for number in range(3):
        history.answered(f"+1415555010{number}")
        history.abandoned(f"+1415555020{number}")
    history.close()
    found = reports.CallList(pages.records)
    assert found.sums().calls == 6
    assert found.sums(which) == found.reader.sums(which)
    history = _after(pages, 6)
    history.answered("+14155550300")
    history.outbound("112", 34)
    history.close()
    assert found.sums().calls == 8
    assert found.sums(which) == found.reader.sums(which)
    found.close()


def _after(pages: Site, calls: int) -> History:
    """The same history, going on after so many calls."""
    history = History(pages.records)
    history._count = calls
    return history
