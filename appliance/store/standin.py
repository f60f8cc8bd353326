"""A data folder in memory, for a start whose own one is damaged, full, read-only or gone.

The core goes on with whatever settings can still be read, so that telephones ring and emergency calls go
out; the folder it could not use is read and never written.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from appliance.config.options import Options
from appliance.config.schema import Settings, load
from appliance.contract.errors import SettingsError
from appliance.store.settings import SettingsStore

log = logging.getLogger(__name__)

_WHO = "Callbox"
_ENDINGS = ("", ".good", ".new")  # the document, its last good copy, and one that was being written


def stand_in(options: Options, first: Callable[[], Settings]) -> tuple[Options, bool]:
    """Options with another data folder, which holds the settings that could be read; else those of `first`.

    Tells whether any could be read. Sockets stay where the other processes look for them.
    """
    folder = Path(tempfile.mkdtemp(prefix="callbox-stand-in-", dir=_roomy(options)))
    instead = replace(options, data=folder, run_folder=options.run)
    for one in instead.folders():
        one.mkdir(parents=True, exist_ok=True, mode=0o750)
    _lend(options.uploads, instead.uploads)
    kept = salvage(options.settings)
    settings = kept if kept is not None else first()
    settings.box.record = False  # memory is no place for recordings
    settings.box.first_setup_done = True  # what is wrong comes first
    store = SettingsStore(instead.settings)
    store.save(settings, _WHO, 0)
    store.close()
    return instead, kept is not None


def salvage(path: Path) -> Settings | None:
    """The newest settings that can be made out in the document or its copies, whatever their checksum says.

    Only reads. A document that was cut or overwritten is no JSON any more; one with a flipped bit often is,
    and each of its versions is judged by the schema on its own.
    """
    for ending in _ENDINGS:
        for settings in _versions(path.with_name(path.name + ending)):
            with contextlib.suppress(SettingsError):
                return load(settings)
    return None


def _versions(path: Path) -> Iterator[object]:
    """The versions in a document, newest first."""
    try:
        tables: Any = json.loads(path.read_bytes())["tables"]
        rows = [row for table in tables.values() for row in table.values()]
        saves = [save for row in rows for save in row["saves"]]
        yield from (save["settings"] for save in reversed(saves))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        log.warning("nothing can be made out in %s: %s", path.name, problem)


def _roomy(options: Options) -> Path | None:
    """Where temporary files are in memory: beside the sockets, unless those are in the data folder."""
    run = options.run
    usable = options.run_folder is not None and run.is_dir() and os.access(run, os.W_OK)
    return run if usable else None


def _lend(uploads: Path, place: Path) -> None:
    """Uploaded prompts are still played where they can be read."""
    with contextlib.suppress(OSError):
        names = [path for path in uploads.iterdir() if path.suffix == ".wav"]
        for path in names:
            (place / path.name).symlink_to(path)
