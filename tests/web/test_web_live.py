"""The live page: what it says, its event stream, what its buttons ask of the core, the core gone."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator
from html import unescape
from typing import Any

import pytest

from appliance.control.messages import LiveState, LiveTrunk
from tests.web.site import Browser, Site, said
from webui.box import FRESH_SECONDS
from webui.relay import MOST_WATCHERS
from webui.words import TRUNK_ADVICE, TRUNK_STATES, bars

SHOWN = (
    "ACME · (415) 555-0134",
    "Talking · Sales · Ana · Mobile line",
    "Testnet",
    "No telephone line",
    "No loop current.",
    "Now: open the port again",
    "Plug the telephone cable",
    "Longest wait",
    "Not connected",
)


def _stream(browser: Browser) -> Generator[dict[str, Any], None, None]:
    answer = browser.client.get("/events", headers={"Accept": "text/event-stream"})
    assert answer.mimetype == "text/event-stream"
    try:
        for chunk in answer.response:
            text = chunk.decode() if isinstance(chunk, bytes) else str(chunk)
            if text.startswith("data: "):
                yield json.loads(text.removeprefix("data: "))
            elif text.startswith("event: bye"):
                yield {"bye": True}
    finally:
        answer.close()


def _plain(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


def test_the_page_says_what_goes_on(admin: Browser) -> None:
    text = _plain(admin.text("/"))
    for words in SHOWN:
        assert words in text, words
    assert "connect a telephone" not in text


def test_the_page_says_what_to_do_next(pages: Site, admin: Browser) -> None:
    for handset in pages.core.state.handsets:
        handset.registered = False
    text = admin.text("/")
    assert "connect a telephone" in text and "127.0.0.1" in text and "5060" in text
    secret = pages.settings().handsets[0].secret.get_secret_value()
    assert secret not in text
    shown = admin.post("/setup/handsets/201/secret", headers={"Accept": "application/json"})
    assert said(shown) == {"secret": secret}
    pages.core.state.handsets[0].registered = True
    pages.core.state.agents.pop(0)
    assert "let somebody take calls" in admin.text("/")


def test_every_trunk_state_has_words(pages: Site, admin: Browser) -> None:
    for state in TRUNK_STATES:
        pages.core.state = LiveState(
            "2026-03-02T09:00:00+00:00", trunks=[LiveTrunk("x", "X line", "sip", state)]
        )
        text = _plain(admin.text("/"))
        assert str(TRUNK_STATES[state][0]) in text
        assert (str(TRUNK_ADVICE[state]) in text) if state in TRUNK_ADVICE else True


def test_names_are_shown_as_text(pages: Site, admin: Browser) -> None:
    pages.core.state.calls[0].name = "<script>alert(1)</script>\"'"
    text = admin.text("/")
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


@pytest.mark.parametrize(
    ("dbm", "shown"), [(None, 0), (-113, 0), (-109, 1), (-97, 2), (-85, 3), (-79, 4), (-51, 4)]
)
def test_signal_bars(dbm: int | None, shown: int) -> None:
    assert bars(dbm) == shown


def test_the_stream_tells_changes(pages: Site, admin: Browser) -> None:
    stream = _stream(admin)
    assert "ACME" in next(stream)["html"]
    pages.core.state.calls[0].name = "OTHER CALLER"
    pages.control.server.notify()
    told = next(stream)
    assert "OTHER CALLER" in told["html"] and not told["down"]
    stream.close()


def test_the_stream_says_when_the_core_is_gone_and_back(pages: Site, admin: Browser) -> None:
    stream = _stream(admin)
    next(stream)
    pages.control.run(pages.control.server.stop)
    assert next(stream)["down"] is True
    assert "not answering" in admin.text("/")
    pages.control.run(pages.control.server.start)
    assert next(stream)["down"] is False
    stream.close()


def test_the_stream_ends_with_the_session(pages: Site, admin: Browser) -> None:
    stream = _stream(admin)
    next(stream)
    settings = pages.settings()
    settings.web.admin_hash = "$argon2id$another"
    pages.save(settings)
    pages.control.server.notify()
    assert next(stream) == {"bye": True}
    stream.close()


def test_one_upstream_for_all_and_a_bound(pages: Site, admin: Browser) -> None:
    streams = [_stream(admin) for _ in range(MOST_WATCHERS)]
    first = {next(stream)["html"] for stream in streams}
    assert len(first) == 1
    assert len(pages.control.server._stream._readers) == 1  # type: ignore[union-attr]
    assert admin.client.get("/events", headers={"Accept": "text/event-stream"}).status_code == 503
    polled = admin.get("/live/part", headers={"Accept": "application/json"})
    assert "ACME" in json.loads(polled.data)["html"]
    for stream in streams:
        stream.close()
    again = _stream(admin)
    assert "ACME" in next(again)["html"]
    again.close()


def test_buttons_ask_the_core(pages: Site, admin: Browser) -> None:
    script = {"Accept": "application/json"}
    assert admin.post("/live/agents/12/status", {"status": "on_break"}, headers=script).status_code == 204
    assert admin.post("/live/calls/c1/release", headers=script).status_code == 204
    assert admin.post("/live/trunks/fxo1/reset").headers["Location"] == "/"
    assert pages.core.asked == [("agent", "12", "on_break", None, None), ("release", "c1"), ("reset", "fxo1")]


def test_what_the_core_refuses_is_said_in_words(admin: Browser) -> None:
    script = {"Accept": "application/json"}
    refused = admin.post("/live/calls/gone/release", headers=script)
    assert refused.status_code == 409 and said(refused)["error"] == "There is no call gone in progress."
    unknown = admin.post("/live/trunks/nope/reset")
    assert unknown.status_code == 404 and "There is no trunk nope." in unknown.get_data(as_text=True)


def test_what_was_said_to_a_device(admin: Browser) -> None:
    text = admin.text("/live/trunks/gsm1/said")
    assert "gsm1 &gt; AT" in text and "Mobile line" in text


def test_without_the_core_pages_say_so(pages: Site, admin: Browser) -> None:
    pages.control.run(pages.control.server.stop)
    pages.app.extensions["callbox"]._clock = lambda: time.monotonic() + FRESH_SECONDS
    answer = admin.get("/setup")
    assert answer.status_code == 503 and "not answering" in answer.get_data(as_text=True)
    assert admin.get("/calls").status_code == 200  # the records are still there to be read
    fresh = pages.visitor(pages.new_app())
    cookie = admin.client.get_cookie("callbox")
    assert cookie is not None
    fresh.client.set_cookie("callbox", cookie.value)
    assert fresh.get("/").status_code == 503  # nobody knows whether this session is still good
    pages.control.run(pages.control.server.start)
    assert fresh.get("/").status_code == 200
