"""docs/security.md names for each promise the test that shows it: every one of them exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHEET = ROOT / "docs" / "security.md"


def rows() -> list[list[str]]:
    """The cells of every table's lines, without heads."""
    found = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in SHEET.read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    return [row for row in found if row[-1] != "Test" and set(row[-1]) != {"-"}]


def existing() -> set[str]:
    """The name of every test function there is."""
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }


def test_every_promise_names_a_test_that_exists_or_says_no() -> None:
    there = existing()
    assert len(there) > 1000
    wrong = [row for row in rows() if row[-1] != "no" and row[-1] not in there]
    assert wrong == []


def test_the_sheet_has_all_groups_and_many_lines() -> None:
    text = SHEET.read_text("utf-8")
    assert len(rows()) >= 80
    assert all(f"| 5.{group}" in text for group in range(1, 14))
