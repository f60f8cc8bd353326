"""Families by what modems say, and the choice of a voice format from +VSM=?."""

from __future__ import annotations

import pytest

from drivers.fxo.quirks import FAMILIES, best_format, family_named, identify
from drivers.fxo.quirks.family import Signal

CONEXANT, USR, GENERIC = FAMILIES


@pytest.mark.parametrize(
    ("answers", "family"),
    [
        ("56000\nCX93001-EIS_V0.2013-V92", "conexant"),
        ("56000", "conexant"),
        ("5601\nU.S. Robotics 56K FAX USB V1.1.0", "usr"),
        ("5601", "usr"),
        ("OpenTel V.253 Voice Modem", "generic"),
        ("256000", "generic"),
        ("", "generic"),
    ],
)
def test_identification(answers: str, family: str) -> None:
    assert identify(answers).name == family


def test_family_by_setting() -> None:
    assert family_named("usr") is USR
    assert family_named("auto") is None


# The rows as the manuals print them.
CX930 = [
    '1,"UNSIGNED PCM",8,0,8000,0,0',
    '129,"IMA ADPCM",4,0,8000,0,0',
    '130,"UNSIGNED PCM",8,0,8000,0,00',
    '140,"2 Bit ADPCM",2,0,8000,0,0',
    '141,"4 Bit ADPCM",4,0,8000,0,0',
]
USR_ROWS = [
    '1,"UNSIGNED PCM",8,0,(7200,8000),(0),(0)',
    '128,"8-BIT LINEAR",8,0,(7200,8000),(0),(0)',
    '129,"ADPCM",4,0,(7200,8000),(0),(0)',
    '131,"ULAW",8,0,(7200,8000),(0),(0)',
    '132,"ALAW",8,0,(7200,8000),(0),(0)',
    '133,"LINEAR",16,0,(7200,8000),(0),(0)',
]


def test_conexant_rows() -> None:
    assert best_format(CX930, CONEXANT) == (1, "unsigned")


def test_usr_rows() -> None:
    assert best_format(USR_ROWS, USR) == (131, "ulaw")


def test_a_range_of_rates_and_mu_law_by_its_other_name() -> None:
    assert best_format(['+VSM: 4,"Mu-Law",8,0,(7200-11025),(0),(0)'], GENERIC) == (4, "ulaw")


def test_wrong_rates_and_widths_do_not_count() -> None:
    rows = ['4,"ULAW",8,0,(7200,11025),(0),(0)', '133,"LINEAR",16,0,(8000),(0),(0)', "rubbish"]
    assert best_format(rows, USR) == (128, "unsigned")


def test_codes_of_is_101() -> None:
    meaning = GENERIC.codes
    assert meaning[ord("b")] is Signal.BUSY
    assert meaning[ord("K")] is Signal.REORDER
    assert meaning[ord("l")] is Signal.LOOP_DROP
    assert meaning[ord("w")] is Signal.CALL_WAITING
