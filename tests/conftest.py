"""What may run beside other tests, and how hard hypothesis looks."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.support.examples import examples

# A busy machine is slow, not wrong: the time limit of a whole test finds what hangs.
settings.register_profile("callbox", deadline=None, max_examples=examples(100))
settings.load_profile("callbox")

#: Folders and fixtures whose tests listen to sound, or keep the issue's seconds, in real time.
REALTIME_FOLDERS = {"scenarios"}
REALTIME_FIXTURES = {"engine", "events"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if REALTIME_FOLDERS & set(item.path.parts) or REALTIME_FIXTURES & fixtures:
            item.add_marker(pytest.mark.realtime)
