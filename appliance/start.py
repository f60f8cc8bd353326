"""What a start finds or makes before the box can run: folders, settings, the edge's files; what it says."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from appliance import __version__
from appliance.config.defaults import first_start
from appliance.config.options import Options
from appliance.config.schema import Settings
from appliance.config.secrets import hash_secret, new_password
from appliance.contract.errors import CallboxError, ControlError, LineError, NetworkError
from appliance.control.client import ControlClient
from appliance.control.messages import ErrorCode
from appliance.launch import Child, LaunchError, folder_is_usable, say
from appliance.network import command as command_of_network
from appliance.network.certificates import Certificates, own_names
from appliance.network.reach import LOOPBACK, lan_address, wait_for_address
from appliance.store import reset, stamp
from appliance.store.atomic import good_copy
from appliance.store.lock import DataLock
from appliance.store.pending import pending_work
from appliance.store.settings import SettingsStore
from appliance.store.standin import stand_in as make_stand_in
from drivers.sip.kamailio.config import EdgeSettings, command, write_config
from drivers.sip.kamailio.rpc import Rpc

log = logging.getLogger(__name__)

# In the run folder: the one-time code, then the agents' PINs, as long as they are new; what is said of them.
_CODE, _WORDS = "first-code", "first-words"
_DONE = "prepared"  # in the run folder: `callbox prepare` has done what it could
_DATA_SECONDS = 200.0  # a data partition is waited for so long, then done without
_ADDRESS_SECONDS = 8.0  # a network that is there has given an address by then


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
    with DataLock(options.data):
        pending_work(options.data)
        for folder in options.folders():
            folder.mkdir(exist_ok=True, mode=0o750)
        stamp.check(options.data, stamp.of(__version__))
        store = SettingsStore(options.settings)
        try:
            found = _first(store) or _again(store)
        finally:
            store.close()
        stamp.write(options.data, stamp.of(__version__))
        return found


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
    settings.web.admin_hash, settings.web.admin_code_used = hash_secret(password), False
    store.save(settings, "Callbox", version)
    return Prepared(settings, password, {})


def edge_settings(options: Options, settings: Settings) -> EdgeSettings:
    """The SIP edge's configuration for these settings; with TLS where there is a certificate."""
    tls = Certificates(options.tls)
    return EdgeSettings(
        listen=((options.host, options.sip_port),),
        engine_port=options.engine_port,
        handsets={h.extension: h.secret.get_secret_value() for h in settings.handsets},
        certificate=tls.chain if tls.is_there else None,
        key=tls.key if tls.is_there else None,
        tls_port=options.sip_tls_port,
    )


def edge_child(options: Options, settings: Settings) -> Child:
    """The SIP edge, with its configuration written anew."""
    write_config(edge_settings(options, settings), options.edge)
    return Child("edge", command(options.edge))


def move_edge(options: Options, settings: Settings) -> None:
    """The address changed: write the edge's configuration anew and end it; who keeps it starts it."""
    write_config(edge_settings(options, settings), options.edge)
    try:
        _ask_edge(options, "core.kill")
    except LineError as problem:
        log.debug("the SIP edge said nothing more, or does not run: %s", problem)


def _ask_edge(options: Options, what: str) -> None:
    with contextlib.closing(Rpc(options.edge)) as rpc:
        rpc.call(what)


def main(options: Options) -> int:
    """`callbox prepare`, once a boot under systemd: all that must be there before the units start."""
    if (mark := os.environ.get("CALLBOX_AFTER_FILE")) is not None:
        _wait_for(Path(mark), _DATA_SECONDS)
    options = wait_for_address(options, _ADDRESS_SECONDS)
    try:
        prepared = prepare(options)
        _certify(options)
        write_config(edge_settings(options, prepared.settings), options.edge)
        _leave_code(options, prepared)
    except (CallboxError, OSError) as problem:
        say(f"Callbox is not ready to start: {problem}")
        with contextlib.suppress(CallboxError, OSError):
            _certify(options)  # the page can say what is wrong
        return 1
    finally:
        with contextlib.suppress(OSError):
            (options.run / _DONE).touch()
    return 0


def after_prepare(options: Options, seconds: float) -> Options:
    """The options once `callbox prepare` has ended, well or not: with the address that came meanwhile.

    After so long they are given without it.
    """
    _wait_for(options.run / _DONE, seconds)
    return replace(options, host=lan_address()) if options.follow else options


def _wait_for(path: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)


def _certify(options: Options) -> None:
    """Without a certificate there is no page, but calls go on: telephones on UDP and TCP need none."""
    try:
        Certificates(options.tls).ensure(own_names(), datetime.now(UTC))
    except NetworkError as problem:
        say(f"There is no new certificate: {problem}")


def certificate(options: Options) -> int:
    """`callbox certificate`: renew it when it is time, and let the SIP edge read it again."""

    def changed() -> None:
        with contextlib.suppress(CallboxError, OSError):  # one that is not there reads it when it starts
            _ask_edge(options, "tls.reload")

    return command_of_network.certificate(options, changed)


def before_core(options: Options) -> None:
    """A core that finds no settings at all begins as a new box does.

    What keeps it from that is said, and left to the core, which knows how to go on without its data.
    """
    try:
        known = (options.settings, good_copy(options.settings), options.data / reset.MARKER)
        if not any(path.exists() for path in known):
            main(options)
    except CallboxError as problem:
        say(f"Callbox is not ready to start: {problem}")


def stand_in(options: Options) -> Options:
    """Options to go on with when the data cannot be used: settings that could be read, or first ones.

    The SIP edge is told of their handsets; who could read no admin password gets a one-time code.
    """
    from appliance import lines  # the launcher, which never comes here, is spared the drivers

    fresh = first_start()
    fresh.settings.trunks = list(lines.trunks())
    instead, kept = make_stand_in(options, lambda: fresh.settings)
    store = SettingsStore(instead.settings)
    found = store.current()
    store.close()
    try:
        move_edge(instead, found[1] if found else fresh.settings)
    except (CallboxError, OSError) as problem:
        log.info("the SIP edge was not told to start anew: %s", problem)  # it may not run yet
    if not kept:
        _leave_code(instead, Prepared(fresh.settings, fresh.admin_password, fresh.pins))
    return instead


def console(work: Callable[[Options], None], options: Options) -> int:
    """A command a person types: its exit code, with one sentence when it fails."""
    try:
        work(options)
    except (CallboxError, OSError, EOFError) as problem:
        say(str(problem) or "Nothing was done.")
        return 1
    return 0


def new_code(options: Options) -> None:
    """`callbox new-code`: a one-time code in the place of the admin's password, which is forgotten."""
    code = new_password()
    try:
        with contextlib.closing(ControlClient(options.control)) as core:
            core.set_admin_password(hash_secret(code), "console", one_time=True)
    except ControlError as problem:
        if problem.code != ErrorCode.UNREACHABLE:
            raise
        _save_code(options, code)
    for name in (_CODE, _WORDS):
        (options.run / name).unlink(missing_ok=True)
    say(f"User admin, one-time code   {code}")
    say("It logs in once; then choose a password of your own. Whoever was logged in is so no longer.")


def _save_code(options: Options, code: str) -> None:
    """The core does not run: change its settings in its place."""
    with DataLock(options.data), contextlib.closing(SettingsStore(options.settings)) as store:
        found = store.current()
        if found is None:
            raise LaunchError(f"There are no settings in {options.data}; a start makes them, and a code.")
        version, settings = found
        settings.web.admin_hash, settings.web.admin_code_used = hash_secret(code), False
        settings.web.admin_one_time = True
        store.save(settings, "console", version)


_ASKED = """\
settings    forgets what was set up: lines, telephones, agents, menus, prompts, the admin's password.
            Calls, recordings and messages stay.
everything  forgets that and all calls, recordings and messages, and every key and certificate.
Backups on a stick or another machine are not touched."""


def ask_reset(options: Options) -> None:
    """`callbox reset`: say what goes, ask twice, do it."""
    if not options.data.is_dir():
        raise LaunchError(f"There is no data folder {options.data}.")
    say(_ASKED)
    what = input("Forget settings or everything? ").strip().lower()
    if what not in list(reset.Reset):
        raise LaunchError("Nothing was done.")
    if input(f"Type RESET to forget {what}: ").strip() != "RESET":
        raise LaunchError("Nothing was done.")
    try:
        with contextlib.closing(ControlClient(options.control)) as core:
            core.reset_box(what, "console")
        say("The box ends its calls and starts anew. Its new one-time code is shown where it is started.")
    except ControlError as problem:
        if problem.code != ErrorCode.UNREACHABLE:
            raise
        with DataLock(options.data):
            reset.request(options.data, reset.Reset(what))
            reset.complete(options.data)
        say("Done. The next start shows a new one-time code.")


def _leave_code(options: Options, prepared: Prepared) -> None:
    for name in (_CODE, _WORDS):
        (options.run / name).unlink(missing_ok=True)
    if prepared.password is None:
        return
    pins = [f"PIN of agent {agent}: {pin}" for agent, pin in prepared.pins.items()]
    for name, lines in (
        (_CODE, [prepared.password, *pins]),
        (_WORDS, _words(options, prepared.password, pins)),
    ):
        path = options.run / name
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _words(options: Options, code: str, pins: list[str]) -> list[str]:
    address = "" if options.host == LOOPBACK else f"  or  https://{options.host}/"
    return [
        "",
        f"Callbox is ready.   Page:  https://callbox.local/{address}",
        f"                    User admin, one-time code   {code}",
        *(f"                    {pin} (log in with *50 on a handset)" for pin in pins),
    ]


def show_code(options: Options) -> int:
    """`callbox first-code`: where the page is, and the code that opens it the first time."""
    try:
        words = (options.run / _WORDS).read_text("utf-8")
    except FileNotFoundError:
        say("Somebody has chosen the admin password already; there is no first code.")
        return 1
    say(words.rstrip("\n"))
    return 0


def fits(options: Options) -> int:
    """`callbox fits`, asked by the installer: 1 with a sentence when the data is a newer Callbox's."""
    mine = stamp.of(__version__)
    newer = stamp.is_older(mine, options.data)
    try:
        stamp.check(options.data, mine)
    except CallboxError as problem:
        say(str(problem))
        return 1
    if newer is not None:
        say(f"Callbox {newer} was running here; {mine.program} is older. Going back is not supported.")
        return 1
    return 0


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
