"""A journal in a folder of its own, and calls to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.store.journal import SqliteJournal
from bench.store.workload import Calls


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def opened(path: Path) -> Iterator[SqliteJournal]:
    journal = SqliteJournal(path)
    yield journal
    journal.close()
