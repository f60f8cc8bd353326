"""A campaign over real lines: six lines of the simulator, telephones of agents who take what rings, leads of
every kind, and what a look at the box and at the network tells of them afterwards."""

from __future__ import annotations

import contextlib
import csv
import functools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from appliance.config.dialer import DialerSettings
from appliance.config.dialer_plan import law_of
from appliance.contract.answering import AnsweredBy, AnswerWatch
from appliance.contract.campaign_look import CampaignLook
from appliance.contract.dialling import Callee, Consent, DialRequest, History, Limits, Matter
from appliance.contract.events import AnswerHeard, Event
from appliance.contract.ids import PortId
from appliance.contract.leads import Outcome
from appliance.core.dialer.calendar import calendar_of
from appliance.core.dialer.gate import decide
from appliance.media.amd import AnswerListener
from appliance.store.dial_reader import DialReader
from appliance.store.dial_rows import DialFilter, DialRow, LeadFilter, LeadRow
from simulator import Call, Exchange, GsmModem, HangUpWay, Line, people
from simulator.people import SILENT_SECONDS
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.office import Office, heard_by
from tests.support.sounds import tone_seconds

CAMPAIGN = "autumn"
PATIENT = 90.0
SPEAKING = frozenset({"person", "receptionist", "machine"})
GSM, FXO = ("gsm1", "gsm2", "gsm3", "gsm4"), ("fxo1", "fxo2")


@dataclass(frozen=True)
class Place:
    """Somewhere people may be called at some time of the day; their numbers are `prefix` and four digits."""

    country: str
    prefix: str
    zone: str
    matter: Matter = Matter.SERVICE
    consent: Consent = Consent.NONE

    @property
    def shown(self) -> str:
        """The box's own number there: it is shown to who is called, and rings here."""
        return f"{self.prefix}9999"


PLACES = (
    Place("US", "+1212736", "America/New_York"),
    Place("US", "+1808521", "Pacific/Honolulu"),
    Place("GB", "+44207940", "Europe/London"),
    Place("DE", "+49302270", "Europe/Berlin", consent=Consent.CUSTOMER),
    Place("AU", "+6189432", "Australia/Perth", Matter.RESEARCH),
)


def place_for(now: datetime, minutes: float = 20.0) -> Place:
    """Where the law lets people be called now and for some minutes: the gate itself is asked. Somewhere on
    earth it is always day; AssertionError where it is a holiday there, too."""
    return next(one for one in PLACES if all(_open(one, now + timedelta(minutes=m)) for m in (0.0, minutes)))


def _open(place: Place, at: datetime) -> bool:
    years = {at.year, (at + timedelta(days=1)).year}
    days = {(place.country, year): made for year in years if (made := calendar_of(place.country, year))}
    law = law_of(DialerSettings(), frozenset(), {}, (), days)
    callee = Callee(place.consent, at - timedelta(days=9), zone=place.zone)
    limits = Limits(frozenset({place.country}))
    request = DialRequest(
        f"{place.prefix}{1:0{_digits(place)}}",
        at,
        place.matter,
        limits,
        callee,
        History(),
        (),
        read_at=at,
        caller_id=place.shown,
        caller_id_answered=True,
        clock_trusted=True,
    )
    return decide(request, law).allowed


@dataclass(frozen=True)
class Person:
    """One lead: who they are, and with which voice."""

    number: str
    kind: str
    voice: int

    @property
    def speaks(self) -> bool:
        """A human being who says hello."""
        return self.kind in ("person", "receptionist")


#: What each kind of subscriber is, however it is called; an analog line cannot hear all that a mobile
#: network signals: one that is switched off sounds as congestion, and a rejection as busy where no ringback
#: was heard before.
TRUTH: Mapping[str, frozenset[Outcome]] = {
    "person": frozenset({Outcome.PERSON}),
    "receptionist": frozenset({Outcome.PERSON}),
    "machine": frozenset({Outcome.MACHINE}),
    "fax": frozenset({Outcome.FAX}),
    "silent": frozenset({Outcome.SILENT}),
    "busy": frozenset({Outcome.BUSY}),
    "no_answer": frozenset({Outcome.NO_ANSWER}),
    "rejecting": frozenset({Outcome.REJECTED}),
    "off": frozenset({Outcome.UNREACHABLE}),
    "invalid": frozenset({Outcome.INVALID}),
    "changed": frozenset({Outcome.INVALID}),
    "congestion": frozenset({Outcome.CONGESTION}),
    "no_circuit": frozenset({Outcome.CONGESTION}),
}
BY_EAR: Mapping[str, frozenset[Outcome]] = {
    "rejecting": frozenset({Outcome.REJECTED, Outcome.BUSY}),
    "off": frozenset({Outcome.CONGESTION}),
}


def leads(place: Place, kinds: Sequence[str], first: int = 1, listened: bool = True) -> list[Person]:
    """One lead of each kind named; their numbers follow `first`. Where who answers is `listened` to, with the
    voices in turn that the model knows."""
    known = {kind: voices_told_right(kind) for kind in SPEAKING & set(kinds)} if listened else {}
    assert all(known.values()), f"the model knows none of some kind: {known}"
    found: list[Person] = []
    for number, kind in enumerate(kinds, first):
        voices = known.get(kind, [0])
        turn = sum(one.kind == kind for one in found)
        found.append(Person(f"{place.prefix}{number:0{_digits(place)}}", kind, voices[turn % len(voices)]))
    return found


def _digits(place: Place) -> int:
    return 4 if place.country != "DE" else 3


class Worker(threading.Thread):
    """An agent at a baresip: takes whatever rings, and stays until the other side goes."""

    def __init__(self, phone: Phone) -> None:
        super().__init__(daemon=True)
        self.phone = phone
        self._end = threading.Event()

    def run(self) -> None:
        calls = 0
        while not self._end.is_set():
            with contextlib.suppress(AssertionError):
                self.phone.expect("CALL_INCOMING", 0.5, calls + 1)
                calls += 1
                self.phone.accept()

    def stop(self) -> None:
        self._end.set()
        self.join(PATIENT)


class CampaignOffice(Office):
    """Four GSM and two analog lines, three telephones, and a campaign."""

    def __init__(self, folder: Path, speed: float) -> None:
        super().__init__(folder, speed)
        try:
            self.gsm3 = GsmModem(self.exchange, "gsm3", "huawei", "+36301110003")
            self.gsm4 = GsmModem(self.exchange, "gsm4", "quectel", "+36301110004")
        except BaseException:
            super().close()
            raise
        self.workers: dict[str, Worker] = {}
        self.place = place_for(datetime.now(UTC))

    def close(self) -> None:
        for worker in self.workers.values():
            worker.stop()
        super().close()
        for line in (self.gsm3, self.gsm4):
            assert line.unscripted == [], f"{line.name} was told what it does not know: {line.unscripted}"

    def line(self, name: str) -> Line:
        """A line of the network by its name."""
        return self.exchange.lines[name]

    # -------------------------------------------------------------------------------------- setting up

    def configure(self, agents: int, lines: Sequence[str], infer_after: int, **campaign: Any) -> None:
        """Lines, agents 11, 12, … at 201, 202, …, one queue and the campaign, without a list yet. An analog
        line without a tone for `infer_after` seconds is taken for answered."""
        with contextlib.closing(self.box.control) as control:
            version, settings = control.settings()
            self._fill(settings, agents, lines)
            settings["box"]["answer_inference_seconds"] = infer_after
            settings["dialer"]["campaigns"] = [self._campaign(campaign)]
            control.save_settings(version, settings, "scenario")
        wait_for(
            lambda: {t.name for t in self.live().trunks if t.state == "in_service"} == set(lines),
            PATIENT,
            "all lines are in service",
        )

    def _fill(self, settings: dict[str, Any], agents: int, lines: Sequence[str]) -> None:
        folder = self.folder / "lines"
        settings["trunks"] = [
            {"kind": "gsm", "name": name, "label": name, "port": str(folder / name),
             "audio_port": str(folder / f"{name}-audio")}
            if name in GSM else
            {"kind": "voice_modem", "name": name, "label": name, "port": str(folder / name)}
            for name in lines
        ]  # fmt: skip
        settings["trunk_groups"] = {"outside": list(lines)}
        settings["box"]["record"] = False
        names = [f"2{n:02}" for n in range(1, agents + 1)]
        settings["handsets"] = [
            *(one for one in settings["handsets"] if one["extension"] in names),
            *({"extension": one, "label": f"Desk {one}"} for one in names if one not in ("201", "202")),
        ]
        settings["agents"] = [
            {"id": f"1{n}", "name": f"Agent 1{n}", "handset": f"2{n:02}", "queues": ["sales"]}
            for n in range(1, agents + 1)
        ]
        settings["queues"] = [{"name": "sales", "label": "Sales", "wrap_up_seconds": 0, "ring_seconds": 30}]

    def _campaign(self, more: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "name": CAMPAIGN, "label": "Autumn", "matter": self.place.matter.value, "queue": "sales",
            "countries": [self.place.country], "caller_id": self.place.shown, "disposition_required": False,
            "ring_seconds": 15, "machines": "balanced", **more,
        }  # fmt: skip

    def hire(self, agents: Mapping[str, int]) -> None:
        """Each extension of `agents` gets a telephone that speaks a tone, and its agent comes to work."""
        for extension, tone in agents.items():
            worker = Worker(self.phone(extension, tone))
            worker.start()
            self.workers[extension] = worker
            self.agent_at_work(f"1{int(extension) - 200}", extension)

    def take_in(self, who: Sequence[Person]) -> str:
        """Put everybody into the network's phone book, and into a list by the page's own way; its id."""
        for one in who:
            self.meet(one)
        spool = self.box.options.spool
        spool.mkdir(parents=True, exist_ok=True)
        path = spool / f"leads-{len(who)}-{who[0].number[1:]}.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["phone", "name", "time zone", "consent", "consent since"])
            given = self.place.consent.name.lower() if self.place.consent else ""
            for one in who:
                rows.writerow([one.number, f"{one.kind} {one.voice}", self.place.zone, given, "2026-01-02"])
        with contextlib.closing(self.box.control) as control:
            name = control.lists.new_list("Autumn")
            control.lists.start_import(path, name, {}, True)
            job = wait_for(lambda: self._ended(control.lists.job()), PATIENT, "the leads are taken in")
            assert job["result"]["good"] == len(who), job
            version, settings = control.settings()
            (campaign,) = settings["dialer"]["campaigns"]
            campaign["lists"] = [*campaign.get("lists", []), {"list": name}]
            control.save_settings(version, settings, "scenario")
        return name

    @staticmethod
    def _ended(job: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        assert job is None or not job.get("problem"), job
        return job if job is not None and job["ended"] else None

    def meet(self, one: Person) -> None:
        """Put a lead into the network: by the end of its number, as each line dials it in its own way."""
        made = people.subscriber(one.kind, f"*{one.number[-7:]}", one.voice)
        self.exchange.add_subscriber(made)

    def tell(self, do: str) -> None:
        """Start, pause, resume or stop the campaign, as its page does."""
        with contextlib.closing(self.box.control) as control:
            control.dialer.tell(CAMPAIGN, do, "scenario")

    # ------------------------------------------------------------------------------------------ looking

    def look(self) -> CampaignLook:
        """The campaign's gauges."""
        (found,) = [one for one in self.live().campaigns if one.name == CAMPAIGN]
        return found

    def attempts(self) -> list[DialRow]:
        """All dials the gate allowed and a line began, the oldest first."""
        with contextlib.closing(DialReader(self.box.options.records)) as reader:
            rows = reader.dials(DialFilter(campaign=CAMPAIGN, answer="allowed"), limit=500)
        dialled = [row for row in rows if row.outcome != Outcome.NOT_DIALLED]
        return sorted(dialled, key=lambda row: row.at)

    def leads(self) -> list[LeadRow]:
        """All leads of all lists."""
        with contextlib.closing(DialReader(self.box.options.records)) as reader:
            return list(reader.leads(LeadFilter(), limit=500))

    def dialled(self, number: str) -> list[Call]:
        """The network's own view: every call of the box to this number, the oldest first."""
        found = [call for call in self.exchange.calls if not call.to_box]
        return [call for call in found if call.number.endswith(number[-7:])]

    def until(self, what: Callable[[], bool], why: str, seconds: float = PATIENT) -> None:
        """Wait for something; fails with the gauges."""
        try:
            wait_for(what, seconds, why)
        except AssertionError as problem:
            rows = [(row.number, row.outcome, row.how) for row in self.attempts()]
            raise AssertionError(f"{problem}; {self.look()}; {rows}") from None


def first_heard(call: Call, after: float) -> float | None:
    """Seconds from the called person's answer to the first sound of the box behind `after`."""
    heard = heard_by(call)
    frames = heard[: len(heard) // 160 * 160].reshape(-1, 160)
    loud = np.sqrt(np.mean(frames**2, axis=1)) > 0.005
    start = max(0, round(after * 50))
    places = np.flatnonzero(loud[start:])
    return None if not places.size else (start + int(places[0])) / 50


def told_right(kind: str, voice: int) -> bool:
    """Does the shipped model know them, heard from the first sound on and from a little later? Where it does
    not, that is its error, which `bench.amd` measures, not the campaign's."""
    wanted = AnsweredBy.MACHINE if kind == "machine" else AnsweredBy.PERSON
    line = [b for step in people.subscriber(kind, "1", voice).script[:2] for b in step.play(_Nobody())]
    later = line[round((SILENT_SECONDS - 0.3) * 50) :]
    return all(_verdict(audio) is wanted for audio in (line, later))


class _Nobody:
    """Stands where a script has its call."""

    digits = ""

    def press(self, digit: str, down: bool) -> None:
        """Nobody hears it."""

    def hang_up(self, way: HangUpWay = HangUpWay.SIGNALLED) -> None:
        """Nobody is there."""


def _verdict(audio: list[bytes]) -> AnsweredBy:
    events: list[Event] = []
    listener = AnswerListener(PortId("line"), AnswerWatch(), "US", events.append)
    for frame in (*audio, *[bytes(320)] * 500):
        listener(frame)
        if events:
            break
    (heard,) = events
    assert isinstance(heard, AnswerHeard)
    return heard.kind


@functools.cache
def voices_told_right(kind: str) -> list[int]:
    """Those of the first six of a kind that the model knows."""
    return [voice for voice in range(6) if told_right(kind, voice)]


def agent_heard(call: Call, tones: Iterable[int]) -> bool:
    """Did the called party hear an agent, by the tone each speaks?"""
    heard = heard_by(call)
    return any(tone_seconds(heard, tone) > 0.2 for tone in tones)


def network(exchange: Exchange) -> list[str]:
    """The numbers the box dialled, in the network's own journal, in their order."""
    return [str(entry.detail["number"]) for entry in exchange.entries("dialled")]
