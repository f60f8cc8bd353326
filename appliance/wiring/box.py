"""All rooms of one core process, built, joined, started and stopped in order."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from appliance import __version__, lines
from appliance.care.desk import Office
from appliance.care.front import Around, FrontDesk
from appliance.care.keeper import Care
from appliance.config.defaults import simulated
from appliance.config.options import Options
from appliance.config.plan import to_plan
from appliance.config.schema import Settings
from appliance.config.secrets import verify
from appliance.contract.clock import Clock
from appliance.contract.errors import PromptError, StoreError
from appliance.contract.events import Event, RecordEnded
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.contract.media import Prompt, Speech
from appliance.contract.plan import Plan
from appliance.contract.services import Services
from appliance.contract.trunk import Trunk
from appliance.control.handlers import ControlHandlers
from appliance.control.server import ControlServer
from appliance.core.plan_check import check as check_plan
from appliance.core.records import interrupted, rebuild
from appliance.core.spoken import spoken
from appliance.core.system import System
from appliance.media.encode import Encoder
from appliance.media.engine import Engine, EngineConfig
from appliance.media.grammar import say
from appliance.media.hearing import WordHearing
from appliance.media.speech import SoundLibrary
from appliance.network.desk import CertificateDesk
from appliance.network.requests import Requests
from appliance.planning.campaign_desk import CampaignRehearsals
from appliance.planning.desk import try_flow
from appliance.store import reset
from appliance.store.journal import SqliteJournal
from appliance.store.lock import DataLock
from appliance.store.notes import Notes
from appliance.store.pending import pending_work
from appliance.store.settings import SettingsStore
from appliance.wiring.exchange import Exchange
from drivers.sip.edge import end_old_calls
from drivers.sip.stack import SipStack

log = logging.getLogger(__name__)
_LAST_WORDS_SECONDS = 0.5  # in which the page still gets its answer


class Box:
    """All rooms of one core, built, joined, started, stopped in order. Methods are for the loop's thread."""

    def __init__(self, options: Options, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        self.options = options
        self.clock = clock
        self.loop = loop
        self.trouble = ""  # why these are not the box's own data, if so
        self.begin_anew = False  # a reset was promised; whoever started the core does so again
        self.notes = Notes()
        self._ends: list[Callable[[], None]] = []  # what to stop, in the order it was started
        self._lines: dict[str, list[Trunk]] = {}  # of each trunk in service
        self.store = SettingsStore(options.settings, self.notes)
        self.care = Care(self._office())
        self.control = ControlServer(options.control, self._handlers())

    async def start(self) -> None:
        """Take the data folder and bring everything up; on an error what was started is stopped by `stop`."""
        options = self.options
        lock = DataLock(options.data)
        self._ends.append(lock.release)
        pending_work(options.data)
        self._ends.append(self.store.close)
        found = self.store.current()
        if found is None:
            raise StoreError(f"The data folder {options.data} has no settings yet; `callbox run` makes them.")
        self.settings = found[1]
        self._start_records()
        self._start_media()
        self._start_core()
        self.apply(self.settings)
        self.system.restore_agents(self.journal.agents_at_work(), self.journal.memory(self.clock.wall()))
        self.system.restore_callbacks(self.journal.callbacks())
        await self.control.start()
        self.encoder.start()
        self._ends.append(self.front.stop)
        self.front.start()
        self.care.time.look()
        self.system.floor.restore()
        self._ends.append(self.care.stop)
        self.care.start()

    async def stop(self) -> None:
        """Release every call and line, bring everything to the disk. Goes on when a part fails."""
        await self.control.stop()
        for end in reversed(self._ends):
            try:
                await asyncio.to_thread(end)
            except Exception:
                log.exception("a part of the box did not stop well")
        self._ends.clear()

    def _start_records(self) -> None:
        self.journal = SqliteJournal(self.options.records, self.notes)
        self._ends.append(self.journal.close)
        open_calls = self.journal.open_calls()
        for entries in open_calls.values():
            closing = interrupted(entries, self.clock.wall())
            for entry in closing:
                self.journal.append(entry)
            self._put([*entries, *closing])
        for entries in self.journal.unrecorded_calls().values():
            self._put(entries)
        self.front = FrontDesk(self.journal, self._around())
        started: dict[str, JsonValue] = {"version": __version__, "interrupted": len(open_calls)}
        self.journal.append(Entry(EntryKind.BOX_STARTED, self.clock.wall(), data=started))
        if open_calls:
            log.warning(
                "%d calls were going on when the core ended; they are closed as interrupted", len(open_calls)
            )

    def _around(self) -> Around:
        room = (self.options, self.clock, self.notes, lambda: self.settings, self._deliver)
        tell = (self._changed, lambda counts: self.system.messages_counted(counts))
        return Around(
            *room,
            lambda recording: self.encoder.submit(recording),
            *tell,
            clock_trusted=self._clock_trusted,
            listed=lambda: self._deliver(lambda: self.system.floor.lists_changed()),
        )

    def _clock_trusted(self) -> bool:
        return self.care.time.trusted

    def _put(self, entries: list[Entry]) -> None:
        for record in rebuild(entries).values():
            self.journal.put(record)

    def _start_media(self) -> None:
        options = self.options
        self.sounds = SoundLibrary(options.sounds, options.uploads, messages=options.messages)
        self.encoder = Encoder(options.recordings, self.front.encoded)
        self._ends.append(self.encoder.stop)
        self.encoder.recover()  # only noted: encoding waits until the lines are up
        config = EngineConfig(
            recordings=options.recordings,
            country=self.settings.box.country,
            address="127.0.0.1",  # the SIP edge takes calls from nowhere else; audio goes where `sip` says
            sip_port=options.engine_port,
            tcp=False,
        )
        self.engine = Engine(config, self.post, self.sounds)
        end_old_calls(options.edge)
        self.engine.start()
        self._ends.append(self.engine.stop)
        self.hearing = WordHearing(self.engine, self.post)
        self._ends.append(self.hearing.stop)
        self.engine.read_by(self.hearing)
        self.sip = SipStack(self.engine.thread, self.post, lines.sip_config(options))
        self._ends.append(self.sip.stop)

    def _start_core(self) -> None:
        self.system = System(
            clock=self.clock,
            media=self.engine.bridge,
            journal=self.front.journal,
            check_pin=self._check_pin,
            changed=self._changed,
            recorded=self.journal.put,
            services=self._services(),
        )
        self.exchange = Exchange(
            self.loop, self.system, self.engine, self.sip, self.post, self.options.state, self._lines
        )
        self.inbox = lines.LineInbox(self._lines, self._text_came)
        self._ends.append(self.exchange.stop)
        self._ends.append(self._stop_system)

    def _services(self) -> Services:
        """What flows ask of the outside."""
        requests = Requests(lambda: self.settings.requests.hosts, self._deliver)
        texts, front = lines.LineTexts(self._lines, self._deliver), self.front
        asked = (front.lookup, say, requests.send, front, texts, front.appointments)
        return Services(
            *asked,
            past=front,
            prepare=self._prepare,
            deliver=self._deliver,
            hearing=self.hearing,
            leads=front.leads,
            clock_trusted=self._clock_trusted,
        )

    # ---- what the rooms tell each other

    def post(self, event: Event) -> None:
        """Any thread's way to the core: the event is handled on the loop, in order."""
        self.loop.call_soon_threadsafe(self._handle, event)

    def _handle(self, event: Event) -> None:
        try:
            self.system.handle(event)
        except Exception:
            log.exception("the core could not deal with %r", event)
        self.inbox.seen(event)
        if isinstance(event, RecordEnded) and not self.front.held.ended(event.recording):
            self.encoder.submit(event.recording)

    def _text_came(self, sender: str, text: str, acted: Callable[[], None]) -> None:
        def take() -> None:
            self.system.text_came(sender, text, acted)

        self._deliver(take)

    def _check_pin(self, hashed: str, pin: str, answer: Callable[[bool], None]) -> None:
        def work() -> None:
            found = verify(hashed, pin)
            self.loop.call_soon_threadsafe(answer, found)

        threading.Thread(target=work, name="pin", daemon=True).start()

    def _deliver(self, work: Callable[[], None]) -> None:
        """Any thread's way to let something be done on the core's."""
        self.loop.call_soon_threadsafe(work)

    def _changed(self) -> None:
        self.control.notify()

    def _stop_system(self) -> None:
        done = threading.Event()

        def work() -> None:
            try:
                self.system.stop()
            finally:
                done.set()

        self.loop.call_soon_threadsafe(work)
        done.wait(5.0)

    def _office(self) -> Office:
        def soon(action: Callable[..., object], *given: object) -> None:
            self.loop.call_soon_threadsafe(action, *given)

        return Office(
            version=__version__,
            options=self.options,
            settings=self.store,
            notes=self.notes,
            flush=lambda: self.journal.flush(),
            restart=lambda: soon(self._end_soon),
            reserve=lambda count: soon(self.engine.set_disk_reserve, count),
            wall=self.clock.wall,
        )

    def _end_soon(self) -> None:
        self.loop.call_later(_LAST_WORDS_SECONDS, os.kill, os.getpid(), signal.SIGTERM)

    def _reset(self, what: str) -> None:
        reset.request(self.options.data, reset.Reset(what))
        self.begin_anew = True
        self._end_soon()

    # ---- what the page may ask

    def _handlers(self) -> ControlHandlers:
        return ControlHandlers(
            version=__version__,
            spool=self.options.spool,
            settings=self.store,
            live=self._live,
            check=self.check,
            apply=self.apply,
            set_agent_status=lambda agent, status, code, handset: self.system.set_agent_status(
                agent, status, code, handset, "page"
            ),
            release_call=lambda call: self.system.release_call(call),
            reset_trunk=lambda name: self.exchange.modem(name).reset(),
            black_box=lambda name: self.exchange.modem(name).black_box(),
            upload=lambda path: self.sounds.adopt_upload(path),
            preview=lambda text, language: self.sounds.prepare((Speech(text, language),)),
            care=self.care,
            desk=lambda: self.front.access(self.system.ring_back),
            trouble=lambda: self.trouble,
            lines_found=lines.found,
            reset=self._reset,
            try_flow=try_flow,
            rehearse=CampaignRehearsals(
                self.options.records, lambda: self._effective(self.settings), self.clock.wall
            ).rehearse,
            certificate=CertificateDesk(self.options.tls, lambda: self.sip.reload_certificate()),
            talk=lambda: self.system,
            lists=lambda: self.front.lists,
            leads=lambda: self.front.lists_back,
            dialer=lambda: self.system.floor,
        )

    def _live(self) -> dict[str, Any]:
        state = dataclasses.asdict(self.system.live())
        state["at"] = self.clock.wall().isoformat(timespec="milliseconds")
        state["simulated"] = self.options.lines is not None
        told = self.notes.told()
        state["notes"] = [*state["notes"], *(note.says for note in told)]
        state["told"] = [{"code": note.code, "args": dict(note.args), "says": note.says} for note in told]
        for row in state["trunks"]:
            row["device"] = lines.device(self._lines.get(row["name"], []))
        return state

    # ---- settings

    def check(self, settings: Settings) -> None:
        """Raise SettingsError when the core could not go by these settings."""
        check_plan(to_plan(self._effective(settings)))

    def apply(self, settings: Settings) -> None:
        """Put new settings in force; calls in progress go on, and so do lines nothing was changed of."""
        self.settings = settings
        self.engine.set_country(settings.box.country)
        effective = self._effective(settings)
        plan = to_plan(effective)
        self.system.apply(plan)
        self.exchange.apply_handsets(settings)
        self.exchange.apply_trunks(effective, plan.emergency_numbers)
        self._render(plan)
        lines.say_who_is_heard(plan, self.hearing, self.notes)
        self.front.applied()

    def _effective(self, settings: Settings) -> Settings:
        if self.options.lines is None or settings.trunks:
            return settings
        return simulated(settings, self.options.lines)

    def _prepare(self, prompt: Prompt) -> None:
        """Speak a prompt that will be wanted soon, in a worker."""

        def made(rendering: Future[Path]) -> None:
            if not rendering.cancelled() and (problem := rendering.exception()) is not None:
                self.notes.say("prompts", "prompt", why=str(problem))

        self.engine.workers.submit(self.sounds.prepare, prompt).add_done_callback(made)

    def _render(self, plan: Plan) -> None:
        """Speak every prompt now, in a worker, so that no caller waits for it."""

        def work() -> None:
            for prompt in filter(None, set(spoken(plan))):
                try:
                    self.sounds.prepare(prompt)
                except PromptError as problem:
                    self.notes.say("prompts", "prompt", why=str(problem))

        threading.Thread(target=work, name="render", daemon=True).start()
