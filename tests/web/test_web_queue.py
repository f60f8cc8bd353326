"""The page of one queue: who waits since when, how long still, and why nobody has them yet."""

from __future__ import annotations

import pytest

from appliance.contract.queue_look import AgentLook, QueueLook, WaitingLook
from tests.web.site import Browser, Site

FREE, BUSY = AgentLook("11", 1, 1, {"tax": 3}), AgentLook("12", 2, 5, {}, "wrap:7:sales")


def show(pages: Site, *waiting: WaitingLook, agents: tuple[AgentLook, ...] = (BUSY, FREE)) -> None:
    pages.core.queue = QueueLook("sales", "Sales", len(waiting), waiting, agents)


def test_callers_in_order_with_place_wait_and_what_they_need(pages: Site, admin: Browser) -> None:
    first = WaitingLook("c1", 1, 75.0, "+14155550134", "ACME", True, 2, 3, {"tax": 5}, ("11",))
    show(pages, first, WaitingLook("c2", 2, 5.0))
    text = admin.text("/live/queues/sales")
    assert "ACME · " in text and "555" in text and "VIP" in text and "1:15" in text
    assert "Answer expected in 2 to 3 minutes" in text and "needs tax 5" in text
    assert "is being rung." in text and "Number not shown" in text
    assert "Nobody can tell yet how long it will take" in text
    assert "/live/calls/c1/take" not in text, "there is no supervisor who could"
    assert text.index("ACME") < text.index("Number not shown")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0, 1, "less than a minute"), (0, 2, "less than 2 minutes"), (30, None, "more than 30 minutes")],
)
def test_the_wait_in_words(pages: Site, admin: Browser, low: int, high: int | None, said: str) -> None:
    show(pages, WaitingLook("c1", 1, 5.0, low=low, high=high))
    assert f"Answer expected in {said}" in admin.text("/live/queues/sales")


@pytest.mark.parametrize(
    ("left", "said", "more"),
    [
        ("", "No agent takes calls of this queue.", ""),
        ("out 11,12", "No agent is logged in.", "logged out"),
        ("out 11;break:lunch 12", "Every agent is on a break or logged out.", "on a break (lunch)"),
        ("call 11;out 12", "Every agent who is there is busy.", "in a call"),
        ("skill:spanish:3:5 11;call 12", "Nobody with spanish 5 is free.", "spanish"),
        ("sticky:12:4 11;wrap:9 12", "Kept for the caller&#39;s own or last agent", "kept for"),
        ("tier:2:7 11", "The next level of agents is asked in a moment.", "7 s"),
        ("unreg 11;dnd 12", "No agent&#39;s handset can be rung now.", "the handset is not connected"),
    ],
)
def test_why_nobody_has_them_yet(pages: Site, admin: Browser, left: str, said: str, more: str) -> None:
    show(pages, WaitingLook("c1", 1, 5.0, left=left))
    text = admin.text("/live/queues/sales/part")
    assert said in text and more in text
    assert ("Agent by agent" in text) == bool(left)


def test_who_waits_to_be_called_back_is_not_on_the_line(pages: Site, admin: Browser) -> None:
    settings = pages.settings()
    settings.agents[0].supervisor = True
    pages.save(settings)
    show(pages, WaitingLook("c1", 1, 600.0, "+14155550134", here=False), WaitingLook("c2", 2, 5.0))
    text = admin.text("/live/queues/sales")
    assert text.count("to be called back") == 1
    assert "/live/calls/c1/take" not in text and "/live/calls/c2/take" in text


def test_agents_who_are_free_stand_first(pages: Site, admin: Browser) -> None:
    show(pages)
    text = admin.text("/live/queues/sales")
    assert "Nobody waits." in text and "level 2, position 5" in text and "tax 3" in text
    assert "finishing up after a call of" in text and "7 s left" in text
    assert text.index("/setup/agents/11") < text.index("/setup/agents/12")


def test_a_queue_that_is_not_there(pages: Site, admin: Browser) -> None:
    assert admin.get("/live/queues/tea").status_code == 404
    assert 'href="/live/queues/sales"' in admin.text("/")


def test_what_can_be_done_is_done_by_the_live_pages_buttons(pages: Site, admin: Browser) -> None:
    settings = pages.settings()
    settings.agents[0].supervisor = True
    settings.queues.append(settings.queues[0].model_copy(update={"name": "support", "label": "Support"}))
    pages.save(settings)
    show(pages, WaitingLook("c1", 1, 5.0))
    text = admin.text("/live/queues/sales")
    assert 'data-post="/live/calls/c1/take"' in text
    assert 'data-send="kind=queue&amp;target=support"' in text and "target=sales" not in text
