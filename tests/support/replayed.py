"""Recorded calls walked again by the virtual caller: from their records, through the settings of then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from appliance.config.defaults import simulated
from appliance.config.options import Options
from appliance.config.plan import to_plan
from appliance.config.schema import Settings, load
from appliance.contract.contacts import Contact
from appliance.contract.errors import SettingsError
from appliance.contract.journal import CallRecord, Entry
from appliance.media.grammar import say
from appliance.planning.rehearsal import rehearse
from appliance.planning.replay import path_of, script_of
from appliance.store.atomic import AtomicStorage
from appliance.store.desk_reader import DeskReader
from appliance.store.reader import RecordReader

Nodes = list[tuple[str, str]]
_SAVED = timedelta(seconds=1)  # the time of a save is kept to the second


@dataclass(frozen=True, slots=True)
class Walked:
    """A recorded call: the nodes it went through, and those the virtual caller went through."""

    record: CallRecord
    recorded: Nodes
    again: Nodes


def walked_again(options: Options) -> Iterator[Walked]:
    """Every inbound call of a box that went through a flow, the newest first."""
    with (
        contextlib.closing(RecordReader(options.records)) as reader,
        contextlib.closing(DeskReader(options.records)) as desk,
    ):
        for row in reader.calls(limit=1000):
            found = reader.call(row.record.call)
            if row.record.direction == "inbound" and found is not None and path_of(found[1]):
                yield _walk(options, row.record, found[1], _contact(desk, row.record.contact))


def _walk(options: Options, record: CallRecord, entries: list[Entry], contact: Contact | None) -> Walked:
    recorded, ways = path_of(entries), list[Nodes]()
    for settings in _settings_at(options, record.started):
        plan, zone = to_plan(settings), settings.box.timezone
        flow = recorded[0][0]
        if record.trunk in plan.trunks and flow in plan.flows:
            ways.append(rehearse(plan, flow, script_of(entries, zone, contact), zone, say).path)
    again = recorded if recorded in ways else ways[0] if ways else []
    return Walked(record, recorded, again)


def _settings_at(options: Options, at: datetime) -> Iterator[Settings]:
    """The settings in force then; where a save is too near to tell, those before and after it."""
    tables = AtomicStorage(options.settings).read() or {}
    saves = [save for row in tables["settings"].values() for save in row["saves"]]
    before = [save for save in saves if datetime.fromisoformat(save["when"]) <= at + _SAVED]
    for save in (before or saves[:1])[-2:][::-1]:
        with contextlib.suppress(SettingsError):
            settings = load(save["settings"])
            yield settings if settings.trunks else simulated(settings, Path())


def _contact(desk: DeskReader, which: str | None) -> Contact | None:
    row = desk.contact(which) if which is not None else None
    if row is None:
        return None
    return Contact(
        row.id, row.name, tuple(row.numbers), row.language, row.vip, row.agent, row.account, row.fields
    )
