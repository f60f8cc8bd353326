"""A line brought into a call, step by step, on the stepped clock."""

from __future__ import annotations

from appliance.contract.events import Released, RingStarted
from appliance.contract.ids import LegId
from tests.lines.fxo_fakes import Bench

LEG = LegId("leg-1")
ABORT = "<leave b'\\x10^'>"


def ringing(bench: Bench) -> LegId:
    bench.line.text("RING")
    return bench.events.of(RingStarted)[-1].leg


def answered(bench: Bench) -> LegId:
    leg = ringing(bench)
    bench.line.answer(leg)
    bench.clock.advance(6)
    bench.line.text("RING")
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply("AT+VTR", "CONNECT")
    return leg


def dialled(bench: Bench, number: str = "5551234") -> LegId:
    bench.line.dial(LEG, number)
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply(f"ATDTW{number};")
    bench.wire.reply("AT+VTR", "CONNECT")
    return LEG


def released(bench: Bench) -> Released:
    (event,) = bench.events.of(Released)
    return event


def silent(bench: Bench, seconds: int, loud: int = 0) -> None:
    for _ in range(seconds):
        bench.wire.received += 8000
        bench.wire.loud += loud
        bench.clock.advance(1)
