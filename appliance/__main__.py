"""The command line: `callbox run` and `callbox demo` in the foreground; the others are systemd's."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from appliance.config.options import Options, add_arguments, options_of
from appliance.network.reach import resolved

if TYPE_CHECKING:
    from appliance.config.schema import Settings


def _core(options: Options) -> int:
    gc.disable()  # until it is ready: nothing that is loaded now ever becomes garbage
    from appliance import service, start  # pjsua2 is loaded by the core only

    options = start.after_prepare(options, float(os.environ.get("CALLBOX_AFTER_PREPARE", "0")))
    start.before_core(options)
    return service.main(options, _move_edge, start.stand_in)


def _waiting_core(_: Options) -> int:
    gc.disable()
    from appliance import service

    options = service.told()
    return service.main(options) if options is not None else 1


def _move_edge(options: Options, settings: Settings) -> None:
    from appliance import start

    start.move_edge(options, settings)


def _prepare(options: Options) -> int:
    from appliance import start

    return start.main(options)


def _first_code(options: Options) -> int:
    from appliance import start

    return start.show_code(options)


def _fits(options: Options) -> int:
    from appliance import start

    return start.fits(options)


def _new_code(options: Options) -> int:
    from appliance import start

    return start.console(start.new_code, options)


def _reset(options: Options) -> int:
    from appliance import start

    return start.console(start.ask_reset, options)


def _certificate(options: Options) -> int:
    from appliance import start

    return start.certificate(options)


def _firewall(options: Options) -> int:
    from appliance.network import command

    return command.firewall(options)


def _run(options: Options) -> int:
    from appliance import foreground

    return foreground.main(options)


def _demo(options: Options) -> int:
    from appliance import demo

    return demo.main(options)


def _backup(options: Options, scheduled: bool = False) -> int:
    from appliance.care import command

    return command.main(options, scheduled)


def _scheduled_backup(options: Options) -> int:
    return _backup(options, scheduled=True)


_COMMANDS: dict[str, tuple[Callable[[Options], int], str]] = {
    "core": (_core, "the core alone, as systemd starts it (the default)"),
    "run": (_run, "the whole box in the foreground"),
    "prepare": (_prepare, "folders, first settings and the SIP edge's configuration (systemd)"),
    "first-code": (_first_code, "where the page is, and the one-time code of a new box"),
    "new-code": (_new_code, "a new one-time code, when the admin's password is forgotten"),
    "reset": (_reset, "forget the settings, or everything"),
    "fits": (_fits, "whether this version can read the data (the installer)"),
    "backup": (_backup, "a backup now, by the core that runs; with --scheduled, if one is due (the timer)"),
    "certificate": (_certificate, "make or renew the certificate of the page and of SIP over TLS (systemd)"),
    "firewall": (_firewall, "bring the packet filter's rules into force (systemd)"),
    "demo": (_demo, "the whole box with a simulated caller and a robot agent"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="callbox", description="A call center in a box.")
    parser.add_argument("command", nargs="?", choices=sorted(_COMMANDS), default="core")
    parser.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)  # how `run` starts its core
    parser.add_argument("--scheduled", action="store_true", help="with backup: only if one is due")
    add_arguments(parser)
    parsed = parser.parse_args(arguments)
    work = _waiting_core if parsed.wait else _COMMANDS[parsed.command][0]
    if parsed.scheduled:
        work = _scheduled_backup
    return work(resolved(options_of(parsed)))


if __name__ == "__main__":
    sys.exit(main())
