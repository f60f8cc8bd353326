"""Files of leads: any encoding and delimiter, bad rows with their reasons, formulas, twins; no good row is
lost.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from appliance.care import lead_desk
from appliance.care.lead_columns import guess, problems
from appliance.care.lead_desk import LeadDesk
from appliance.care.lead_import import looked, read
from appliance.care.lead_table import lines, look
from appliance.care.problems import CareError
from appliance.store.journal import SqliteJournal
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore
from tests.store.test_store_leads import AT, wanted

GOOD = "name;mobile;consent;consent_since;city\nAnna Müller;0151 12345678;express;2026-01-05;Köln\n"


@pytest.fixture
def opened_store(tmp_path: Path) -> Iterator[LeadStore]:
    journal = SqliteJournal(tmp_path / "records.sqlite")
    yield LeadStore(journal, lambda: AT)
    journal.close()


def file(tmp_path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def taken(path: Path, **job: Any) -> tuple[list[dict[str, Any]], list[list[str]], dict[str, int]]:
    """Leads, bad rows and counts of a file."""
    out, bad = io.StringIO(), path.with_name("bad.csv")
    counts = read({"path": str(path), "bad": str(bad), "country": "DE", **job}, out)
    leads = [line["lead"] for line in map(json.loads, out.getvalue().splitlines()) if "lead" in line]
    with bad.open(encoding="utf-8-sig", newline="") as kept:
        return leads, list(csv.reader(kept))[1:], counts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    leads, bad, _ = taken(file(tmp_path, GOOD.replace(";", delimiter), encoding))
    assert bad == []
    (lead,) = leads
    assert lead["phones"] == [["+4915112345678", "mobile"]] and lead["name"] == "Anna Müller"
    assert lead["fields"] == {"city": "Köln"} and lead["place"] == "DE||Europe/Berlin"
    assert (lead["consent"], lead["consent_since"]) == (2, "2026-01-05T00:00:00+00:00")


def test_every_bad_row_has_its_reason_and_no_good_row_is_lost(tmp_path: Path) -> None:
    rows = [
        "phone,name,zone,priority",
        "+49 30 1234567,good,,",
        "12,short,,",
        ",none,,",
        "4.93012E+10,mangled,,",
        "=1+1,formula,,",
        '+4930123456,"=HYPERLINK(""http://x"")",,',
        "+4930123457,bad zone,Mars/Base,",
        "+4930123458,bad priority,,urgent",
        "+4930123459,too many,,1,2,3",
        "+49 (30) 1234567,twin of line 2,,",
        "112,help,,",
        "+19005551234,premium,,",
        "4930123450,plus was dropped,,",
        "+4930123451; 12,one good number,,",
        "+881612345678,nowhere,,",
        "'+4930123452,marked as text,,",
    ]
    leads, bad, counts = taken(file(tmp_path, "\n".join(rows)))
    assert [lead["name"] for lead in leads] == [
        "good",
        "plus was dropped",
        "one good number",
        "marked as text",
    ]
    told = {int(row[0]): row[1] for row in bad}
    assert sorted(told) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16]
    for line, words in {
        3: "no whole telephone number in DE", 4: "no telephone number", 5: "spreadsheet has cut",
        6: "formula", 7: "name: This would be", 8: "Mars/Base is no time zone", 9: "number from -100",
        10: "6 values for 4 columns", 11: "in line 2 already", 12: "no whole", 13: "premium rate",
        15: "Taken, but:", 16: "",
    }.items():  # fmt: skip
        assert words in told[line], told[line]
    assert counts == {"rows": 16, "good": 4, "bad": 12, "remarks": 1}
    assert not any(cell.startswith(("=", "+", "@")) for row in bad for cell in row), (
        "harmless in a spreadsheet"
    )


def test_a_bad_row_takes_no_good_rows_place(tmp_path: Path) -> None:
    rows = "phone,priority\n+4930123456,urgent\n+4930123456,1\n"
    leads, bad, _ = taken(file(tmp_path, rows))
    assert [lead["row"] for lead in leads] == [3] and [row[0] for row in bad] == ["2"]


def sheet(tmp_path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    path = tmp_path / "leads.xlsx"
    book.save(path)
    return path


def test_a_sheet_with_numbers_dates_and_formulas(tmp_path: Path) -> None:
    from datetime import datetime

    path = sheet(
        tmp_path,
        ["Telefon", "Name", "Einwilligung am", "Betrag"],
        [4930123456.0, "Zahl", datetime(2026, 1, 5), 12.5],  # noqa: DTZ001 - Excel knows no zones
        ["030 123457", "=1+1", None, None],
        [None, None, None, None],
        ["030 123458", "Text", "05.01.2026", "=SUM(D2)"],
    )
    leads, bad, counts = taken(path)
    assert [(lead["phones"][0][0], lead["fields"]) for lead in leads] == [("+4930123456", {"betrag": "12.5"})]
    assert leads[0]["consent_since"] == "2026-01-05T00:00:00+00:00"
    assert [row[1] for row in bad] == [
        "Name: This is a formula, not a value.",
        "Betrag: This is a formula, not a value.",
    ]
    assert counts["rows"] == 3


def test_files_that_are_none_are_said_so(tmp_path: Path) -> None:
    import zipfile

    with pytest.raises(CareError, match="empty"):
        taken(file(tmp_path, ""))
    with pytest.raises(CareError, match="No column holds"):
        taken(file(tmp_path, "name,city\nAnna,Köln\n"))
    with pytest.raises(CareError, match="old Excel"):
        taken(file(tmp_path, b"\xd0\xcf\x11\xe0 rest"))
    with pytest.raises(CareError, match="damaged"):
        taken(file(tmp_path, b"PK\x03\x04 rest"))
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 50_000_000)
    with pytest.raises(CareError, match="unpacks"):
        taken(bomb)
    whole = sheet(tmp_path, ["Telefon"], ["030 123456"]).read_bytes()
    for cut in range(30, len(whole), 401):
        with pytest.raises(CareError):
            taken(file(tmp_path, whole[:cut]))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: f"phone,name\n{text}\n".encode()))
def test_any_bytes_are_rows_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = file(tmp_path_factory.mktemp("any"), content)
    try:
        table = look(path)
        for line in lines(path, table):
            assert all(isinstance(cell, str) for cell in line.cells)
        leads, bad, counts = taken(path)
    except CareError as problem:
        assert str(problem)
        return
    assert counts["rows"] == counts["good"] + counts["bad"] and len(leads) == counts["good"]
    assert len(bad) == counts["bad"] + counts["remarks"]


def test_columns_are_guessed_and_can_be_said(tmp_path: Path) -> None:
    assert guess(["Vorname", "Nachname", "Handy", "Telefon 2", "Ort", ""], []) == [
        "first_name", "last_name", "mobile", "number", "field:ort", "",
    ]  # fmt: skip
    assert guess(["a", "b"], [["x", "030 123456"], ["y", "+49 30 123457"]]) == ["field:a", "number"]
    assert problems(["number", "name", "name"]) == "Two columns are both name."
    assert problems(["number", "script"]) == "script is nothing a column can be."
    path = file(tmp_path, "who,where\nAnna,030 123456\n")
    found = looked({"path": str(path), "country": "DE"})
    assert (
        found["mapping"] == ["field:who", "number"]
        and found["rows"][0]["lead"]["phones"][0][0] == "+4930123456"
    )
    leads, _, _ = taken(path, mapping=["name", "work"], defaults={"consent": "customer", "warm": True})
    assert leads[0]["name"] == "Anna" and leads[0]["phones"] == [["+4930123456", "work"]]
    assert leads[0]["consent"] == 1 and leads[0]["warm"]


def test_an_import_by_the_worker_dry_and_in_earnest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_desk, "_COMMAND", lead_desk._COMMAND[-3:])  # a busy machine would starve it
    journal = SqliteJournal(tmp_path / "records.sqlite")
    store = LeadStore(journal, lambda: AT)
    desk = LeadDesk(store, lambda: "DE")
    which, other = store.new_list("A", "fair"), store.new_list("B", "web")
    rows = "\n".join(f"+4930{1000000 + n},n{n}" for n in range(300))
    path, bad = file(tmp_path, f"phone,name\n{rows}\n12,bad\n"), tmp_path / "bad.csv"
    seen: list[tuple[int, int]] = []
    dry = desk.take(path, bad, which, {}, False, lambda at, of: seen.append((at, of)))
    reader = LeadRows(tmp_path / "records.sqlite")
    assert reader.counts() == {} and seen and all(0 < at <= of for at, of in seen)
    done = desk.take(path, bad, which, {}, True, lambda at, of: None)
    assert done == dry == {"rows": 301, "good": 300, "bad": 1, "remarks": 0, "taken": 300, "twins": 0}
    again = desk.take(path, bad, other, {"across": True}, True, lambda at, of: None)
    assert again["twins"] == 300 and "in another list already (line 2)" in bad.read_text(encoding="utf-8-sig")
    assert reader.counts() == {(which, "fresh"): 300}
    assert [one.lead.name for one in reader.ready(wanted(which, most=2))] == ["n0", "n1"]
    reader.close()
    journal.close()


def test_a_file_the_worker_cannot_read_is_one_sentence(
    tmp_path: Path, opened_store: LeadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_desk, "_COMMAND", lead_desk._COMMAND[-3:])
    desk = LeadDesk(opened_store, lambda: "DE")
    with pytest.raises(CareError, match="No column"):
        desk.take(file(tmp_path, "a,b\nx,y\n"), tmp_path / "bad.csv", "x", {}, True, lambda at, of: None)
