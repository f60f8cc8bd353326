"""Scenarios run real processes in real time; each file shares one office."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.support.chromium import start_chromium
from tests.support.office import Office
from tests.support.replayed import walked_again


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("office")
    with Office(folder) as running:
        yield running
    for one in walked_again(running.box.options):
        assert one.again == one.recorded, f"the virtual caller goes another way than {one.record}"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    folder: Path = tmp_path_factory.mktemp("chromium")
    found = start_chromium(folder)
    yield found
    found.quit()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "scenarios" in item.path.parts:
            item.add_marker(pytest.mark.scenario)
            item.add_marker(pytest.mark.timeout(180))
