"""From the end of a key in the menu to the first sound of the next prompt at the caller.

The whole box runs: core, page, edge. One caller comes by a SIP trunk and sends RFC 4733: the digit has
ended when its first packet with the end bit leaves him (60 ms after the key went down). The prompt has
begun at its first sample, counted from the arrival of the RTP packet it is in. The box acts on an event's
first packet, so it may be ahead of the digit's end; `ivr.press_to_prompt` counts from when the key went
down instead. Four more call on simulated GSM and analog lines: their digit ends with the last sample of a
60 ms tone, and all is counted by the line's clock; a modem reports the key while the tone lasts.

The key repeats the menu, which begins with a loud tone and goes on with a soft one. The control is a core
that looks once a second for what has happened.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from appliance.config.defaults import simulated
from appliance.config.fields import ChoiceSettings, PromptText
from appliance.config.flow_menu import menu_flow
from appliance.config.schema import Settings, SipTrunk
from bench.ivr.caller import KEY_MS, Caller
from bench.ivr.keys import Keys
from bench.media.premises import Premises
from bench.result import Result, must_miss, percentile, result
from simulator import Exchange, GsmModem, VoiceModem
from simulator.sound import Coding
from tests.media.rig import sine, write_wav
from tests.support.box import wait_for

FAMILY = "ivr"
GOAL = 150.0
ROUNDS, KEYS, CONTROL_KEYS = 3, 40, 20
_GATEWAY = "127.0.0.13"
_PROMPT = "b" * 32
_LOUD, _SOFT, _THRESHOLD = 30000.0, 4000.0, 12000
_PPM = 500.0  # as the SIP caller's: within a run the lines' frames come at every phase of the bridge's
_LINES = ("gsm1", "gsm2", "fxo1", "fxo2")
_ULAW = Coding(4, "ULAW", "ulaw")


@contextlib.contextmanager
def office(program: str) -> Iterator[tuple[Exchange, Caller]]:
    """A box with four lines and one gateway, whose caller is not there yet."""
    with tempfile.TemporaryDirectory(prefix="bench-ivr-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        lines = folder / "lines"
        lines.mkdir()
        exchange = stack.enter_context(Exchange(lines))
        GsmModem(exchange, "gsm1", "simcom", ppm=_PPM)
        GsmModem(exchange, "gsm2", "quectel", ppm=_PPM)
        VoiceModem(exchange, "fxo1", "conexant", ppm=_PPM)
        VoiceModem(exchange, "fxo2", "usr", ppm=_PPM)
        caller = Caller(_GATEWAY)
        stack.callback(caller.close)
        premises = Premises(folder, lambda settings: _furnish(settings, lines, caller), lines, program)
        prompt = np.concatenate((sine(1000, 0.3, _LOUD), sine(440, 60.0, _SOFT)))
        write_wav(premises.options.uploads / f"{_PROMPT}.wav", prompt)
        stack.enter_context(premises)
        yield exchange, caller


def _furnish(settings: Settings, lines: Path, caller: Caller) -> None:
    host, port = caller.address
    settings.trunks = [
        *simulated(settings, lines).trunks,
        SipTrunk(name="gate", label="Gateway", host=host, port=port, register_out=False),
    ]
    settings.flows = [
        menu_flow(
            "main",
            "Menu",
            greeting="",
            menu=PromptText(upload=_PROMPT),
            choices={"1": ChoiceSettings(kind="repeat")},
            seconds=30.0,
        )
    ]


def by_sip(caller: Caller, rounds: int, keys: int, pause: float = 0.5) -> list[list[float]]:
    """Milliseconds of each key, `keys` in each round; seconds of pause between two, then some more."""
    chance = random.Random(1)
    caller.call()
    wait_for(
        lambda: any(_first_loud(payload) is not None for _, payload in list(caller.heard)), 10, "the menu"
    )
    time.sleep(1.0)
    ended = []
    for _ in range(rounds * keys):
        ended.append(caller.press(1))
        time.sleep(pause * chance.uniform(1.1, 1.6))
    delays = [_delay(caller, at, 1000 * pause) for at in ended]
    return [delays[start : start + keys] for start in range(0, len(delays), keys)]


def _delay(caller: Caller, ended: int, most: float) -> float:
    """From the key's end; nothing that came before the key went down counts."""
    for at, payload in caller.heard:
        if at > ended - KEY_MS * 1e6 and (sample := _first_loud(payload)) is not None:
            delay = (at - ended) / 1e6 + sample / 8
            if delay < most:
                return delay
            break
    raise RuntimeError("a key was pressed and no prompt came")


def _first_loud(payload: bytes) -> int | None:
    loud = np.flatnonzero(np.abs(np.frombuffer(_ULAW.decode(payload), "<i2").astype(int)) > _THRESHOLD)
    return int(loud[0]) if len(loud) else None


def by_lines(exchange: Exchange) -> dict[str, list[float]]:
    """Milliseconds of each key on each line, all four at once."""
    keys = {line: Keys("1", KEYS, _THRESHOLD) for line in _LINES}
    calls = [exchange.place_call(line, (step,)) for line, step in keys.items()]
    wait_for(lambda: all(step.done for step in keys.values()), 60 + 2 * KEYS, "every key is pressed")
    for call in calls:
        call.hang_up()
    return {line: step.delays() for line, step in keys.items()}


def run() -> list[Result]:
    """The figure of the issue, the same on lines, and the control."""
    with office("appliance") as (exchange, caller):
        rounds = by_sip(caller, ROUNDS, KEYS)
        lines = by_lines(exchange)
    with office("bench.ivr.polled") as (_, caller):
        (polled,) = by_sip(caller, 1, CONTROL_KEYS, pause=1.2)
    control = result("ivr.control_polled_core_p50_ms", [percentile(polled, 50)], "ms", GOAL)
    return [
        result("ivr.digit_to_prompt_p50_ms", [percentile(one, 50) for one in rounds], "ms", GOAL),
        result("ivr.press_to_prompt_p50_ms", [percentile(one, 50) + KEY_MS for one in rounds], "ms", GOAL),
        result("ivr.digit_to_prompt_p99_ms", [percentile(one, 99) for one in rounds], "ms", GOAL),
        _of_lines("ivr.gsm_digit_to_prompt_p50_ms", lines, "gsm"),
        _of_lines("ivr.analog_digit_to_prompt_p50_ms", lines, "fxo"),
        must_miss(control),
    ]


def _of_lines(name: str, lines: dict[str, list[float]], kind: str) -> Result:
    each = [percentile(delays, 50) for line, delays in lines.items() if line.startswith(kind)]
    return result(name, each, "ms", GOAL)
