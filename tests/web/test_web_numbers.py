"""Numbers as the pages write them."""

from __future__ import annotations

import pytest

from webui.numbers import _shown


@pytest.mark.parametrize(
    ("number", "country", "written"),
    [
        ("+12025550177", "US", "(202) 555-0177"),
        ("+12025550177", "DE", "+1 202-555-0177"),
        ("+493012345678", "DE", "030 12345678"),
        ("+999", "US", "+999"),
        ("+", "US", "+"),
    ],
)
def test_national_at_home_international_from_abroad(number: str, country: str, written: str) -> None:
    assert _shown(number, country) == written
