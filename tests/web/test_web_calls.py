"""The call list on real records: filter, paging, story, recordings, CSV."""

from __future__ import annotations

import csv
import io
import re

import pytest

from appliance.contract.journal import EntryKind
from tests.web.history import History
from tests.web.site import Browser, Site, write_silence
from webui.recordings import recording_file


@pytest.fixture
def calls(pages: Site) -> dict[str, str]:
    history = History(pages.records)
    found = {
        "ana": history.answered("+14155550134", "ACME", "11", "r1"),
        "ben": history.answered("+442079460018", None, "12", "r2"),
        "lost": history.abandoned("+14155550199"),
        "busy": history.outbound("+4930123456", 17),
        "evil": history.answered("+15550000001", "=cmd|' /C calc'!A0", "11", "r5"),
    }
    history.close()
    return found


def _listed(text: str) -> set[str]:
    return set(re.findall(r'href="/calls/([0-9a-f]{32})"', text))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"ana", "ben", "lost", "busy", "evil"}),
        ("text=acme", {"ana"}),
        ("text=4155550", {"ana", "lost"}),
        ("text=415+555-01", {"ana", "lost"}),
        ("text=%25", set()),
        ("direction=outbound", {"busy"}),
        ("outcome=abandoned", {"lost"}),
        ("outcome=busy", {"busy"}),
        ("agent=12", {"ben"}),
        ("queue=sales&direction=inbound", {"ana", "ben", "lost", "evil"}),
        ("queue=nobody", set()),
        ("since=2026-03-03", set()),
        ("since=2026-03-02&until=2026-03-02", {"ana", "ben", "lost", "busy", "evil"}),
        ("until=2026-03-01", set()),
        ("agent=11&text=15550000001", {"evil"}),
    ],
)
def test_filter(admin: Browser, calls: dict[str, str], query: str, wanted: set[str]) -> None:
    text = admin.text(f"/calls?{query}")
    assert _listed(text) == {calls[name] for name in wanted}
    assert (f"{len(wanted)} call" in text) and (("Older calls" in text) is False)


def test_days_are_those_of_the_box(pages: Site, admin: Browser, calls: dict[str, str]) -> None:
    settings = pages.settings()
    settings.box.timezone = "Pacific/Auckland"  # 13 hours ahead: 11:00 UTC is the next day there
    pages.save(settings)
    assert _listed(admin.text("/calls?since=2026-03-03")) == {calls[n] for n in ("lost", "busy", "evil")}
    assert "2026-03-03 01:00:00" in admin.text("/calls")


@pytest.mark.parametrize("query", ["since=yesterday", "until=2026-13-01", "since=2026-03-03&until=2026-03-01",
                                   "until=9999-12-31"])  # fmt: skip
def test_a_filter_nobody_can_understand(admin: Browser, query: str) -> None:
    answer = admin.get(f"/calls?{query}")
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.get_data(as_text=True)


def test_pages_of_the_list(pages: Site, admin: Browser) -> None:
    history = History(pages.records)
    ids = [history.abandoned(f"+1415555{number:04d}") for number in range(120)]
    history.close()
    path: str | None = "/calls?outcome=abandoned"
    seen: list[str] = []
    while path is not None:
        text = admin.text(path)
        seen += re.findall(r'href="/calls/([0-9a-f]{32})"', text)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        path = found.group(1).replace("&amp;", "&") if found else None
    assert seen == ids[::-1]
    assert admin.get("/calls?before=x").status_code == 200


def test_one_call_with_its_story(admin: Browser, calls: dict[str, str]) -> None:
    text = admin.text(f"/calls/{calls['ana']}")
    wanted = [
        "Caller: ACME · (415) 555-0134.",
        "The caller presses 1.",
        "Waits in Sales, place 1.",
        "Handset 201 of Ana rings.",
        "Ana answers.",
        "Connected with Ana.",
        "Ended by the caller.",
    ]
    places = [text.index(words) for words in wanted]
    assert places == sorted(places)
    assert "Handset 201 is called" not in text  # the offer says it
    assert admin.get("/calls/" + "0" * 31 + "x").status_code == 404


def test_recordings_are_played_in_ranges(pages: Site, admin: Browser, calls: dict[str, str]) -> None:
    (pages.recordings / "r1.opus").write_bytes(bytes(range(250)) * 4)
    assert "/recordings/r1/opus" in admin.text(f"/calls/{calls['ana']}")
    whole = admin.get("/recordings/r1/opus")
    assert whole.mimetype == "audio/ogg" and len(whole.data) == 1000
    part = admin.get("/recordings/r1/opus", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206 and part.data == bytes(range(10, 20))
    assert part.headers["Content-Range"] == "bytes 10-19/1000"
    assert admin.get("/recordings/r1/opus", headers={"Range": "bytes=5000-"}).status_code == 416


def test_recordings_that_are_not_encoded_yet(pages: Site, admin: Browser, calls: dict[str, str]) -> None:
    write_silence(pages.recordings / "r2.left.wav")
    write_silence(pages.recordings / "r2.right.wav")
    text = admin.text(f"/calls/{calls['ben']}")
    assert "still being put into one file" in text
    assert admin.get("/recordings/r2/left").mimetype == "audio/wav"
    assert "not there" in admin.text(f"/calls/{calls['evil']}")


@pytest.mark.parametrize(
    "path", ["..%2frecords/opus", "r1/sqlite", "%00/left", "../opus", "a" * 65 + "/opus"]
)
def test_no_other_file_is_sent(pages: Site, admin: Browser, path: str) -> None:
    (pages.folder / "records.opus").write_bytes(b"secret")
    assert admin.get(f"/recordings/{path}").status_code == 404


@pytest.mark.parametrize("name", ["../records", "..", "a/b", "a.b", "", "\u0661", "r1\x00", "r1\n"])
def test_only_ids_name_a_file(pages: Site, name: str) -> None:
    for odd in ("records", "a.b", "\u0661", ".."):
        (pages.folder / f"{odd}.opus").write_bytes(b"secret")
        (pages.recordings / f"{odd}.opus").write_bytes(b"odd")
    assert recording_file(pages.recordings, name, "opus") is None
    assert recording_file(pages.recordings, "records", "opus") is not None


def test_csv(admin: Browser, calls: dict[str, str]) -> None:
    answer = admin.get("/calls.csv?direction=inbound")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert {row["call"] for row in rows} == {calls[name] for name in ("ana", "ben", "lost", "evil")}
    evil = next(row for row in rows if row["call"] == calls["evil"])
    assert evil["name"].startswith("'=")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="calls-')
    assert admin.get("/calls.csv?since=x").status_code == 422


def test_spoken_notes_are_heard_on_the_calls_page(pages: Site, admin: Browser) -> None:
    history = History(pages.records)
    call = history.call(
        (EntryKind.CALL_STARTED, {"direction": "inbound", "trunk": "gsm1"}),
        (EntryKind.CALL_ENDED, {"cause": 16, "reason": "normal", "by": "caller"}),
        (EntryKind.NOTE, {"agent": "11", "recording": "note1"}),
        (EntryKind.NOTE, {"agent": "12", "recording": "note2"}),
    )
    history.close()
    (pages.recordings / "note1.opus").write_bytes(b"OggS")
    text = admin.text(f"/calls/{call}")
    assert "Spoken notes" in text and 'src="/recordings/note1/opus"' in text
    assert text.count("The file of this recording is not there") == 1
    assert "Spoken notes" not in admin.text(f"/calls/{_one_without(pages)}")


def _one_without(pages: Site) -> str:
    history = History(pages.records)
    history._count = 7
    call = history.abandoned("+14155550111")
    history.close()
    return call
