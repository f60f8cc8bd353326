"""A telephone network as a process: `python -m simulator --folder DIR`.

Makes DIR/gsm1, DIR/gsm1-audio, DIR/gsm2, DIR/gsm2-audio, DIR/fxo1, DIR/fxo2 (links to
pseudo-terminals), prints "ready" when they are there, and takes commands on DIR/control (see
`simulator.client`) until it is ended by SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from simulator.control import ControlServer
from simulator.exchange import Exchange
from simulator.gsm.modem import GsmModem
from simulator.gsm.vendors import FAMILIES as GSM_FAMILIES
from simulator.voice.families import FAMILIES as VOICE_FAMILIES
from simulator.voice.modem import VoiceModem


def main(arguments: list[str] | None = None) -> int:
    """Run until told to end."""
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(name)s: %(message)s")
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    options.folder.mkdir(parents=True, exist_ok=True)
    with Exchange(options.folder, options.tones, options.speed) as exchange:
        for index, family in enumerate(options.gsm, 1):
            GsmModem(exchange, f"gsm{index}", family, f"+3630111000{index}")
        for index, family in enumerate(options.fxo, 1):
            VoiceModem(exchange, f"fxo{index}", family, f"+361555000{index}")
        control = ControlServer(exchange, options.folder / "control")
        print("ready", flush=True)
        signal.sigwait(signals)
        control.close()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A network in software.")
    parser.add_argument("--folder", type=Path, required=True, help="where the devices appear")
    parser.add_argument("--gsm", type=_families(GSM_FAMILIES), default=["simcom", "quectel"],
                        help=f"families of GSM modem, with commas: {', '.join(GSM_FAMILIES)}")  # fmt: skip
    parser.add_argument("--fxo", type=_families(VOICE_FAMILIES), default=["conexant", "usr"],
                        help=f"families of voice modem: {', '.join(VOICE_FAMILIES)}")  # fmt: skip
    parser.add_argument("--tones", choices=("us", "eu"), default="us")
    parser.add_argument("--speed", type=float, default=1.0, help="divides ring cadence and ringing times")
    return parser.parse_args(arguments)


def _families(known: Iterable[str]) -> Callable[[str], list[str]]:
    def families(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown {', '.join(unknown)}; known: {', '.join(known)}")
        return names

    return families


if __name__ == "__main__":
    sys.exit(main())
