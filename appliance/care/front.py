"""The front desk of a core: contacts, messages of callers, mail and lost callers, joined."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from appliance.care.appointments import AppointmentBook
from appliance.care.campaign_shelf import CampaignShelf
from appliance.care.contacts import ContactDesk, ContactLookup
from appliance.care.lead_back import Gatehouse, LeadBack
from appliance.care.lead_desk import LeadDesk
from appliance.care.lead_office import LeadOffice, Office
from appliance.care.lead_shelf import end_interrupted
from appliance.care.mailer import Mailer
from appliance.care.voicemail import KEEP_DELETED, HeldRecordings, ListeningJournal, VoicemailKeeper
from appliance.config.contacts import MOST_CONTACTS
from appliance.config.options import Options
from appliance.config.schema import Settings
from appliance.contract.clock import Clock
from appliance.contract.errors import StoreError
from appliance.contract.ids import RecordingId
from appliance.contract.messages import Counts, Heard
from appliance.contract.past import Tally
from appliance.control.desk import DeskAccess
from appliance.store.contacts import ContactStore
from appliance.store.journal import SqliteJournal
from appliance.store.lead_changes import LeadChanges
from appliance.store.leads import LeadStore
from appliance.store.messages import LostStore, MailStore, VoicemailStore
from appliance.store.notes import Notes
from appliance.store.past import PastStore

log = logging.getLogger(__name__)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Around:
    """What the desk needs of the core around it. `deliver` and `changed` may be called from any thread."""

    options: Options
    clock: Clock
    notes: Notes
    settings: Callable[[], Settings]
    deliver: Callable[[Callable[[], None]], None]  # run this on the core's thread
    encode: Callable[[RecordingId], None]
    changed: Callable[[], None]  # the live state may show something else
    counted: Callable[[dict[str, Counts]], None]  # messages in each box; called on the core's thread
    listed: Callable[[], None] = lambda: None  # lists or do-not-call entries are others now; any thread
    clock_trusted: Callable[[], bool] = lambda: False


class FrontDesk:
    """One of these a core. `journal` is what the core writes, `lookup` whom it asks who is calling."""

    def __init__(self, journal: SqliteJournal, around: Around) -> None:
        options, wall = around.options, around.clock.wall
        self._around = around
        self._counting = threading.Lock()
        self._contacts = ContactStore(journal, wall, MOST_CONTACTS)
        self._voicemail = VoicemailStore(journal, wall)
        self._lost = LostStore(journal, wall)
        self._past = PastStore(journal, wall)
        mail = MailStore(journal, wall)
        self.appointments = AppointmentBook(self._contacts, around.deliver)
        self.lookup = ContactLookup(options.records, around.clock, around.deliver)
        self.leads = CampaignShelf(options.records, around.deliver, around.settings, wall)
        self.keeper = VoicemailKeeper(
            options.recordings,
            options.voicemail,
            self._voicemail,
            mail,
            around.settings,
            lambda: self.mailer.wake(),
            self._messages_changed,
        )
        self.mailer = Mailer(
            mail, lambda: around.settings().mail, self.keeper.file, around.notes, around.clock.wall
        )
        self.held = HeldRecordings(options.recordings, around.encode)
        self.journal = ListeningJournal(journal, self.held, self.keeper.look)
        changes = LeadChanges(journal, wall)
        self.lists = self._lists(journal, changes)
        house = Gatehouse(options.records, around.settings, wall, around.clock_trusted)
        self.lists_back = LeadBack(changes, house, around.listed)

    def _lists(self, journal: SqliteJournal, changes: LeadChanges) -> LeadOffice:
        around = self._around
        store = LeadStore(journal, around.clock.wall)

        def country() -> str:
            return around.settings().box.country

        office = Office(
            around.options.records,
            around.options.spool,
            self.journal,
            around.clock.wall,
            country,
            around.listed,
        )
        return LeadOffice(LeadDesk(store, country, changes), store, office)

    def start(self) -> None:
        """Begin to look after messages and mail."""
        try:
            self._contacts.purge(self._around.clock.wall() - KEEP_DELETED)
        except StoreError as problem:
            log.warning("deleted contacts wait for the disk: %s", problem)
        settings = self._around.settings()
        end_interrupted(
            self._around.options.records,
            self.journal,
            self._around.clock,
            settings.dialer,
            settings.box.country,
        )
        self.keeper.start()
        self.mailer.start()
        self._soon(self._count)

    def stop(self) -> None:
        """End all threads."""
        self.mailer.stop()
        self.keeper.stop()
        self.lookup.stop()
        self.leads.stop()

    def encoded(self, recording: RecordingId, path: Path) -> None:
        """The encoder made a file; from its thread."""
        self.keeper.look()

    def applied(self) -> None:
        """New settings are in force."""
        self.mailer.wake()

    def access(self, ring_back: Callable[[str, str], None]) -> DeskAccess:
        """What the control socket may do."""
        contacts = ContactDesk(self._contacts, lambda: self._around.settings().box.country)
        return DeskAccess(contacts, self.keeper, self.mailer, self._lost, ring_back)

    def _messages_changed(self) -> None:
        self._around.changed()
        self._count()

    def _count(self) -> None:
        """Whose lamp is lit; from a thread that may wait for the disk."""
        with self._counting:  # so that the newest counts are told last
            try:
                counts = self._voicemail.counts()
            except StoreError as problem:
                log.warning("the messages cannot be counted: %s", problem)
                return
            self._around.deliver(lambda: self._around.counted(counts))

    # ---- messages, for whoever listens on a handset (`contract.messages.Messages`)

    def waiting(self, box: str, answer: Callable[[tuple[Heard, ...]], None]) -> None:
        """See `contract.messages.Messages`."""

        def work() -> None:
            try:
                found = self._voicemail.waiting(box)
            except StoreError as problem:
                log.warning("the messages cannot be read: %s", problem)
                found = []
            told = tuple(
                Heard(one.id, one.recording, one.number, one.at, one.state == "new") for one in found
            )
            self._around.deliver(lambda: answer(told))

        self._soon(work)

    def set_state(self, message: int, state: str) -> None:
        """See `contract.messages.Messages`."""

        def work() -> None:
            try:
                self.keeper.set_state(message, state)
            except StoreError as problem:
                log.warning("a message stays as it was: %s", problem)

        self._soon(work)

    # ---- the records, for whoever asks on a handset (`contract.past.Past`)

    def tally(self, agent: str, since: datetime, answer: Callable[[Tally | None], None]) -> None:
        """See `contract.past.Past`."""
        self._read(lambda: self._past.tally(agent, since), answer)

    def note_about(self, number: str, answer: Callable[[str | None], None]) -> None:
        """See `contract.past.Past`."""
        self._read(lambda: self._past.note_about(number), answer)

    def _read(self, read: Callable[[], Found | None], answer: Callable[[Found | None], None]) -> None:
        def work() -> None:
            found: Found | None = None
            try:
                found = read()
            except StoreError as problem:
                log.warning("the records cannot be read: %s", problem)
            self._around.deliver(lambda: answer(found))

        self._soon(work)

    def _soon(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name="messages", daemon=True).start()
