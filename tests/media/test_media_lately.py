"""What a line gave just before is kept for who begins to listen a moment later."""

from __future__ import annotations

import pytest

from appliance.contract.ids import PortId
from appliance.media.ports import LinePort


def _frame(number: int) -> bytes:
    return bytes([number % 256]) * 320


@pytest.mark.parametrize("block", [320, 333 * 2, 100])
def test_the_last_frames_but_those_on_their_way(block: int) -> None:
    line = LinePort(PortId("line"))
    line.open()
    whole = b"".join(map(_frame, range(100)))
    for start in range(0, len(whole), block):
        line.from_line(whole[start : start + block])
    assert line.lately(0.8) == whole[-640 - 40 * 320 : -640]
    assert line.lately(5.0) == whole[-16000:-640]
    assert line.lately(0.0) == b""


def test_nothing_of_the_call_before() -> None:
    line = LinePort(PortId("line"))
    line.open()
    line.from_line(_frame(1) * 20)
    line.close()
    line.open()
    line.from_line(_frame(2) * 3)
    assert line.lately(1.0) == _frame(2)
