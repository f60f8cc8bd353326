"""The call list, one call with its story and recording, and the list as CSV."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

from appliance.contract.errors import ControlError
from appliance.contract.journal import Entry, EntryKind
from webui.box import box
from webui.call_filter import form_of, understand
from webui.recordings import PARTS, Recording, recording, recording_file
from webui.rows import call_lines, call_rows
from webui.story import Names, names_of, story
from webui.times import box_zone

calls = Blueprint("calls", __name__)

_NO_NAMES = Names({}, {}, {}, {})


def names_now() -> Names:
    """Labels; plain names while the core is away and was never seen."""
    try:
        names = names_of(box().recent_settings())
        # Simulated lines, and the channels of a SIP trunk, are lines that no setting has a row for.
        return replace(names, trunks={**names.trunks, **box().recent_lines()})
    except ControlError:
        return _NO_NAMES


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


@calls.get("/calls")
def listed() -> ResponseReturnValue:
    """A page of the calls that match the filter, newest first."""
    form = form_of(request.args)
    which, problems = understand(form, box_zone())
    page = None if problems else box().calls.page(which, _before())
    sums = None if problems else box().calls.sums(which)
    names = names_now()
    return render_template(
        "calls/list.html",
        here="calls",
        form=form,
        page=page,
        sums=sums,
        problems=problems,
        names=names,
        rows=call_rows(call_lines((row.record for row in page.calls), names)) if page is not None else "",
        before=_before(),
    ), 422 if problems else 200


@calls.get("/calls.csv")
def exported() -> ResponseReturnValue:
    """All calls that match, as CSV (RFC 4180)."""
    from appliance.reports.export import export

    which, problems = understand(form_of(request.args), box_zone())
    if problems:
        abort(422, " ".join(problems.values()))
    name = f"calls-{datetime.now(box_zone()):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(export(box().calls, which), mimetype="text/csv", headers=headers)


@calls.get("/calls/<call>")
def one(call: str) -> ResponseReturnValue:
    """One call: what is known of it, its steps in words, its recordings."""
    found = box().calls.one(call)
    if found is None:
        abort(404)
    record, entries = found
    names = names_now()
    folder = box().options.recordings
    return render_template(
        "calls/one.html",
        here="calls",
        call=record,
        steps=story(entries, names),
        recordings=[recording(folder, name) for name in record.recordings],
        notes=[(entry, _note(folder, entry)) for entry in entries if entry.kind is EntryKind.NOTE],
        names=names,
    )


def _note(folder: Path, entry: Entry) -> Recording:
    """The file of a note that an agent spoke after the call."""
    return recording(folder, str(entry.data.get("recording")))


@calls.get("/recordings/<name>/<part>")
def play(name: str, part: str) -> ResponseReturnValue:
    """A recording; players ask for ranges of it (RFC 9110, section 14)."""
    path = recording_file(box().options.recordings, name, part)
    if path is None:
        abort(404)
    answer = send_file(path.resolve(), mimetype=PARTS[part][1], conditional=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
