"""Messages of callers, mail on its way and lost callers in the records' file, from worker threads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from appliance.contract.errors import CallboxError
from appliance.contract.ids import new_id
from appliance.store import _sqlite
from appliance.store.codec import microseconds, moment
from appliance.store.journal import SqliteJournal
from appliance.store.letters import Mail, Voicemail, mail_of, voicemail_of
from appliance.store.writer import Writer

Wall = Callable[[], datetime]
_MOST_SWEPT = 50


class VoicemailStore:
    """Messages. Methods wait for the disk."""

    def __init__(self, journal: SqliteJournal, wall: Wall) -> None:
        self._journal = journal
        self._wall = wall

    def of_recording(self, recording: str) -> Voicemail | None:
        """The message that a recording is, if it is one."""
        return self._journal.transact(
            lambda writer: _message(writer.run(_sqlite.VOICEMAIL_OF, what=recording).fetchone())
        )

    def waiting(self, box: str) -> list[Voicemail]:
        """The messages of a box, new ones first, then in the order in which they came."""
        return self._journal.transact(
            lambda writer: [voicemail_of(row) for row in writer.run(_sqlite.VOICEMAILS, whose=box)]
        )

    def counts(self) -> dict[str, tuple[int, int]]:
        """New and old messages of each box that has any: what a lamp shows (RFC 3842)."""
        found: dict[str, dict[str, int]] = {}
        rows = self._journal.transact(lambda writer: writer.run(_sqlite.COUNT_VOICEMAIL).fetchall())
        for box, state, count in rows:
            found.setdefault(box, {})[state] = count
        return {box: (states.get("new", 0), states.get("old", 0)) for box, states in found.items()}

    def set_state(self, message: int, state: str) -> None:
        """Make it "new", "old" or "deleted"; "back" undoes the deletion. CallboxError when it is gone."""
        now = microseconds(self._wall())

        def work(writer: Writer) -> None:
            known = _message(writer.run(_sqlite.VOICEMAIL, message=message).fetchone())
            if known is None or known.state == "recording":
                raise CallboxError("There is no such message (any more).")
            deleted = known.state == "deleted"
            become = known.was if state == "back" and deleted else known.state if state == "back" else state
            was = known.was if deleted else known.state
            when = now if become == "deleted" else None
            writer.run(_sqlite.SET_VOICEMAIL, message=message, now=become, then=was, when=when)

        self._journal.transact(work)

    def unmailed(self) -> list[Voicemail]:
        """Messages nobody has looked after yet since they were left."""
        return self._journal.transact(
            lambda writer: [
                voicemail_of(row) for row in writer.run(_sqlite.UNMAILED_VOICEMAIL).fetchmany(_MOST_SWEPT)
            ]
        )

    def looked_after(self, message: int, mail: Mail | None) -> None:
        """Its mail, if one is due, is on its way: both are on the disk, or neither."""

        def work(writer: Writer) -> None:
            known = _message(writer.run(_sqlite.VOICEMAIL, message=message).fetchone())
            if known is not None and not known.mailed:
                writer.run(_sqlite.MAILED_VOICEMAIL, message=message)
                if mail is not None:
                    writer.run(_sqlite.ADD_MAIL, **_mail_row(mail))

        self._journal.transact(work)

    def purge(self, until: datetime) -> list[str]:
        """Forget for good what was deleted before then; gives the recordings to remove."""
        limit = microseconds(until)

        def work(writer: Writer) -> list[str]:
            gone = [name for (name,) in writer.run(_sqlite.PURGED_VOICEMAIL, until=limit)]
            for name in gone:
                writer.run(_sqlite.DROP_VOICEMAIL, what=name)
            return gone

        return self._journal.transact(work)


class MailStore:
    """The queue of mail. Methods wait for the disk."""

    def __init__(self, journal: SqliteJournal, wall: Wall) -> None:
        self._journal = journal
        self._wall = wall

    def draft(self, recipient: str, subject: str, body: str, attachment: str | None = None) -> Mail:
        """A mail that is due now; nothing is stored yet."""
        now = self._wall()
        return Mail(new_id(), now, now, 0, "waiting", recipient, subject[:200], body, attachment)

    def add(self, mail: Mail) -> None:
        """Queue a mail."""
        self._journal.transact(lambda writer: writer.run(_sqlite.ADD_MAIL, **_mail_row(mail)).close())

    def due(self) -> Mail | None:
        """The mail that is due, the one that waited longest."""
        now = microseconds(self._wall())
        return self._journal.transact(lambda writer: _mail(writer.run(_sqlite.DUE_MAIL, now=now).fetchone()))

    def next_due(self) -> datetime | None:
        """When the next mail is due; None when none waits."""
        found = self._journal.transact(lambda writer: writer.run(_sqlite.NEXT_MAIL).fetchone()[0])
        return None if found is None else moment(found)

    def sent(self, mail: Mail) -> None:
        """The server took it."""
        self._set(mail, "sent", mail.tries + 1, mail.due, "", self._wall())

    def put_off(self, mail: Mail, problem: str, again: timedelta) -> None:
        """It failed and is tried again after so long."""
        self._set(mail, "waiting", mail.tries + 1, self._wall() + again, problem, None)

    def given_up(self, mail: Mail, state: str, problem: str) -> None:
        """It "failed" for good, or "expired"."""
        self._set(mail, state, mail.tries + 1, mail.due, problem, self._wall())

    def again(self, mail: str) -> None:
        """Try it again now, and for as long as a new one. CallboxError when it is gone or was sent."""
        now = self._wall()

        def work(writer: Writer) -> None:
            known = _mail(writer.run(_sqlite.MAIL, which=mail).fetchone())
            if known is None or known.state == "sent":
                raise CallboxError("This mail has been sent or is gone.")
            writer.run(_sqlite.DROP_MAIL, which=mail)
            renewed = Mail(
                known.id, now, now, 0, "waiting", known.recipient, known.subject, known.body, known.attachment
            )
            writer.run(_sqlite.ADD_MAIL, **_mail_row(renewed))

        self._journal.transact(work)

    def drop(self, mail: str) -> None:
        """Forget it."""
        self._journal.transact(lambda writer: writer.run(_sqlite.DROP_MAIL, which=mail).close())

    def purge(self, until: datetime) -> None:
        """Forget what was done before then."""
        limit = microseconds(until)
        self._journal.transact(lambda writer: writer.run(_sqlite.PURGE_MAIL, until=limit).close())

    def _set(
        self, mail: Mail, state: str, tries: int, due: datetime, problem: str, done: datetime | None
    ) -> None:
        values: dict[str, Any] = {
            "which": mail.id,
            "become": state,
            "tried": tries,
            "again": microseconds(due),
            "why": problem,
            "ended": None if done is None else microseconds(done),
        }
        self._journal.transact(lambda writer: writer.run(_sqlite.SET_MAIL, **values).close())


class LostStore:
    """Lost callers, as people change the list. Methods wait for the disk."""

    def __init__(self, journal: SqliteJournal, wall: Wall) -> None:
        self._journal = journal
        self._wall = wall

    def number(self, caller: int) -> str:
        """The number of a caller on the list. CallboxError when there is none."""
        row = self._journal.transact(lambda writer: writer.run(_sqlite.LOST, which=caller).fetchone())
        if row is None:
            raise CallboxError("There is no such caller on the list.")
        return str(row[1])

    def close(self, caller: int) -> None:
        """Take a caller off the list by hand."""
        now = microseconds(self._wall())
        self._change(caller, lambda row: row[15] is None, ended=now, why="by_hand")

    def reopen(self, caller: int) -> None:
        """Put one who was taken off by hand on the list again."""
        self._change(caller, lambda row: row[16] == "by_hand", ended=None, why=None)

    def _change(self, caller: int, may: Callable[[Any], bool], **values: Any) -> None:
        def work(writer: Writer) -> None:
            row = writer.run(_sqlite.LOST, which=caller).fetchone()
            if row is None or not may(row):
                raise CallboxError("This caller is not on the list any more.")
            writer.run(_sqlite.CLOSE_LOST, which=caller, latest=None, **values)

        self._journal.transact(work)


def _message(row: Any) -> Voicemail | None:
    return None if row is None else voicemail_of(row)


def _mail(row: Any) -> Mail | None:
    return None if row is None else mail_of(row)


def _mail_row(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "made": microseconds(mail.made),
        "due": microseconds(mail.due),
        "tries": mail.tries,
        "state": mail.state,
        "recipient": mail.recipient,
        "subject": mail.subject,
        "body": mail.body,
        "attachment": mail.attachment,
        "problem": mail.problem,
        "done": None if mail.done is None else microseconds(mail.done),
    }
