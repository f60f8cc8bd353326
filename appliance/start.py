"""What a start finds or makes before the box can run: folders, settings, the edge's files; what it says."""

from __future__ import annotations

from pathlib import Path

from appliance.config.defaults import first_start
from appliance.config.options import Options
from appliance.config.schema import Settings
from appliance.config.secrets import hash_secret, new_password
from appliance.launch import Child, LaunchError, folder_is_usable
from appliance.store.lock import DataLock
from appliance.store.settings import SettingsStore
from drivers.sip.kamailio.config import EdgeSettings, command, write_config


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


def edge_child(options: Options, settings: Settings) -> Child:
    """The SIP edge, with its configuration written anew."""
    write_config(edge_settings(options, settings), edge_folder(options))
    return Child("edge", command(edge_folder(options)))


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
