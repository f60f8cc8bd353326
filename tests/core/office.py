"""An office for tests: two outside lines of each kind, four handsets, four agents, one queue, one menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from appliance.contract.clock import SteppedClock
from appliance.contract.events import Tone, ToneHeard
from appliance.contract.flow import FlowPlan
from appliance.contract.ids import PortId
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.contract.media import CallTone, Prompt, Speech
from appliance.contract.plan import AgentPlan, Choice, HandsetPlan, Plan, QueuePlan, TrunkPlan
from appliance.contract.services import Services
from appliance.contract.trunk import TrunkCapabilities
from appliance.core.records import rebuild
from appliance.core.system import System
from tests.core.fake_media import FakeMedia, PostOffice
from tests.core.fakes import FXO, GSM, FakeHandset, FakeJournal, FakePins, FakeTrunk
from tests.core.plans import HANG_UP, menu_plan

WELCOME: Prompt = (Speech("Welcome."),)
MENU: Prompt = (Speech("Press 1 for sales."),)
INVALID: Prompt = (Speech("That is no choice."),)
GOODBYE: Prompt = (Speech("Goodbye."),)
CLOSED: Prompt = (Speech("We are closed."),)
QUEUE_WELCOME: Prompt = (Speech("Please wait."),)
NOTICE: Prompt = (Speech("This call is recorded."),)


CHOICES = {"1": Choice("queue", "sales"), "2": Choice("agent", "12"), "9": Choice("repeat")}


def make_menu(choices: Mapping[str, Choice] = CHOICES, fallback: Choice = HANG_UP) -> FlowPlan:
    """The office's menu."""
    return menu_plan(WELCOME, MENU, choices, invalid=INVALID, fallback=fallback, goodbye=GOODBYE)


def make_plan() -> Plan:
    """The office's settings."""
    flow = make_menu()
    queue = QueuePlan("sales", "Sales", welcome=QUEUE_WELCOME)
    names = ("gsm1", "gsm2", "fxo1", "fxo2")
    handsets = ("201", "202", "203", "204")
    agents = ("11", "12", "13", "14")
    return Plan(
        country="US",
        trunks={name: TrunkPlan(name, name, "main", closed=CLOSED) for name in names},
        handsets={name: HandsetPlan(name, f"Desk {name}") for name in handsets},
        agents={
            agent: AgentPlan(agent, f"Agent {agent}", f"hash:{agent}00", handset, ("sales",))
            for agent, handset in zip(agents, handsets, strict=True)
        },
        queues={"sales": queue},
        flows={"main": flow},
        trunk_groups={"outside": names},
    )


class Office:
    """A `System` with all its fakes, and short words for what people do."""

    MEDIA = FakeMedia

    def __init__(
        self,
        plan: Plan | None = None,
        handsets: int = 4,
        trunks: str = "gsm1 gsm2 fxo1 fxo2",
        services: Services | None = None,
    ) -> None:
        self.clock = SteppedClock()
        self.post = PostOffice()
        self.media = self.MEDIA(self.clock, self.post)
        self.journal = FakeJournal()
        self.pins = FakePins()
        self.records: list[CallRecord] = []
        self.changes = 0
        self.plan = plan or make_plan()
        self.system = System(
            self.clock,
            self.media,
            self.journal,
            self.pins.check,
            self._changed,
            self.records.append,
            services,
        )
        self.post.sink = self.system.handle
        self.system.apply(self.plan)
        self.trunks = {name: self.add_trunk(name) for name in trunks.split()}
        self.handsets = {name: self.add_handset(name) for name in list(self.plan.handsets)[:handsets]}
        self.pump()

    def _changed(self) -> None:
        self.changes += 1

    def add_trunk(self, name: str, capabilities: TrunkCapabilities | None = None) -> FakeTrunk:
        kind = capabilities or (FXO if name.startswith("fxo") else GSM)
        trunk = FakeTrunk(name, self.post, self.media, kind)
        self.system.add_trunk(trunk)
        trunk.start()
        return trunk

    def add_handset(self, name: str) -> FakeHandset:
        handset = FakeHandset(name, self.post, self.media)
        self.system.add_handset(handset)
        handset.start()
        return handset

    # --------------------------------------------------------------- courses

    def pump(self) -> None:
        """Deliver all that is on its way."""
        self.post.deliver()

    def wait(self, seconds: float) -> None:
        """Let time pass, delivering what it brings."""
        self.pump()
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.clock.advance(min(0.25, end - self.clock.now()))
            self.pump()

    def change(self, **settings: object) -> None:
        """Apply the plan with some settings changed."""
        self.plan = replace(self.plan, **settings)  # type: ignore[arg-type]
        self.system.apply(self.plan)

    def change_queue(self, **settings: object) -> None:
        self.change(queues={"sales": replace(self.plan.queues["sales"], **settings)})  # type: ignore[arg-type]

    def log_in(self, *agents: str) -> None:
        """The agents sit down at their own handsets."""
        for agent in agents:
            self.system.set_agent_status(agent, "available", None, None, "page")
            self.pump()

    def caller_in_menu(self, trunk: str = "gsm1", number: str = "+14155550100") -> FakeTrunk:
        line = self.trunks[trunk]
        line.ring(number)
        self.wait(2.5)  # caller id, answer, greeting, menu
        return line

    def caller_in_queue(self, trunk: str = "gsm1", number: str = "+14155550100") -> FakeTrunk:
        line = self.caller_in_menu(trunk, number)
        line.key("1")
        self.pump()
        return line

    def talk(self, trunk: str = "gsm1", handset: str = "201") -> tuple[FakeTrunk, FakeHandset]:
        """A queue's caller and an agent who took the call."""
        line = self.caller_in_queue(trunk)
        phone = self.handsets[handset]
        phone.pick_up()
        self.pump()
        return line, phone

    def tone(self, port: PortId | None, tone: Tone) -> None:
        assert port is not None
        self.post.post(ToneHeard(port, tone))
        self.pump()

    # --------------------------------------------------------------- looking

    def kinds(self) -> list[str]:
        return [entry.kind.value for entry in self.journal.entries]

    def entries(self, kind: EntryKind) -> list[Entry]:
        return [entry for entry in self.journal.entries if entry.kind is kind]

    def record(self) -> CallRecord:
        """The one call that ended so far."""
        assert len(self.records) == 1, [record.outcome for record in self.records]
        return self.records[0]

    def connected(self, a: PortId | None, b: PortId | None) -> bool:
        return a is not None and b is not None and frozenset((a, b)) in self.media.pairs

    def audience(self, port: PortId | None) -> set[PortId]:
        """Whom the party at `port` hears: by a connection, or one way."""
        assert port is not None
        paired = {other for pair in self.media.pairs if port in pair for other in pair if other != port}
        return paired | {source for source, sink in self.media.feeds if sink == port}

    def state(self, agent: str) -> str:
        return next(live.state for live in self.system.live().agents if live.id == agent)

    def status(self, agent: str) -> str:
        return next(live.status for live in self.system.live().agents if live.id == agent)

    def hears(self, port: PortId | None) -> Prompt | CallTone | None:
        assert port is not None
        return self.media.hears(port)

    def check(self) -> None:
        """What is true at every moment."""
        assert self.system.faults == 0, "the core made an error"
        wrongs = [*self.media.wrongs]
        for trunk in self.trunks.values():
            wrongs += trunk.wrongs
        for handset in self.handsets.values():
            wrongs += handset.wrongs
        assert not wrongs
        rebuilt = rebuild(self.journal.entries)
        for record in self.records:
            assert rebuilt[record.call] == record
        ended = [entry.call for entry in self.entries(EntryKind.CALL_ENDED)]
        assert len(ended) == len(set(ended)) == len(self.records)

    def check_quiet(self) -> None:
        """Nothing goes on: every line on hook, nothing played, recorded or connected, no timer left."""
        self.check()
        assert not self.system.live().calls
        assert all(trunk.leg is None and not trunk.off_hook for trunk in self.trunks.values())
        assert all(not handset.legs for handset in self.handsets.values())
        assert not (self.media.pairs or self.media.feeds or self.media.plays or self.media.recordings)
        started = [entry.call for entry in self.entries(EntryKind.CALL_STARTED)]
        assert len(started) == len(self.records)
        assert self.clock.pending() == 0
