"""The desk: contacts, messages of callers, lost callers, mail on its way."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from appliance.contract.appointments import AT_FIELD, STATE_FIELD
from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui.box import box
from webui.forms.uploads import allow_files
from webui.pages.calls import names_now
from webui.recordings import recording_file
from webui.said import all_in_words, in_words
from webui.times import box_zone

desk = Blueprint("desk", __name__)
desk.before_request(allow_files)

PAGE = 100
_IMPORT = "0123456789abcdef"


def _done(where: str, sentence: str, **values: Any) -> ResponseReturnValue:
    flash(sentence)
    return redirect(to(where, **values), 303)


# --------------------------------------------------------------------------------- contacts


@desk.get("/contacts")
def contacts() -> ResponseReturnValue:
    """A page of contacts that match the search, by name."""
    text, deleted = request.args.get("text", "")[:80], "deleted" in request.args
    name, last = request.args.get("name"), request.args.get("last", "")
    after = None if name is None else (name, last)
    rows = box().desk.contacts(text, deleted, after, PAGE)
    return render_template(
        "desk/contacts.html",
        here="desk",
        tab="contacts",
        rows=rows,
        text=text,
        deleted=deleted,
        after=rows[-1] if len(rows) == PAGE else None,
        count=box().desk.count_contacts(),
    )


@desk.get("/contacts/new")
def new_contact() -> ResponseReturnValue:
    """An empty form."""
    return _contact_form(None, {"numbers": [request.args.get("number", "")[:40]]}, {})


@desk.get("/contacts/<contact>")
def contact(contact: str) -> ResponseReturnValue:
    """The form of one contact."""
    row = box().desk.contact(contact)
    if row is None or row.deleted is not None:
        abort(404)
    data = {name: getattr(row, name) for name in ("name", "language", "vip", "agent", "account")}
    data |= {"numbers": list(row.numbers), "fields": dict(row.fields), "has_pin": row.has_pin}
    return _contact_form(contact, data, {})


@desk.post("/contacts/new")
@desk.post("/contacts/<contact>")
def save_contact(contact: str | None = None) -> ResponseReturnValue:
    """Take a form in."""
    data = _typed(request.form)
    try:
        box().client.desk.save_contact(contact, data)
    except ControlError as refused:
        if refused.code != ErrorCode.INVALID:
            raise
        problems = all_in_words(refused.problems)
        return _contact_form(contact, {**data, "has_pin": "has_pin" in request.form}, problems, 422)
    return _done("desk.contacts", _("%(name)s is saved.", name=data["name"] or data["account"] or "–"))


@desk.post("/contacts/<contact>/delete")
def delete_contact(contact: str) -> ResponseReturnValue:
    """Take a contact out; the list offers to bring it back."""
    box().client.desk.delete_contact(contact)
    return redirect(to("desk.contacts", gone=contact), 303)


@desk.post("/contacts/<contact>/undelete")
def undelete_contact(contact: str) -> ResponseReturnValue:
    """Bring it back."""
    box().client.desk.undelete_contact(contact)
    return _done("desk.contacts", _("The contact is back."))


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    """A contact as it was typed: the core judges it."""
    pin: str | None = form.get("pin", "").strip() or None
    names, values = form.getlist("field"), form.getlist("value")
    own = (AT_FIELD, STATE_FIELD)  # have fields of their own in the form
    return {
        "name": form.get("name", "").strip(),
        "numbers": [number for line in form.getlist("numbers") if (number := line.strip())],
        "language": form.get("language", "").strip() or None,
        "vip": "vip" in form,
        "agent": form.get("agent") or None,
        "account": form.get("account", "").strip(),
        "pin": "" if "pin.clear" in form else pin,
        "fields": {
            name.strip(): value.strip()
            for name, value in zip(
                [*names, *own], [*values, *(form.get(one, "") for one in own)], strict=False
            )
            if name.strip() and value.strip()
        },
    }


def _contact_form(
    contact: str | None, row: dict[str, Any], problems: dict[str, str], status: int = 200
) -> ResponseReturnValue:
    from appliance.config.contacts import KNOWN_FIELDS

    page = render_template(
        "desk/contact.html",
        here="desk",
        tab="contacts",
        contact=contact,
        row=row,
        problems=problems,
        names=names_now(),
        known=KNOWN_FIELDS,
    )
    return page, status


@desk.get("/contacts.csv")
def export_contacts() -> ResponseReturnValue:
    """All contacts as CSV."""
    name = f"contacts-{datetime.now(box_zone()):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(box().desk.export(), mimetype="text/csv", headers=headers)


@desk.get("/contacts/import")
def import_form() -> ResponseReturnValue:
    """Where a file is chosen."""
    return _import_page()


@desk.post("/contacts/import")
def look_at_import() -> ResponseReturnValue:
    """What the import of an uploaded file would do; the file waits in the spool folder."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _import_page(problem=_("Choose a file first."), status=422)
    token = secrets.token_hex(16)
    path = box().options.spool / f"{token}.csv"
    given.save(path)
    path.chmod(0o640)  # the core is another user of the same group
    return _import(token, apply=False)


@desk.post("/contacts/import/<token>")
def do_import(token: str) -> ResponseReturnValue:
    """Import the file that was looked at."""
    if len(token) != 32 or set(token) - set(_IMPORT):
        abort(404)
    return _import(token, apply=True)


def _import(token: str, apply: bool) -> ResponseReturnValue:
    path = box().options.spool / f"{token}.csv"
    keep = False
    try:
        told = box().client.desk.import_contacts(path, apply)
        keep = not apply
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        return _import_page(problem=str(refused), status=422)
    finally:
        if not keep:
            path.unlink(missing_ok=True)
    if apply:
        count = told["new"] + told["changed"]
        flash(ngettext("%(num)d contact was imported.", "%(num)d contacts were imported.", count))
        if not told["bad"]:
            return redirect(to("desk.contacts"), 303)
    return _import_page(told=told, token=None if apply else token)


def _import_page(
    told: dict[str, Any] | None = None, token: str | None = None, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "desk/import.html", here="desk", tab="contacts", told=told, token=token, problem=problem
    )
    return page, status


# -------------------------------------------------------------------------------- voicemail


@desk.get("/voicemail")
def voicemail() -> ResponseReturnValue:
    """Messages, newest first."""
    wanted, deleted = request.args.get("box") or None, "deleted" in request.args
    rows = box().desk.voicemail(wanted, deleted, _number("before"))
    boxes = {one["name"]: one["label"] for one in box().recent_settings()["voicemail"]}
    return render_template(
        "desk/voicemail.html",
        here="desk",
        tab="voicemail",
        rows=rows,
        boxes=boxes,
        box=wanted,
        deleted=deleted,
        new=box().desk.new_messages(),
        next=rows[-1].id if len(rows) == 50 else None,
    )


@desk.get("/voicemail/<int:message>/audio")
def hear(message: int) -> ResponseReturnValue:
    """The sound of a message; players ask for ranges of it (RFC 9110, section 14)."""
    row = box().desk.message(message)
    if row is None:
        abort(404)
    path = recording_file(box().options.recordings.parent / "voicemail", row.recording, "opus")
    path = path or recording_file(box().options.recordings, row.recording, "opus")
    if path is None:
        abort(404)
    answer = send_file(path.resolve(), mimetype="audio/ogg", conditional=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@desk.post("/voicemail/<int:message>/<any(new,old,deleted,back):state>")
def set_voicemail(message: int, state: str) -> ResponseReturnValue:
    """Mark a message, take it out, bring it back."""
    box().client.desk.set_voicemail(message, state)
    if state == "deleted":
        return redirect(to("desk.voicemail", gone=message), 303)
    return redirect(to("desk.voicemail"), 303)


# ------------------------------------------------------------------------------ lost callers


@desk.get("/lost")
def lost() -> ResponseReturnValue:
    """Who called and was not served."""
    closed = "closed" in request.args
    rows = box().desk.lost(closed, _number("before"))
    live = box().live().state
    return render_template(
        "desk/lost.html",
        here="desk",
        tab="lost",
        rows=rows,
        closed=closed,
        names=names_now(),
        handsets=[one for one in live.handsets if one.registered] if live is not None else [],
        next=int(rows[-1].last_at.timestamp() * 1_000_000) if len(rows) == PAGE else None,
    )


@desk.post("/lost/<int:caller>/call")
def ring_back(caller: int) -> ResponseReturnValue:
    """Ring a handset, then the caller."""
    handset = request.form.get("handset", "")
    box().client.desk.ring_back(caller, handset)
    box().acted()
    return _done("desk.lost", _("Handset %(name)s rings; answer it to call.", name=handset))


@desk.post("/lost/<int:caller>/close")
def close_lost(caller: int) -> ResponseReturnValue:
    """Take a caller off the list."""
    box().client.desk.close_lost(caller)
    return redirect(to("desk.lost", gone=caller), 303)


@desk.post("/lost/<int:caller>/reopen")
def reopen_lost(caller: int) -> ResponseReturnValue:
    """Put a caller on the list again."""
    box().client.desk.reopen_lost(caller)
    return _done("desk.lost", _("The caller is on the list again."))


# -------------------------------------------------------------------------------- callbacks


@desk.get("/callbacks")
def callbacks() -> ResponseReturnValue:
    """Who is to be called back, and who was."""
    closed = "closed" in request.args
    rows = box().desk.callbacks(closed, _number("before"), PAGE)
    last = rows[-1].closed_at if len(rows) == PAGE else None
    return render_template(
        "desk/callbacks.html",
        here="desk",
        tab="callbacks",
        rows=rows,
        closed=closed,
        names=names_now(),
        next=int(last.timestamp() * 1_000_000) if last is not None else None,
    )


@desk.post("/callbacks/<callback>/try")
def try_callback(callback: str) -> ResponseReturnValue:
    """Call as soon as an agent is free."""
    box().client.talk.try_callback(callback)
    box().acted()
    return _done("desk.callbacks", _("The customer is called as soon as an agent is free."))


@desk.post("/callbacks/<callback>/cancel")
def cancel_callback(callback: str) -> ResponseReturnValue:
    """Call no more."""
    box().client.talk.cancel_callback(callback)
    box().acted()
    return redirect(to("desk.callbacks", gone=callback), 303)


@desk.post("/callbacks/<callback>/put-back")
def put_back_callback(callback: str) -> ResponseReturnValue:
    """Promise it anew after all."""
    box().client.talk.put_back_callback(callback)
    box().acted()
    return _done("desk.callbacks", _("The callback is on the list again, at its old place."))


# ------------------------------------------------------------------------------------- mail


@desk.get("/mail")
def mail() -> ResponseReturnValue:
    """Mail that waits, failed, or was sent lately."""
    return _mail_page({})


@desk.post("/mail/test")
def test_mail() -> ResponseReturnValue:
    """Send a mail now."""
    address = request.form.get("to", "").strip()
    try:
        box().client.desk.test_mail(address or "-")
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        return _mail_page({"to": in_words(str(refused))}, address, 422)
    return _done("desk.mail", _("The mail server took the mail. Look whether it arrives."))


@desk.post("/mail/<mail>/again")
def mail_again(mail: str) -> ResponseReturnValue:
    """Try this one again now."""
    box().client.desk.mail_again(mail)
    return _done("desk.mail", _("It is tried again now."))


@desk.post("/mail/<mail>/drop")
def drop_mail(mail: str) -> ResponseReturnValue:
    """Forget this one."""
    box().client.desk.drop_mail(mail)
    return _done("desk.mail", _("The mail is gone. The message itself stays."))


def _mail_page(problems: dict[str, str], address: str = "", status: int = 200) -> ResponseReturnValue:
    settings = box().shown_settings()["mail"]
    page = render_template(
        "desk/mail.html",
        here="desk",
        tab="mail",
        rows=box().desk.mails(),
        ready=bool(settings["host"] and settings["sender"]),
        problems=problems,
        address=address,
    )
    return page, status


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
