"""Twenty callers on three lines, two queues, four agents: who is asked for whom is what the rules say, and
each decision is explained. A core that is killed after that still knows who spoke with whom.

GSM and analog line of the simulator, callers of a SIP gateway by sipp; two agents have baresip, two sipp."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.store.reader import RecordReader
from simulator import Call, CallState, Press, WaitForSound
from simulator.script import Step
from tests.sip.phone import Phone
from tests.sip.sip_client import SipClient
from tests.support.acd_rules import Person, Rule, Rules, Wish
from tests.support.box import wait_for
from tests.support.office import Office
from tests.support.ports import free_port

pytestmark = pytest.mark.peer
GATE, DESKS = "127.0.0.24", "127.0.0.25"
FOLDER = Path(__file__).parent
PATIENT = 60.0  # nothing here is about speed

#: The number that SIP callers dial -> what for.
DIALLED = {
    "12025550201": Wish("sales"),
    "12025550202": Wish("service"),
    "12025550203": Wish("sales", {"spanish": 5}),
    "12025550204": Wish("sales", ahead=600.0),
}
QUEUES = {
    "sales": Rule(sticky=True),
    "service": Rule("skills", {"repair": 2}, most=3, overflow="sales"),
}
AGENTS = {
    "11": Person({"sales": 1}, {"spanish": 6}),
    "12": Person({"sales": 1, "service": 1}, {"repair": 3}),
    "13": Person({"sales": 2, "service": 1}, {"repair": 7, "spanish": 2}),
    "14": Person({"sales": 1}, {"spanish": 2}),
}
#: First all these at once, while nobody is there: the last digit is the number they dial.
FIRST = [f"+120255503{place:02}" for place in range(14)]
WANTS = "12213421121312"
LINES = {"gsm1": "+12025550401", "fxo1": "+12025550402"}
#: Then one after the other, while all agents are free: two new callers, and two who were here before.
LATER = [("gsm1", "+12025550403"), ("fxo1", "+12025550404"), ("gate", FIRST[0]), ("gate", FIRST[3])]


def _settings(office: Office, settings: dict[str, Any], gateway: int) -> None:
    lines = office.folder / "lines"
    settings["trunks"] = [
        {"kind": "gsm", "name": "gsm1", "label": "Mobile", "port": str(lines / "gsm1"),
         "audio_port": str(lines / "gsm1-audio")},
        {"kind": "voice_modem", "name": "fxo1", "label": "Analog", "port": str(lines / "fxo1")},
        {"kind": "sip", "name": "gate", "label": "Gateway", "host": GATE, "port": gateway, "channels": 16,
         "register_out": False, "flow": "numbers"},
    ]  # fmt: skip
    settings["box"]["record"] = False
    settings["handsets"] += [{"extension": one, "label": f"Desk {one}"} for one in ("203", "204")]
    settings["agents"] = [
        {"id": name, "name": f"Agent {name}", "handset": f"2{int(name) - 10:02}", "queues": list(one.levels),
         "skills": dict(one.skills), "tiers": {queue: {"level": at} for queue, at in one.levels.items()}}
        for name, one in AGENTS.items()
    ]  # fmt: skip
    plain = {"wrap_up_seconds": 0, "ring_seconds": 60}
    sales, service = QUEUES["sales"], QUEUES["service"]
    settings["queues"] = [
        {"name": "sales", "label": "Sales", "strategy": sales.strategy, "sticky_seconds": 600, **plain},
        {"name": "service", "label": "Service", "strategy": service.strategy, "skills": dict(service.skills),
         "maximum_waiting": service.most, "overflow": {"kind": "queue", "target": "sales"}, **plain},
    ]  # fmt: skip
    settings["marketing"] = [
        {"name": name, "label": name.capitalize(), "numbers": [f"+{number}"]}
        for name, number in zip(("plain", "service", "spanish", "urgent"), DIALLED, strict=True)
    ]
    settings["flows"] = [
        {"name": "main", "label": "Menu", "start": "menu", "otherwise": "sales", "nodes": {
            "menu": {"kind": "menu", "prompt": {"text": "One for sales, two for service."},
                     "keys": {"1": {"to": "sales"}, "2": {"to": "service"}}},
            "sales": {"kind": "queue", "queue": "sales"}, "service": {"kind": "queue", "queue": "service"}}},
        {"name": "numbers", "label": "Numbers", "start": "which", "otherwise": "sales", "nodes": {
            "which": {"kind": "condition", "otherwise": "sales", "cases": [
                {"variable": "marketing", "value": name, "to": name}
                for name in ("service", "spanish", "urgent")]},
            "spanish": {"kind": "needs", "skills": {"spanish": 5}, "next": "sales"},
            "urgent": {"kind": "needs", "head_start_seconds": 600, "next": "sales"},
            "sales": {"kind": "queue", "queue": "sales"}, "service": {"kind": "queue", "queue": "service"}}},
    ]  # fmt: skip


class Worker(threading.Thread):
    """An agent at a baresip: takes what rings, talks for a moment, hangs up."""

    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self._phone = phone
        self._end = threading.Event()
        self.problem: BaseException | None = None

    def run(self) -> None:
        calls = 0
        while not self._end.is_set():
            with contextlib.suppress(AssertionError):
                self._phone.expect("CALL_INCOMING", 0.5, calls + 1)
                calls += 1
                self._take(calls)

    def _take(self, nth: int) -> None:
        try:
            self._phone.accept()
            self._phone.expect("CALL_ESTABLISHED", PATIENT, nth)
            self._end.wait(1.0)
            self._phone.hang_up()
            self._phone.expect("CALL_CLOSED", PATIENT, nth)
        except AssertionError as problem:
            self.problem = problem
            self._end.set()

    def stop(self) -> None:
        self._end.set()
        self.join(2 * PATIENT)


class Sipp:
    """sipp programs, each in a folder of its own."""

    def __init__(self, folder: Path, office: Office) -> None:
        options = office.box.options
        self._server = f"{options.host}:{options.sip_port}"
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, address: str, port: int, *words: str) -> subprocess.Popen[bytes]:
        folder = self._folder / f"{name}-{len(self._running)}"
        folder.mkdir()
        command = ["sipp", self._server, "-i", address, "-p", str(port), "-mp", str(free_port())]
        command += ["-sf", str(FOLDER / f"s24_{name}.xml"), "-nostdin", "-aa", "-trace_err", *words]
        with (folder / "log").open("wb") as log:
            found = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        self._running.append(found)
        return found

    def callers(self, rows: list[tuple[str, str]]) -> subprocess.Popen[bytes]:
        """Each row dials in by the gateway: number of the caller, number dialled; four a second."""
        path = self._folder / f"rows-{len(self._running)}.csv"
        path.write_text("SEQUENTIAL\n" + "".join(f"{caller};{called}\n" for caller, called in rows))
        count = str(len(rows))
        return self.start("caller", GATE, free_port(), "-inf", str(path), "-m", count, "-l", count, "-r", "4")

    def stop(self) -> None:
        for one in self._running:
            one.kill()
            one.wait()


@pytest.fixture
def sipp(office: Office, tmp_path: Path) -> Iterator[Sipp]:
    made = Sipp(tmp_path, office)
    yield made
    made.stop()


def _in_service(office: Office) -> bool:
    trunks = office.live().trunks
    return len(trunks) == 18 and all(one.state == "in_service" for one in trunks)


def _set_up(office: Office, sipp: Sipp, stack: ExitStack) -> None:
    gateway = free_port()
    sipp.start("options", GATE, gateway)
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        _settings(office, settings, gateway)
        control.save_settings(version, settings, "scenario")
    wait_for(lambda: _in_service(office), PATIENT, "all three lines are in service")
    for extension in ("203", "204"):
        port = free_port()
        _register(office, extension, port)
        sipp.start("agent", DESKS, port)
    for extension, tone in (("201", 440), ("202", 620)):
        worker = Worker(office.phone(extension, tone))
        worker.start()
        stack.callback(worker.stop)
    ready = lambda: sum(one.registered for one in office.live().handsets) == 4  # noqa: E731
    wait_for(ready, PATIENT, "four telephones are registered")


def _register(office: Office, extension: str, port: int) -> None:
    options = office.box.options
    with contextlib.closing(SipClient((options.host, options.sip_port), DESKS, 10, port)) as client:
        answer = client.register(extension, office.box.secret(extension), 600)
        assert answer is not None and answer.status == 200


def _call(office: Office, line: str, number: str, key: str) -> Call:
    script: list[Step] = [WaitForSound(), Press(key)]
    return office.call(line, script, number)


def _first_callers(office: Office, sipp: Sipp) -> None:
    """All come while nobody is there, and wait."""
    for key, (line, number) in zip("12", LINES.items(), strict=True):
        _call(office, line, number, key)
    dialled = list(DIALLED)
    rows = [(number, dialled[int(want) - 1]) for number, want in zip(FIRST, WANTS, strict=True)]
    sipp.callers(rows)
    everybody = len(FIRST) + len(LINES)
    wait_for(lambda: sum(one.waiting for one in office.live().queues) == everybody, PATIENT, "all wait")


def _later_callers(office: Office, sipp: Sipp) -> None:
    """One after the other, each with four agents to choose from."""
    for line, number in LATER:
        known = len(office.all_records())
        if line == "gate":
            sipp.callers([(number, "12025550201")])
        else:
            assert _call(office, line, number, "1").wait_for(CallState.ENDED, PATIENT)
        wait_for(lambda known=known: len(office.all_records()) > known, PATIENT, f"{number} is served")  # type: ignore[misc]
        wait_for(lambda: all(one.state == "waiting" for one in office.live().agents), PATIENT, "all are free")


def _killed(office: Office) -> None:
    """The core dies, and comes back with the agents who were at work."""
    os.kill(office.box.child("appliance core"), signal.SIGKILL)
    wait_for(lambda: _back(office), PATIENT, "the box is back")


def _back(office: Office) -> bool:
    with contextlib.suppress(CallboxError):
        live = office.live()
        lines = [one.state == "in_service" for one in live.trunks if one.name.startswith("gate")]
        phones = [one.registered for one in live.handsets]
        agents = [(one.status, one.state) == ("available", "waiting") for one in live.agents]
        return len(lines) == 16 and all([*lines, *phones, *agents])
    return False


def _wishes() -> dict[str, Wish]:
    """What each caller came for, by the number they call from."""
    wanted = [list(DIALLED.values())[int(one) - 1] for one in WANTS]
    found = dict(zip(FIRST, wanted, strict=True))
    found |= {LINES["gsm1"]: Wish("sales"), LINES["fxo1"]: Wish("service")}
    return found | {number: Wish("sales") for _, number in LATER}


def _read(office: Office, since: datetime) -> tuple[list[Entry], list[CallRecord]]:
    with contextlib.closing(RecordReader(office.box.options.records)) as reader:
        entries = list(reader.entries(since, datetime.now(UTC)))
        return entries, [row.record for row in reader.calls(limit=100)]


def test_twenty_callers_are_answered_in_the_order_of_the_rules(office: Office, sipp: Sipp) -> None:
    since = datetime.now(UTC)
    with ExitStack() as stack:
        _set_up(office, sipp, stack)
        _first_callers(office, sipp)
        for agent in ("13", "11", "14", "12"):
            office.agent_at_work(agent, f"2{int(agent) - 10:02}")
        wait_for(lambda: len(office.all_records()) == 16, 2 * PATIENT, "sixteen callers are served")
        wait_for(lambda: all(one.state == "waiting" for one in office.live().agents), PATIENT, "all are free")
        _later_callers(office, sipp)
        _killed(office)
        sipp.callers([(FIRST[0], "12025550201")])
        wait_for(lambda: len(office.all_records()) == 21, PATIENT, "a caller after the restart is served")
    entries, records = _read(office, since)
    assert len(records) == 21 and {record.outcome for record in records} == {"answered"}
    assert {(record.trunk or "").partition("/")[0] for record in records} == {"gsm1", "fxo1", "gate"}
    restart = next(n for n, entry in enumerate(entries) if entry.kind is EntryKind.BOX_STARTED)
    rules = Rules(QUEUES, AGENTS, _wishes())
    rules.read(entries[:restart])
    _check_order(rules)
    _check_by_hand(rules, entries[:restart])
    last = [entry.data for entry in entries[restart:] if entry.kind is EntryKind.ROUTED][-1]
    assert (last["rule"], last["agents"]) == ("last_agent", _first_answers(rules)[FIRST[0]])


def _check_order(rules: Rules) -> None:
    assert len(rules.decided) == 20
    for predicted, told in zip(rules.decided, rules.told, strict=True):
        assert told == predicted
    decisions = [(one.caller, one.agent) for one in rules.told]
    assert sorted(rules.answered) == sorted(decisions), "who was asked has answered"


def _check_by_hand(rules: Rules, entries: list[Entry]) -> None:
    """What anybody can see without the rules written down: who comes first, and where skills are needed."""
    urgent = [number for number, want in zip(FIRST, WANTS, strict=True) if want == "4"]
    assert rules.told[0].caller == urgent[0], "who counts as having waited longer is first"
    assert rules.told[0].agent == "13", "the only one who is there by then"
    asked = {one.caller: one for one in rules.told[:16]}
    spanish = [number for number, want in zip(FIRST, WANTS, strict=True) if want == "3"]
    assert {asked[number].agent for number in spanish} == {"11"}
    service = {entry.data["queue"] for entry in entries if entry.kind is EntryKind.QUEUE_LEFT}
    assert service == {"service"} and len(rules.overflowed) == 3, "six wanted service; three may wait for it"
    assert [one.rule for one in rules.told[18:]] == ["last_agent", "last_agent"], "they were here before"
    assert _first_answers(rules)[LATER[2][1]] == rules.told[18].agent


def _first_answers(rules: Rules) -> Mapping[str, str]:
    return {one.caller: one.agent for one in rules.told[:16]}
