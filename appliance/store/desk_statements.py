"""What is asked of the tables in `desk_tables`, in SQLAlchemy Core; `statements` makes texts of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal_column, select, update

from appliance.store.desk_tables import (
    callbacks,
    contact_numbers,
    contacts,
    lost_callers,
    mail,
    survey_answers,
    voicemail,
)


def _word(value: str) -> Any:
    return literal_column(f"'{value}'")


_ONE: Any = literal_column("1")
_KEPT = (_word("new"), _word("old"))


def asked() -> dict[str, Any]:
    """Every statement under its name."""
    answers = {"ADD_ANSWER": insert(survey_answers)}
    return {**_contacts(), **_voicemail(), **_mail(), **_lost(), **_callbacks(), **answers}


def _contacts() -> dict[str, Any]:
    here, numbers = contacts.c, contact_numbers.c
    there = here.deleted.is_(None)
    found = select(contacts).order_by(here.id)
    return {
        "ADD_CONTACT": insert(contacts),
        "DROP_CONTACT": delete(contacts).where(here.id == bindparam("contact")),
        "CONTACT": select(contacts).where(here.id == bindparam("contact")),
        "CONTACTS_OF_NUMBER": found.join(contact_numbers, numbers.contact == here.id).where(
            numbers.number == bindparam("number"), there
        ),
        "CONTACTS_OF_ACCOUNT": found.where(here.account == bindparam("account"), there),
        "APPOINTMENTS": select(here.fields).where(here.fields.contains(_word("appointment")), there),
        "COUNT_CONTACTS": select(func.count()).select_from(contacts).where(there),
        "DELETE_CONTACT": update(contacts)
        .where(here.id == bindparam("contact"))
        .values(deleted=bindparam("when")),
        "PURGE_CONTACTS": delete(contacts).where(here.deleted < bindparam("before")),
        "ADD_CONTACT_NUMBER": insert(contact_numbers),
        "DROP_CONTACT_NUMBERS": delete(contact_numbers).where(numbers.contact == bindparam("whose")),
    }


def _voicemail() -> dict[str, Any]:
    here = voicemail.c
    open_now = here.state == _word("recording")
    return {
        "ADD_VOICEMAIL": insert(voicemail),
        "VOICEMAIL": select(voicemail).where(here.id == bindparam("message")),
        "VOICEMAIL_OF": select(voicemail).where(here.recording == bindparam("what")),
        "VOICEMAILS": select(voicemail)
        .where(here.box == bindparam("whose"), here.state.in_(_KEPT))
        .order_by(here.state, here.id),
        "COUNT_VOICEMAIL": select(here.box, here.state, func.count())
        .where(here.state.in_(_KEPT))
        .group_by(here.box, here.state),
        "END_VOICEMAIL": update(voicemail)
        .where(here.recording == bindparam("what"), open_now)
        .values(state=_word("new"), was=_word("new"), seconds=bindparam("lasted")),
        "END_EVERY_VOICEMAIL": update(voicemail).where(open_now).values(state=_word("new"), was=_word("new")),
        "DROP_VOICEMAIL": delete(voicemail).where(here.recording == bindparam("what")),
        "SET_VOICEMAIL": update(voicemail)
        .where(here.id == bindparam("message"))
        .values(state=bindparam("now"), was=bindparam("then"), deleted=bindparam("when")),
        "UNMAILED_VOICEMAIL": select(voicemail)
        .where(here.mailed == literal_column("0"), here.state != _word("recording"))
        .order_by(here.id),
        "MAILED_VOICEMAIL": update(voicemail).where(here.id == bindparam("message")).values(mailed=_ONE),
        "PURGED_VOICEMAIL": select(here.recording).where(
            here.state == _word("deleted"), here.deleted < bindparam("until")
        ),
    }


def _mail() -> dict[str, Any]:
    here = mail.c
    waiting = here.state == _word("waiting")
    return {
        "ADD_MAIL": insert(mail),
        "MAIL": select(mail).where(here.id == bindparam("which")),
        "DUE_MAIL": select(mail).where(waiting, here.due <= bindparam("now")).order_by(here.due, here.id),
        "NEXT_MAIL": select(func.min(here.due)).where(waiting),
        "SET_MAIL": update(mail)
        .where(here.id == bindparam("which"))
        .values(
            state=bindparam("become"),
            tries=bindparam("tried"),
            due=bindparam("again"),
            problem=bindparam("why"),
            done=bindparam("ended"),
        ),
        "DROP_MAIL": delete(mail).where(here.id == bindparam("which")),
        "PURGE_MAIL": delete(mail).where(here.done < bindparam("until")),
    }


def _callbacks() -> dict[str, Any]:
    here = callbacks.c
    row = here.id == bindparam("which")
    still_open = here.closed_at.is_(None)
    return {
        "ADD_CALLBACK": insert(callbacks),
        "CALLBACK": select(callbacks).where(row, still_open),
        "OPEN_CALLBACKS": select(callbacks).where(still_open).order_by(here.promised, here.id),
        "MOVE_CALLBACK": update(callbacks).where(row, still_open).values(due=bindparam("again")),
        "TRIED_CALLBACK": update(callbacks)
        .where(row, still_open)
        .values(
            tries=bindparam("times"),
            due=bindparam("again"),
            tried_at=bindparam("ended"),
            tried_by=bindparam("agent_id"),
            tried_why=bindparam("why"),
        ),
        "CLOSE_CALLBACK": update(callbacks)
        .where(row, still_open)
        .values(closed_at=bindparam("ended"), closed_why=bindparam("why"), closed_call=bindparam("latest")),
    }


def _lost() -> dict[str, Any]:
    here = lost_callers.c
    row = here.id == bindparam("which")
    return {
        "ADD_LOST": insert(lost_callers),
        "LOST": select(lost_callers).where(row),
        "LATEST_LOST": select(here.id, here.last_at, here.closed_at)
        .where(here.number == bindparam("who"))
        .order_by(here.last_at.desc(), here.id.desc()),
        "AGAIN_LOST": update(lost_callers)
        .where(row)
        .values(
            calls=here.calls + _ONE,
            last_at=bindparam("ended"),
            call=bindparam("latest"),
            reason=bindparam("why"),
        ),
        "TRIED_LOST": update(lost_callers)
        .where(row)
        .values(tries=here.tries + _ONE, tried_by=bindparam("agent_id"), tried_at=bindparam("ended")),
        "CLOSE_LOST": update(lost_callers)
        .where(row)
        .values(closed_at=bindparam("ended"), closed_why=bindparam("why"), closed_call=bindparam("latest")),
    }
