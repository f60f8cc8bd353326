"""The command line: `callbox core` (one process, for systemd), `callbox run` (all of it), `callbox demo`."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence

from appliance.config.options import Options, add_arguments, options_of


def _core(options: Options) -> int:
    gc.disable()  # until it is ready: nothing that is loaded now ever becomes garbage
    from appliance import service  # pjsua2 is loaded by the core only

    return service.main(options)


def _waiting_core(_: Options) -> int:
    gc.disable()
    from appliance import service

    options = service.told()
    return service.main(options) if options is not None else 1


def _run(options: Options) -> int:
    from appliance import foreground

    return foreground.main(options)


def _demo(options: Options) -> int:
    from appliance import demo

    return demo.main(options)


_COMMANDS: dict[str, tuple[Callable[[Options], int], str]] = {
    "core": (_core, "the core alone, as systemd starts it (the default)"),
    "run": (_run, "the whole box in the foreground"),
    "demo": (_demo, "the whole box with a simulated caller and a robot agent"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="callbox", description="A call center in a box.")
    parser.add_argument("command", nargs="?", choices=sorted(_COMMANDS), default="core")
    parser.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)  # how `run` starts its core
    add_arguments(parser)
    parsed = parser.parse_args(arguments)
    work = _waiting_core if parsed.wait else _COMMANDS[parsed.command][0]
    return work(options_of(parsed))


if __name__ == "__main__":
    sys.exit(main())
