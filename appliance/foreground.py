"""`callbox run`: the box as children of this process, from the check of its ports to the last child's end.

Core and page load themselves while the settings are read here: nothing that takes long is imported on top.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from appliance.config.options import Options
from appliance.contract.errors import CallboxError
from appliance.launch import (
    AGAIN,
    Child,
    Launcher,
    LaunchError,
    check_ports,
    check_programs,
    core_child,
    folder_is_usable,
    python,
    say,
    wait_for_page,
    web_child,
)

if TYPE_CHECKING:
    from appliance.start import Prepared

_READY_SECONDS = 30.0

WhenReady = Callable[[Options, "Prepared"], Awaitable[None]]


async def run(options: Options, when_ready: WhenReady | None = None) -> int:
    """Start everything, do `when_ready`, wait for Ctrl-C, end everything; the exit code.

    After a factory reset all of it begins once more.
    """
    code = AGAIN
    while code == AGAIN:
        code = await _once(options, when_ready)
    return code


async def _once(options: Options, when_ready: WhenReady | None) -> int:
    check_ports(options)
    check_programs(["kamailio", "setpriv", "espeak-ng", "sox", "opusenc"])
    for folder in options.folders():
        folder_is_usable(folder)
    core = core_child(options)
    launcher = Launcher(say)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, launcher.request_stop)
    launcher.start(core, web_child(options))
    try:
        await _bring_up(options, launcher, core, when_ready)
    except (CallboxError, OSError):
        launcher.request_stop()
        raise
    finally:
        await launcher.run()
    if launcher.again:
        say("The box was reset and starts anew.")
        return AGAIN
    return 1 if launcher.failed else 0


async def _bring_up(options: Options, launcher: Launcher, core: Child, when_ready: WhenReady | None) -> None:
    prepared, edge = await asyncio.to_thread(_prepare, options)
    if launcher.stopping:
        return
    if options.lines is None and not prepared.settings.trunks:
        options = replace(options, lines=options.run / "lines")
        launcher.start(Child("lines", python("simulator", "--folder", str(options.lines))))
    launcher.start(edge)
    core.tell(options)
    await launcher.wait_ready(_READY_SECONDS)
    await launcher.unless_stopped(_greet(options, prepared, when_ready))


async def _greet(options: Options, prepared: Prepared, when_ready: WhenReady | None) -> None:
    if not await wait_for_page(options.host, options.web_port, _READY_SECONDS):
        raise LaunchError("The page did not answer; its last lines are above.")
    from appliance.start import banner

    say(banner(options, prepared))
    if when_ready is not None:
        await when_ready(options, prepared)


def _prepare(options: Options) -> tuple[Prepared, Child]:
    """What the settings say, and the SIP edge that is made of them."""
    from appliance.start import edge_child, prepare

    prepared = prepare(options)
    return prepared, edge_child(options, prepared.settings)


def main(options: Options) -> int:
    """Exit code of `callbox run`."""
    try:
        return asyncio.run(run(options))
    except (CallboxError, OSError) as problem:
        say(f"Callbox cannot start: {problem}")
        return 1
