"""Contacts from files: any bytes give rows or reasons, and what was written is read again."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.config.contact_csv import rows_of, write
from appliance.config.contacts import contact_of, e164
from appliance.contract.errors import SettingsError


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_rows_or_one_reason(content: bytes) -> None:
    try:
        for row in rows_of(b"number;name;balance\n" + content, "US"):
            assert (row.form is None) == bool(row.problem)
        list(rows_of(content, "US"))
    except SettingsError as refused:
        assert list(refused.problems) == ["file"]


_TEXT = st.text(string.ascii_letters + string.digits + " ,;\"'=+-@äñ\t", max_size=30).map(str.strip)


@given(st.lists(st.tuples(_TEXT, st.booleans(), _TEXT), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_again(people: list[tuple[str, bool, str]]) -> None:
    rows = [
        {"name": name, "numbers": (f"+1415555{place:04d}",), "language": None, "vip": vip, "agent": None,
         "account": str(1000 + place), "fields": {"note": note} if note else {}}
        for place, (name, vip, note) in enumerate(people)
    ]  # fmt: skip
    read = list(rows_of("".join(write(rows)).encode(), "US"))
    assert [row.problem for row in read] == [""] * len(rows)
    for row, wanted in zip(read, rows, strict=True):
        assert row.form is not None
        # A quote in front of a sign that spreadsheets take for a formula is the file's, not the value's.
        plain = str(wanted["name"])
        assert row.form.name in (plain, plain[1:]) and tuple(row.form.numbers) == wanted["numbers"]
        assert row.form.vip is wanted["vip"] and row.form.account == wanted["account"]


@pytest.mark.parametrize(
    ("text", "country", "wanted"),
    [
        ("(415) 555-0134", "US", "+14155550134"),
        ("030 123456", "DE", "+4930123456"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("112", "DE", None),
        ("12", "US", None),
        ("name", "US", None),
        ("", "US", None),
    ],
)
def test_numbers_are_kept_in_e164(text: str, country: str, wanted: str | None) -> None:
    assert e164(text, country) == wanted


def test_all_that_is_wrong_is_said_at_once() -> None:
    data = {"numbers": ["12"], "account": "x", "pin": "1", "fields": {"Name": "x"}, "nonsense": 1}
    with pytest.raises(SettingsError) as refused:
        contact_of(data, "US")
    assert {"account", "pin", "nonsense"} <= set(refused.value.problems)
