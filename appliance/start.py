"""`callbox run`: prepares the data folder, chooses the children, prints what a newcomer needs to know."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from appliance.config.defaults import first_start
from appliance.config.options import Options
from appliance.config.schema import Settings
from appliance.config.secrets import hash_secret, new_password
from appliance.contract.errors import CallboxError
from appliance.launch import (
    READY,
    Child,
    Launcher,
    LaunchError,
    check_ports,
    check_programs,
    folder_is_usable,
    python,
    wait_for_page,
    web_child,
)
from appliance.store.lock import DataLock
from appliance.store.settings import SettingsStore
from drivers.sip.kamailio.config import EdgeSettings, command, write_config

_READY_SECONDS = 30.0


WhenReady = Callable[[Options, "Prepared"], Awaitable[None]]


class Prepared:
    """What a start found or made: the settings, and secrets that are shown once and kept nowhere."""

    def __init__(self, settings: Settings, password: str | None, pins: dict[str, str]) -> None:
        self.settings = settings
        self.password = password
        self.pins = pins


def prepare(options: Options) -> Prepared:
    """Make the folders and, on a first start, the settings; raises CallboxError with one sentence.

    As long as nobody chose an own admin password, each start makes a new one-time password.
    """
    folder_is_usable(options.data)
    for folder in options.folders():
        folder.mkdir(exist_ok=True, mode=0o750)
    with DataLock(options.data):
        store = SettingsStore(options.settings)
        try:
            return _first(store) or _again(store)
        finally:
            store.close()


def _first(store: SettingsStore) -> Prepared | None:
    if store.current() is not None:
        return None
    first = first_start()
    store.save(first.settings, "Callbox", 0)
    return Prepared(first.settings, first.admin_password, first.pins)


def _again(store: SettingsStore) -> Prepared:
    found = store.current()
    if found is None:
        raise LaunchError("The settings are empty although they were written; is the disk full?")
    version, settings = found
    if not settings.web.admin_one_time:
        return Prepared(settings, None, {})
    password = new_password()
    settings.web.admin_hash = hash_secret(password)
    store.save(settings, "Callbox", version)
    return Prepared(settings, password, {})


def edge_settings(options: Options, settings: Settings) -> EdgeSettings:
    """The SIP edge's configuration for these settings."""
    return EdgeSettings(
        listen=((options.host, options.sip_port),),
        engine_port=options.engine_port,
        handsets={h.extension: h.secret.get_secret_value() for h in settings.handsets},
    )


def edge_folder(options: Options) -> Path:
    """Where the SIP edge's configuration lies."""
    return options.run / "edge"


def children(options: Options, simulate: bool) -> list[Child]:
    """The processes of the box, in the order of their start."""
    lines = Child("lines", python("simulator", "--folder", str(options.lines)))
    return [
        *([lines] if simulate else []),
        Child("edge", command(edge_folder(options))),
        Child("core", python("appliance", "core", *options.arguments()), ready_line=READY),
        web_child(options),
    ]


def say(line: str) -> None:
    """One line to the person at the terminal, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def banner(options: Options, prepared: Prepared) -> str:
    """What a newcomer needs: the page, the password, the handsets."""
    lines = ["", f"The box is ready.   Page:      http://{options.host}:{options.web_port}/"]
    if prepared.password is not None:
        lines.append(f"                    User admin, one-time password   {prepared.password}")
    else:
        lines.append("                    User admin, with the password you chose")
    if options.lines is not None:
        lines.append(
            "No line is set up:  two GSM and two analog lines are simulated (gsm1, gsm2, fxo1, fxo2)."
        )
    for handset in prepared.settings.handsets[:2]:
        lines.append(
            f"Handset {handset.extension}:        SIP server {options.host}:{options.sip_port} (UDP or TCP), "
            f"user {handset.extension}, password {handset.secret.get_secret_value()}"
        )
    for agent, pin in prepared.pins.items():
        lines.append(f"Agent {agent}:           logs in with *50 on a handset, PIN {pin} (shown this once)")
    return "\n".join([*lines, "Ctrl-C stops everything.", ""])


async def run(options: Options, when_ready: WhenReady | None = None) -> int:
    """Start everything, do `when_ready`, wait for Ctrl-C, end everything; the exit code."""
    prepared = await asyncio.to_thread(prepare, options)
    simulate = options.lines is None and not prepared.settings.trunks
    if simulate:
        options = replace(options, lines=options.run / "lines")
    check_ports(options)
    check_programs(["kamailio", "setpriv", "espeak-ng", "sox", "opusenc"])
    write_config(edge_settings(options, prepared.settings), edge_folder(options))
    launcher = Launcher(children(options, simulate), say)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, launcher.request_stop)
    launcher.start()
    try:
        await launcher.wait_ready(_READY_SECONDS)
        if not launcher.stopping:
            if not await wait_for_page(options.host, options.web_port, _READY_SECONDS):
                raise LaunchError("The page did not answer; its last lines are above.")
            say(banner(options, prepared))
            if when_ready is not None:
                await launcher.unless_stopped(when_ready(options, prepared))
    except LaunchError:
        launcher.request_stop()
        raise
    finally:
        await launcher.run()
    return 1 if launcher.failed else 0


def main(options: Options) -> int:
    """Exit code of `callbox run`."""
    try:
        return asyncio.run(run(options))
    except (CallboxError, OSError) as problem:
        say(f"Callbox cannot start: {problem}")
        return 1
