"""Contacts, messages, mail, answers and lost callers as the page reads them: read-only, like `reader`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from appliance.contract.appointments import AT_FIELD, appointment_of
from appliance.store.codec import microseconds, moment
from appliance.store.contacts import fields_of
from appliance.store.desk_tables import callbacks, contacts, lost_callers, mail, survey_answers, voicemail
from appliance.store.letters import Mail, Voicemail, mail_of, voicemail_of
from appliance.store.reading import LARGEST_PAGE, ReadOnly


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact in a list or form; `has_pin` in the place of the PIN."""

    id: str
    name: str
    numbers: tuple[str, ...]
    language: str | None
    vip: bool
    agent: str | None
    account: str
    has_pin: bool
    fields: Mapping[str, str]
    deleted: datetime | None


@dataclass(frozen=True, slots=True)
class LostRow:
    """A lost caller; open while `closed_at` is None."""

    id: int
    number: str
    name: str | None
    contact: str | None
    queue: str | None
    trunk: str | None
    marketing: str | None
    call: str
    reason: str
    first_at: datetime
    last_at: datetime
    calls: int
    tries: int
    tried_by: str | None
    tried_at: datetime | None
    closed_at: datetime | None
    closed_why: str | None
    closed_call: str | None


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """Somebody who is to be called; open while `closed_at` is None. `wants` is JSON."""

    id: str
    kind: str
    number: str
    name: str | None
    contact: str | None
    queue: str | None
    agent: str | None
    language: str | None
    wants: str
    reason: str
    call: str
    promised: datetime
    since: datetime
    waited: float
    due: datetime
    tries: int
    tried_at: datetime | None
    tried_by: str | None
    tried_why: str | None
    closed_at: datetime | None
    closed_why: str | None
    closed_call: str | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer; None where the question was skipped."""

    call: str
    at: datetime
    agent: str | None
    queue: str | None
    question: str
    kind: str
    answer: int | None


class DeskReader(ReadOnly):
    """Contacts, messages, mail, answers and lost callers."""

    def contacts(
        self, text: str = "", deleted: bool = False, after: tuple[str, str] | None = None, limit: int = 100
    ) -> list[ContactRow]:
        """A page of contacts by name; `text` is found in name, numbers, account and fields, `after` is name
        and id of the last one before this page."""
        here = contacts.c
        query = select(contacts).where(here.deleted.is_not(None) if deleted else here.deleted.is_(None))
        if text.strip():
            query = query.where(_contact_search(text.strip()))
        if after is not None:
            query = query.where(or_(here.name > after[0], and_(here.name == after[0], here.id > after[1])))
        query = query.order_by(here.name, here.id).limit(max(1, min(limit, LARGEST_PAGE)))
        with self._connection() as connection:
            return [_contact(row) for row in connection.execute(query)]

    def contact(self, contact: str) -> ContactRow | None:
        """One contact, deleted or not."""
        with self._connection() as connection:
            row = connection.execute(select(contacts).where(contacts.c.id == contact)).first()
            return None if row is None else _contact(row)

    def appointments(self, since: datetime) -> list[tuple[datetime, ContactRow]]:
        """Contacts whose appointment is at `since` (local, naive) or later, in order; cancelled ones too."""
        here = contacts.c
        query = select(contacts).where(here.deleted.is_(None), here.fields.contains(f'"{AT_FIELD}"'))
        with self._connection() as connection:
            rows = [_contact(row) for row in connection.execute(query)]
        found = [(at, row) for row in rows if (at := appointment_of(row.fields)) is not None and at >= since]
        return sorted(found, key=lambda one: one[0])

    def count_contacts(self) -> int:
        """How many there are."""
        query = select(func.count()).select_from(contacts).where(contacts.c.deleted.is_(None))
        with self._connection() as connection:
            return int(connection.execute(query).scalar_one())

    def every_contact(self) -> Iterator[ContactRow]:
        """All of them, for an export."""
        last: ContactRow | None = None
        while found := self.contacts(after=(last.name, last.id) if last else None, limit=500):
            yield from found
            last = found[-1]

    def voicemail(
        self, box: str | None = None, deleted: bool = False, before: int | None = None, limit: int = 50
    ) -> list[Voicemail]:
        """A page of messages, newest first; those whose id is below `before`."""
        here = voicemail.c
        states = ("deleted",) if deleted else ("new", "old")
        query = select(voicemail).where(here.state.in_(states))
        if box is not None:
            query = query.where(here.box == box)
        if before is not None:
            query = query.where(here.id < before)
        with self._connection() as connection:
            rows = connection.execute(query.order_by(here.id.desc()).limit(min(limit, LARGEST_PAGE)))
            return [voicemail_of(row) for row in rows]

    def message(self, message: int) -> Voicemail | None:
        """One message."""
        with self._connection() as connection:
            row = connection.execute(select(voicemail).where(voicemail.c.id == message)).first()
            return None if row is None or row.state == "recording" else voicemail_of(row)

    def new_messages(self) -> dict[str, int]:
        """How many new messages each box has."""
        here = voicemail.c
        query = select(here.box, func.count()).where(here.state == "new").group_by(here.box)
        with self._connection() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def mails(self, limit: int = 100) -> list[Mail]:
        """What waits and what failed first, then what was sent lately."""
        order = (mail.c.state == "sent", mail.c.made.desc())
        with self._connection() as connection:
            rows = connection.execute(select(mail).order_by(*order).limit(min(limit, LARGEST_PAGE)))
            return [mail_of(row) for row in rows]

    def lost(self, closed: bool = False, before: int | None = None, limit: int = 100) -> list[LostRow]:
        """A page of lost callers, the latest first; `before`: microseconds of the last row's last call."""
        here = lost_callers.c
        query = select(lost_callers).where(
            here.closed_at.is_not(None) if closed else here.closed_at.is_(None)
        )
        if before is not None:
            query = query.where(here.last_at < before)
        with self._connection() as connection:
            rows = connection.execute(query.order_by(here.last_at.desc()).limit(min(limit, LARGEST_PAGE)))
            return [_lost(row) for row in rows]

    def callbacks(
        self, closed: bool = False, before: int | None = None, limit: int = 100
    ) -> list[CallbackRow]:
        """Who is to be called, who is next first; or those that are settled, the latest first, a page of them
        (`before`: microseconds of the last row's end)."""
        here = callbacks.c
        if closed:
            query = select(callbacks).where(here.closed_at.is_not(None)).order_by(here.closed_at.desc())
            query = query if before is None else query.where(here.closed_at < before)
        else:
            query = select(callbacks).where(here.closed_at.is_(None)).order_by(here.due, here.since)
        with self._connection() as connection:
            return [_callback(row) for row in connection.execute(query.limit(min(limit, LARGEST_PAGE)))]

    def answers(self, since: datetime, until: datetime, **which: str | None) -> list[AnswerRow]:
        """The answers of calls in this time; `which` are agent, queue or question."""
        here = survey_answers.c
        query = select(survey_answers).where(here.at >= microseconds(since), here.at < microseconds(until))
        for name, value in which.items():
            if value is not None:
                query = query.where(here[name] == value)
        with self._connection() as connection:
            return [
                AnswerRow(row.call, moment(row.at), row.agent, row.queue, row.question, row.kind, row.answer)
                for row in connection.execute(query.order_by(here.id))
            ]


def _contact_search(text: str) -> Any:
    here = contacts.c
    columns = (here.name, here.numbers, here.account, here.fields)
    found = [column.icontains(text, autoescape=True) for column in columns]
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) >= 3 and not any(character.isalpha() for character in text):
        found.append(here.numbers.contains(digits.lstrip("0"), autoescape=True))
    return or_(*found)


def _at(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _contact(row: Row[Any]) -> ContactRow:
    numbers, fields = tuple(row.numbers.split()), fields_of(row.fields)
    return ContactRow(
        row.id, row.name, numbers, row.language, row.vip, row.agent, row.account, bool(row.pin_hash),
        fields, _at(row.deleted),
    )  # fmt: skip


def _callback(row: Row[Any]) -> CallbackRow:
    values = dict(row._mapping)
    for name in ("promised", "since", "due", "tried_at", "closed_at"):
        values[name] = _at(values[name])
    return CallbackRow(**values)


def _lost(row: Row[Any]) -> LostRow:
    values = dict(row._mapping)
    for name in ("first_at", "last_at", "tried_at", "closed_at"):
        values[name] = _at(values[name])
    return LostRow(**values)
