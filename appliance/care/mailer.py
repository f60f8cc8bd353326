"""The mail's desk: a queue that outlives restarts, tried again with growing pauses, given up after days."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.care.problems import CareError
from appliance.config.messages import EMAIL, MailSettings
from appliance.contract.errors import StoreError
from appliance.store.letters import Mail
from appliance.store.messages import MailStore
from appliance.store.notes import Notes

log = logging.getLogger(__name__)
_TOPIC = "mail"
_SEND_SECONDS = 180.0
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=2)
_LOOK_SECONDS = 60.0
_KEEP_SENT = timedelta(days=30)

Sent = dict[str, Any]
Send = Callable[[dict[str, Any]], Sent]


def run_worker(order: dict[str, Any]) -> Sent:
    """One mail by a worker of its own."""
    least = ("choom", "-n", "500", "--", "nice", "-n", "10")
    command = (*least, sys.executable, "-m", "appliance.care.mail_send")
    try:
        done = subprocess.run(
            command, input=json.dumps(order).encode(), capture_output=True, timeout=_SEND_SECONDS, check=False
        )
        found = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        found = None
    return found if isinstance(found, dict) else {"problem": "The mail could not be sent.", "said": ""}


class Mailer:
    """Sends what is due, one at a time. `attachment` finds the file of a message."""

    def __init__(
        self,
        store: MailStore,
        settings: Callable[[], MailSettings],
        attachment: Callable[[str], Path | None],
        notes: Notes,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        send: Send = run_worker,
    ) -> None:
        self._store, self._settings, self._attachment = store, settings, attachment
        self._notes, self._wall, self._send = notes, wall, send
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Send from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is not sent waits for the next start."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def wake(self) -> None:
        """Something was queued, or the settings changed."""
        self._wake.set()

    # ---- what the page may ask

    def test(self, to: str) -> None:
        """Send a mail now. CareError says in words why that cannot be."""
        import re

        settings = self._settings()
        if not settings.ready:
            raise CareError("First name a mail server and the address that mail comes from.")
        if not to or not re.fullmatch(EMAIL, to):
            raise CareError("This is not a mail address.")
        mail = self._store.draft(to, "Test from Callbox", "This is a test. The box can send mail.\n")
        result = self._send(self._order(mail, settings, None))
        if result.get("problem"):
            said = f" The server says: {result['said']}" if result.get("said") else ""
            raise CareError(f"{result['problem']}{said}")
        self._notes.clear(_TOPIC)
        self.wake()

    def again(self, mail: str) -> None:
        """Try this one again now. CallboxError, StoreError."""
        self._store.again(mail)
        self.wake()

    def drop(self, mail: str) -> None:
        """Forget this one. StoreError."""
        self._store.drop(mail)

    # ---- the queue

    def turn(self) -> bool:
        """Deal with the mail that is due; False when none is. StoreError."""
        mail, settings = self._store.due(), self._settings()
        if mail is None or not settings.ready:
            return False
        attachment = self._attachment(mail.attachment) if mail.attachment else None
        self._note(mail, self._send(self._order(mail, settings, attachment)), settings)
        return True

    def _note(self, mail: Mail, result: Sent, settings: MailSettings) -> None:
        problem = str(result.get("problem", ""))
        if not problem:
            self._store.sent(mail)
            self._notes.clear(_TOPIC)
            log.info("mail %s was sent", mail.id)
            return
        told = f"{problem} {result.get('said') or ''}".strip()
        if result.get("lasting"):
            self._store.given_up(mail, "failed", told)
        elif self._wall() - mail.made >= timedelta(hours=settings.keep_hours):
            self._store.given_up(mail, "expired", told)
        else:
            self._store.put_off(mail, told, min(_FIRST_PAUSE * 2 ** min(mail.tries, 10), _LONGEST_PAUSE))
        self._notes.say(_TOPIC, "mail", why=problem)  # logged: nobody's address, no reply

    def _order(self, mail: Mail, settings: MailSettings, attachment: Path | None) -> dict[str, Any]:
        return {
            **settings.model_dump(mode="json"),
            "id": mail.id,
            "recipient": mail.recipient,
            "subject": mail.subject,
            "body": mail.body,
            "date": mail.made.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000"),  # RFC 5322, 3.3
            "attachment": None if attachment is None else str(attachment),
        }

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._wake.clear()  # before the look: what is queued during it is not missed
                if self.turn():
                    continue
                self._store.purge(self._wall() - _KEEP_SENT)
                self._wake.wait(self._pause())
            except StoreError as problem:
                log.warning("mail waits: %s", problem)
                self._wake.wait(_LOOK_SECONDS)
            except Exception:  # top of the thread
                log.exception("the mail's thread met a fault")
                self._wake.wait(_LOOK_SECONDS)

    def _pause(self) -> float | None:
        due = self._store.next_due() if self._settings().ready else None
        if due is None:
            return None
        return max(0.5, (due - self._wall()).total_seconds())
