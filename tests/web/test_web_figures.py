"""The page of figures: what is asked, what is shown, each figure's formula and calls, and the same as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from appliance.reports import metrics
from appliance.reports.measures import MEASURES
from tests.web.history import History
from tests.web.site import Browser, Site, site
from webui import measure_words
from webui.pages.figures import MOST_DAYS
from webui.pictures import HEIGHT, Bar, Part, bars

DAYS = "since=2026-03-02&until=2026-03-02"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Four calls on one day, an hour apart: three answered (one rated 5, one 1), one abandoned."""
    with site(tmp_path_factory.mktemp("figures")) as pages:
        yield _calls(pages)


def _calls(pages: Site) -> Browser:
    history = History(pages.records)
    for number, rating in (("+14155550101", 5), ("+14155550102", 1), ("+14155550103", None)):
        history.answered(number, agent="12" if rating == 1 else "11")
        if rating is not None:
            history.rated(rating)
    history.abandoned("+14155550104")
    history.close()
    return pages.admin()


def shown(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def tiles(text: str) -> dict[str, str]:
    found = re.findall(r'figure-name">([^<]+)</span><span class="figure-value">([^<]+)<', text)
    return {unescape(name): value for name, value in found}


def test_the_words_are_those_of_the_definition() -> None:
    assert {one.name: (one.label, one.formula) for one in MEASURES} == {
        name: (str(label), str(formula)) for name, (label, formula) in measure_words.MEASURES.items()
    }


def test_all_figures_of_a_day_with_formula_and_picture(told: Browser) -> None:
    text = told.text(f"/figures?{DAYS}")
    found = tiles(text)
    assert len(found) == len(MEASURES)
    assert (found["Offered"], found["Answered"], found["Abandoned"]) == ("4", "3", "1")
    assert (found["Satisfied callers (CSAT)"], found["Abandonment"]) == ("50 %", "25 %")
    assert found["Settled at the first contact (FCR)"] == "–"
    assert "answers of 4 and 5 / answers to" in shown(text)
    assert text.count("<rect class") == 4 and "offered, 1 answered" in text  # an hour each


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("queue", ["Sales"]),
        ("agent", ["Ana", "Ben"]),
        ("trunk", ["SIM 1", "fxo1"]),
        ("interval&minutes=1440", ["03-02"]),
        ("marketing", []),
    ],
)
def test_parts(told: Browser, by: str, rows: list[str]) -> None:
    text = told.text(f"/figures?{DAYS}&by={by}")
    heads = [shown(one) for one in re.findall(r'<th scope="row">(.*?)</th>', text)]
    assert len(heads) == len(rows), heads
    assert ("None of these calls belongs to one." in text) is (not rows)


def test_each_figure_opens_its_calls(told: Browser) -> None:
    text = told.text(f"/figures?{DAYS}&by=agent")
    links = [unescape(link) for link in re.findall(r'href="(/figures/calls[^"]+)"', text)]
    assert len(links) >= len(MEASURES)
    for link in links:
        assert told.get(link).status_code == 200, link
    part = next(link for link in links if "measure=csat" in link and "part=12" in link)
    page = told.text(part)
    assert "<h1>Satisfied callers (CSAT): 0 %</h1>" in page and "1 call" in page
    assert parse_qs(urlsplit(part).query)["since"] == ["2026-03-02"]
    told.get(f"{part}&csv=1")
    lost = told.text(f"/figures/calls?measure=abandoned&{DAYS}")
    assert "1 call" in lost and "Hung up waiting" in lost
    assert "No call is behind this figure." in told.text(f"/figures/calls?measure=fcr&{DAYS}")


def test_the_calls_behind_as_csv(told: Browser) -> None:
    answer = told.get(f"/figures/calls?measure=answered&{DAYS}&csv=1")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert answer.mimetype == "text/csv" and len(rows) == 3
    assert [row["number"] for row in rows] == ["'+14155550103", "'+14155550102", "'+14155550101"]


def test_figures_as_csv(told: Browser) -> None:
    answer = told.get(f"/figures.csv?{DAYS}&by=agent")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["agent"] for row in rows] == ["", "Ana", "Ben"]
    assert (rows[0]["offered"], rows[0]["csat"], rows[0]["fcr"]) == ("4", "50", "")
    assert (rows[1]["csat"], rows[2]["csat"]) == ("100", "0")


def test_only_one_queue_and_another_target(told: Browser) -> None:
    assert tiles(told.text(f"/figures?{DAYS}&queue=sales"))["Offered"] == "4"
    other = told.text(f"/figures?{DAYS}&queue=nowhere")
    assert tiles(other)["Offered"] == "0" and "No call came for a queue in these days." in other
    assert tiles(told.text(f"/figures?{DAYS}&within=1"))["Service level"] == "0 %"
    assert tiles(told.text(f"/figures?{DAYS}"))["Service level"] == "75 %"


def test_hours_without_calls_have_their_place_in_the_picture(pages: Site) -> None:
    history = History(pages.records)
    history.answered("+14155550101")
    for _ in range(5):
        history.outbound("+14155550199", 17)
    history.answered("+14155550102")
    history.close()
    text = pages.admin().text(f"/figures?{DAYS}")
    places = [float(x) for x in re.findall(r'<rect class="picture-good" x="([0-9.]+)"', text)]
    assert len(places) == 2 and places[1] - places[0] > 600  # of 720: first and seventh


def test_a_day_without_calls_says_so(admin: Browser) -> None:
    text = admin.text("/figures")
    assert "No call came for a queue in these days." in text and "<svg viewBox" not in text.split("<main")[1]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("since=yesterday", "A day is written like 2026-03-31."),
        ("since=2026-03-02&until=2026-03-01", "The last day is before the first."),
        ("since=2025-03-02&until=2026-03-01", f"At most {MOST_DAYS} days at once."),
        (f"{DAYS}&within=soon", "A whole number of seconds"),
        (f"{DAYS}&within=0", "A whole number of seconds"),
        ("since=9999-12-31&until=9999-12-31", "A day is written like 2026-03-31."),
    ],
)
def test_what_cannot_be_understood_is_said(told: Browser, asked: str, says: str) -> None:
    answer = told.get(f"/figures?{asked}")
    assert answer.status_code == 422 and says in answer.get_data(as_text=True)
    assert told.get(f"/figures.csv?{asked}").status_code == 422
    assert told.get(f"/figures/calls?measure=asa&{asked}").status_code == 422


def test_unknown_figures_and_parts_are_not_there(told: Browser) -> None:
    assert told.get(f"/figures/calls?measure=profit&{DAYS}").status_code == 404
    assert told.get(f"/figures/calls?measure=asa&by=agent&part=99&{DAYS}").status_code == 404


def test_too_much_for_one_page_is_said(told: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    months = "since=2026-03-02&until=2026-04-30"
    monkeypatch.setattr("webui.pages.figures._MOST_ROWS", 2)
    answer = told.get(f"/figures?{months}&by=interval&minutes=15")
    assert answer.status_code == 422 and "too many rows" in answer.get_data(as_text=True)
    monkeypatch.setattr(metrics, "MOST_CALLS", 2)
    answer = told.get(f"/figures?{months}")
    assert answer.status_code == 422 and "4 calls are too many at once" in answer.get_data(as_text=True)


# ---------------------------------------------------------------------------------- pictures


def test_bars_stand_on_the_line_and_none_is_higher_than_the_picture() -> None:
    made = bars([Bar("a", "", [Part(3, "good"), Part(1, "bad")]), Bar("b", "", [Part(2, "good")])])
    assert made is not None and made.most == 4
    assert [(box.y, box.height) for box in made.boxes] == [(30.0, 90.0), (0.0, 30.0), (60.0, 60.0)]
    assert all(box.y + box.height <= HEIGHT for box in made.boxes)
    assert made.boxes[0].x == made.boxes[1].x < made.boxes[2].x
    assert [text for _, text in made.labels] == ["a", "b"]


def test_a_picture_of_nothing_is_none() -> None:
    assert bars([]) is None
    assert bars([Bar("a", "", [Part(0, "good")])], 100.0) is None


@pytest.mark.parametrize("count", [1, 2, 7, 93, 400])
def test_labels_do_not_overlap_nor_leave_the_picture(count: int) -> None:
    made = bars([Bar(f"03-02 {place:02d}:00", "", [Part(1, "good")]) for place in range(count)])
    assert made is not None and len(made.boxes) == count and len(made.labels) <= 5
    room = 11 * 12.0
    places = [x for x, _text in made.labels]
    assert all(room / 2 <= x <= made.width - room / 2 for x in places)
    assert all(after - before >= room for before, after in zip(places, places[1:], strict=False))
