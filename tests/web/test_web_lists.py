"""Lists of people on the pages: imports with reasons, undone; lives of leads; who is not called; the log."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from appliance.contract.dialling import Why
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord
from tests.web.lead_hall import NOON, LeadHall
from tests.web.site import Browser, Site

pytestmark = pytest.mark.timeout(180)  # files are read by programs of their own

FILE = (
    "Name;Handy;Ort;callbox_tries\n"
    "Ana;(212) 555-0101;New York;4\n"
    "Berta;+12125550102;Albany;\n"
    "Nobody;12;Nowhere;\n"
    "Ana again;2125550101;New York;\n"
)


@pytest.fixture
def hall(pages: Site) -> Iterator[LeadHall]:
    made = LeadHall(pages)
    yield made
    made.close()


def chosen(admin: Browser, text: str = FILE, name: str = "fair.csv", **more: str) -> str:
    """A file is chosen; the address of the page of its columns."""
    admin.get("/lists/import")
    given = {
        "file": (io.BytesIO(text.encode("cp1252")), name),
        "name": "Spring fair",
        "source": "fair",
        **more,
    }
    answer = admin.post("/lists/import", given)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def columns(admin: Browser, where: str) -> dict[str, str]:
    """What the page says the columns are, as its form would send it."""
    text = admin.text(where)
    found = re.findall(r'name="(column\.\d+)">(.*?)</select>', text, re.DOTALL)
    picked = {name: re.search(r'value="([^"]*)" selected', options) for name, options in found}
    return {name: one.group(1) if one else "" for name, one in picked.items()}


def told(admin: Browser, hall: LeadHall, where: str, **form: str) -> str:
    """Try or take a file, its columns as the box guesses them; the page of its end."""
    answer = admin.post(where, form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    hall.ended()
    return admin.text(str(answer.headers["Location"]))


def imported(admin: Browser, hall: LeadHall, text: str = FILE) -> str:
    """A list made of a file; its id."""
    page = told(admin, hall, chosen(admin, text), do="take")
    return str(re.findall(r'href="/lists/([0-9a-f]{32})"', page)[0])


def test_a_file_is_looked_at_tried_taken_and_undone(hall: LeadHall, admin: Browser) -> None:
    where = chosen(admin)
    page = admin.text(where)
    assert "fair.csv" in page and "This is no whole telephone number in US" in page
    assert columns(admin, where) == {
        "column.0": "name", "column.1": "mobile", "column.2": "field:ort", "column.3": "",
    }  # fmt: skip
    tried = told(admin, hall, where, do="try")
    assert "2 leads would be taken. Nothing is saved yet." in tried and "No list yet" in admin.text("/lists")
    assert "+12125550101 is in line 2 already." in tried and "Nobody, 12, Nowhere" in tried
    rows = list(
        csv.reader(io.StringIO(admin.get(f"{where}/bad.csv").get_data(as_text=True).lstrip("\ufeff")))
    )
    assert [row[0] for row in rows] == ["line", "4", "5"]
    done = admin.post(f"{where}/take")
    hall.ended()
    page = admin.text(str(done.headers["Location"]))
    assert "2 leads were taken." in page
    (undo,) = re.findall(r'action="(/lists/imports/[0-9a-f]{32}/undo)"', page)
    text = admin.text("/lists")
    assert "Spring fair" in text and "New 2" in text and "No campaign calls it." in text
    assert "Ana" in admin.text("/leads") and "Ana" in admin.text("/leads?text=(212) 555-0101")
    admin.post(undo, {"list": ""})
    assert "2 leads were removed." in admin.text("/lists") and "No leads yet" in admin.text("/leads")
    admin.post(undo, {"list": ""})
    assert "undone already" in admin.text("/lists")


def test_an_undone_import_keeps_who_was_dialled_on_record(hall: LeadHall, admin: Browser) -> None:
    which = hall.filled()
    hall.dialled("+12125550101", lead=1)
    (undo,) = re.findall(r'action="(/lists/imports/[0-9a-f]{32}/undo)"', admin.text(f"/lists/{which}"))
    admin.post(undo, {"list": which})
    assert "is being dialled. Pause the campaign" in admin.text(f"/lists/{which}")
    hall.dialled("+12125550101", "busy", lead=1, how="tone: busy tone")
    admin.post(undo, {"list": which})
    text = admin.text(f"/lists/{which}")
    assert "1 lead was removed. 1 was dialled before" in text and ">undone<" in text
    assert "its import was undone" in admin.text("/leads/1") and admin.get("/leads/2").status_code == 200
    assert "Berta" not in admin.text("/leads") and "Berta" not in admin.text("/leads/2")
    second = hall.filled()  # whose leads get no number that another had
    assert "Berta" in admin.text(f"/leads?list={second}") and "Berta" not in admin.text("/leads/2")


def test_files_that_cannot_be_taken_are_said_so(hall: LeadHall, admin: Browser) -> None:
    assert admin.post("/lists/import", {"name": "x"}).status_code == 422
    where = chosen(admin, "a;b\n1;2\n", "x.csv")
    page = admin.text(where)
    assert "Say which column holds the telephone number." in page and 'value="take" disabled' in page
    refused = admin.get(chosen(admin, "", "empty.csv"))
    assert refused.status_code == 422 and "empty" in refused.get_data(as_text=True)
    assert admin.get(f"/lists/import/{'0' * 32}").status_code == 303
    assert admin.get("/lists/import/..%2fx").status_code == 404
    other = chosen(admin, "nombre;tel\nAna;2125550101\n", "ansi.csv")
    sent = {**columns(admin, other), "column.0": "number", "encoding": "cp850", "delimiter": ";"}
    answer = admin.post(other, {**sent, "do": "look", "consent": "express", "consent_since": "2026-01-05"})
    again = admin.text(str(answer.headers["Location"]).partition("#")[0])
    assert 'value="cp850" selected' in again and 'value="2026-01-05"' in again
    assert columns(admin, other)["column.0"] == "number"


def test_a_list_is_renamed_ranked_removed_and_brought_back(hall: LeadHall, admin: Browser) -> None:
    which = hall.filled()
    hall.campaign(lists=[{"list": which, "weight": 1}, {"list": "f" * 32, "weight": 3}], order="random")
    assert "Spring offer</a>: 25 % of the mix, in random order" in admin.text("/lists")
    admin.post(f"/lists/{which}/name", {"name": "Fair & more"})
    assert "Fair &amp; more" in admin.text("/lists")
    assert admin.post(f"/lists/{which}/name", {"name": " "}).status_code == 422
    admin.post(f"/lists/{which}/priority", {"priority": "7"})
    assert "<dt>Priority</dt><dd>7</dd>" in admin.text("/leads/1")
    assert admin.post(f"/lists/{which}/priority", {"priority": "101"}).status_code == 422
    changes = hall.changes
    gone = admin.post(f"/lists/{which}/remove")
    assert "Undo" in admin.text(gone.headers["Location"]) and "No list yet" in admin.text("/lists")
    assert "Ana" not in admin.text("/leads") and "Fair &amp; more" in admin.text("/lists?dropped=1")
    admin.post(f"/lists/{which}/back")
    assert "Ana" in admin.text("/leads") and hall.changes >= changes + 2
    assert admin.get(f"/lists/{'e' * 32}").status_code == 404


def test_an_export_is_taken_again_as_it_was(hall: LeadHall, admin: Browser) -> None:
    rows = (
        "name,mobile,home,priority,business,consent,consent_since,city\n"
        "=Ana,2125550101,2125550103; +442079460123,-5,yes,express,2026-01-05,New York\n"
        "Ben,,2125550102,,,,,\n"
    ).replace("=Ana", "Ana")
    which = imported(admin, hall, rows)
    answer = admin.get(f"/lists/{which}/leads.csv")
    assert 'filename="Spring-fair-' in answer.headers["Content-Disposition"]
    out = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert out[0]["home"] == "'+12125550103; +442079460123" and out[0]["priority"] == "-5"
    assert (out[1]["callbox_state"], out[1]["city"]) == ("fresh", "")
    again = imported(admin, hall, answer.get_data(as_text=True))
    second = list(csv.DictReader(io.StringIO(admin.get(f"/lists/{again}/leads.csv").get_data(as_text=True))))
    assert [{**row, "callbox_state": ""} for row in second] == [{**row, "callbox_state": ""} for row in out]


def test_the_life_of_a_lead(hall: LeadHall, admin: Browser) -> None:
    hall.filled()
    hall.campaign()
    record = CallRecord(CallId("c7"), "outbound", NOON, NOON, recordings=("r7",))
    hall.journal.put(record)
    (hall.pages.recordings / "r7.opus").write_bytes(b"x")
    hall.dialled("+12125550101", "busy", lead=1, how="tone: busy tone", rang=3.25)
    hall.refused("+12125550101", Why.HOURS, "America/New_York", "2026-03-03 22:00", "law", lead=1)
    hall.now += timedelta(hours=2)
    hall.dialled("+12125550101", "person", lead=1, how="agent", call="c7")
    text = admin.text("/leads/1")
    assert "rang after 3.2 s" in text
    assert "Busy" in text and "A tone was heard (busy tone)." in text and "A person answered" in text
    assert "Outside the legal hours: 2026-03-03 22:00 in America/New_York." in text
    assert "By the rules of US as of 2026-11-22." in text and "2 within 7 days" in text
    assert 'src="/recordings/r7/opus"' in text and 'href="/calls/c7"' in text
    assert text.index("A person answered") < text.index("A tone was heard")  # the latest first
    assert text.count('<details class="why" open>') == 1
    assert admin.text("/leads/1?open=1").count('<details class="why" open>') == 3
    key = re.findall(r'href="/permits/([0-9a-f]{32})"', text)[0]
    whole = admin.text(f"/permits/{key}")
    assert "Allowed" in whole and "nothing stood against it" in whole and "Ana" in whole
    assert admin.get("/permits/nothing").status_code == 404 and admin.get("/leads/99").status_code == 404


def test_a_lead_is_set_by_hand(hall: LeadHall, admin: Browser) -> None:
    hall.filled()
    ended = admin.post("/leads/1/done")
    page = admin.text(ended.headers["Location"])
    assert "Undo" in page and "changed by hand" in page
    admin.post("/leads/1/fresh")
    assert ">New<" in admin.text("/leads/1")
    ahead = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert admin.post("/leads/1/callback", {"due": ahead, "agent": "11"}).status_code == 303
    text = admin.text("/leads/1")
    assert "To be called back" in text and "this one alone" in text
    assert admin.post("/leads/1/callback", {"due": "2020-01-01T09:00"}).status_code == 422
    assert admin.post("/leads/1/callback", {"due": "soon"}).status_code == 422
    assert "Ana" in admin.text("/leads?state=callback") and "Berta" not in admin.text("/leads?state=callback")


def test_the_compliance_log_is_filtered_and_exported(hall: LeadHall, admin: Browser) -> None:
    assert "No campaign has dialled yet" in admin.text("/permits")
    hall.filled()
    hall.campaign()
    for place in range(60):
        hall.now += timedelta(minutes=1)
        hall.dialled(f"+121255501{place:02d}", "no_answer", how="time:")
    hall.refused("+12125550101", Why.BLOCKED, "own", "", "+12125550101", "2026-03-02", lead=1)
    text = admin.text("/permits")
    assert "On our own do-not-call list since 2026-03-02." in text and text.count('class="row-line') == 50
    older = re.findall(r'href="(/permits\?before=[^"]+)"', text)[0]
    rest = admin.text(older)
    assert rest.count('class="row-line') == 11 and "Older ones" not in rest
    keys = re.findall(r'href="/permits/(\w+)"', text + rest)
    assert len(keys) == len(set(keys)) == 61  # none twice, none left out
    assert admin.text("/permits?answer=refused").count('class="row-line') == 1
    assert admin.text("/permits?why=blocked").count('class="row-line') == 1
    assert "Nothing matches" in admin.text("/permits?why=hours")
    assert admin.text("/permits?text=5550101").count('class="row-line') == 2
    assert admin.text("/permits?text=ana").count('class="row-line') == 1
    assert "Nothing matches" in admin.text("/permits?until=2026-03-02")
    assert "On a do-not-call list 1</a>" in admin.text("/permits?since=2026-03-02")
    assert admin.get("/permits?since=tomorrow").status_code == 422
    rows = list(csv.DictReader(io.StringIO(admin.get("/permits/log.csv").get_data(as_text=True))))
    assert rows[-1]["answer"] == "allowed" and "A callback" not in text
    hall.refused("+12125550103", Why.CLOCK, campaign="")
    assert "A callback" in admin.text("/permits?why=clock")
    assert len(rows) == 61 and rows[0]["answer"] == "refused" and rows[0]["reasons"].startswith("On our own")
    assert rows[1]["number"] == "'+12125550159" and rows[1]["local_times"].startswith("America/New_York")


def test_who_is_not_called(hall: LeadHall, admin: Browser) -> None:
    hall.campaign()
    assert "Nobody is on this list yet" in admin.text("/dnc")
    added = admin.post("/dnc/own/add", {"number": "(212) 555-0101"})
    page = admin.text(added.headers["Location"])
    assert "(212) 555-0101 is not called any more" in page and "typed in here" in page
    gone = admin.post("/dnc/own/remove", {"number": "+12125550101"})
    assert "Undo" in admin.text(gone.headers["Location"]) and "0</span>" in admin.text("/dnc")
    admin.post("/dnc/own/add", {"number": "+1900*"})
    assert "+1900*" in admin.text("/dnc?text=900") and "No entry matches" in admin.text("/dnc?text=555")
    for wrong in ("12", "", "nobody"):
        refused = admin.post("/dnc/own/add", {"number": wrong})
        assert refused.status_code == 422, wrong
    assert admin.post("/dnc/campaign/add", {"number": "2125550102"}).status_code == 422
    admin.post("/dnc/campaign/add", {"number": "2125550102", "campaign": "spring"})
    assert "Spring offer" in admin.text("/dnc/campaigns") and "555-0102" not in admin.text("/dnc")
    rows = list(csv.DictReader(io.StringIO(admin.get("/dnc/own.csv").get_data(as_text=True))))
    assert [row["entry"] for row in rows] == ["'+1900*"]


def test_files_of_numbers_and_official_lists(hall: LeadHall, admin: Browser) -> None:
    name = "National Do Not Call Registry"
    text = admin.text("/dnc/official")
    assert name in text and "missing" in text and "at most 31 days old" in text

    def load(**more: str) -> str:
        file = (io.BytesIO(b"number\n2125550101\n2125550102\nnothing\n"), "list.csv")
        form = {"file": file, "name": name, "as_of": f"{datetime.now(UTC):%Y-%m-%d}", **more}
        answer = admin.post("/dnc/official/upload", form)
        if answer.status_code == 303:
            hall.ended()
            return admin.text(str(answer.headers["Location"]))
        return str(answer.get_data(as_text=True))

    hall.now = datetime.now(UTC)
    assert "cannot lie ahead" in load(as_of="2099-01-01") and "Say which list" in load(name="")
    assert "2 numbers are on the list." in load()
    assert "in force" in admin.text("/dnc/official") and "2 numbers" in admin.text("/dnc/official")
    old = f"{datetime.now(UTC) - timedelta(days=40):%Y-%m-%d}"
    load(as_of=old)
    assert "40 days old" in admin.text("/dnc/official")
    admin.post("/dnc/official/forget", {"name": name})
    assert "missing" in admin.text("/dnc/official")
    file = (io.BytesIO(b"2125550109\n"), "own.txt")
    done = admin.post("/dnc/own/upload", {"file": file})
    hall.ended()
    assert "1 number is on the list." in admin.text(str(done.headers["Location"]))
    assert "from a file" in admin.text("/dnc")


def test_may_we_call(hall: LeadHall, admin: Browser) -> None:
    assert "There is no campaign yet" in admin.text("/dnc/may")
    hall.filled()
    hall.campaign()
    text = admin.text("/dnc/may?number=(212) 555-0101")
    assert "Yes, (212) 555-0101 may be called now." in text and "Ana" in text
    assert "Local time there: 2026-03-03 12:00 (America/New_York)." in text
    assert "This number was never dialled before." in text
    hall.now = NOON + timedelta(hours=12)
    late = admin.text("/dnc/may?number=2125550101")
    assert "No, (212) 555-0101 may not be called now." in late and "Outside the legal hours" in late
    hall.now = NOON
    admin.post("/dnc/own/add", {"number": "2125550101"})
    assert "On our own do-not-call list since 2026-03-03." in admin.text("/dnc/may?number=2125550101")
    hall.shown_number_rings = False
    assert "Nobody would answer who calls back" in admin.text("/dnc/may?number=2125550102")
    assert "never dialled by the box itself" in admin.text("/dnc/may?number=911")
    hall.campaign(name="other", label="Other")
    assert admin.get("/dnc/may?number=2125550101").status_code == 422


@pytest.mark.parametrize("language", ["de", "es"])
def test_reasons_come_in_the_readers_language(hall: LeadHall, admin: Browser, language: str) -> None:
    where = chosen(admin)
    answer = admin.get(where, headers={"Accept": "text/html", "Accept-Language": language})
    text = answer.get_data(as_text=True)
    assert "This is no whole telephone number" not in text
    assert (
        "Das ist keine vollständige Rufnummer" if language == "de" else "No es un número de teléfono completo"
    ) in text
