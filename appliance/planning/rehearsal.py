"""The virtual caller: one script through the real core, and what would be heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from appliance.contract.clock import SteppedClock
from appliance.contract.flow import FlowPlan, GoNode, Grammar, HttpAnswer, HttpRequest
from appliance.contract.ids import CallId, PortId
from appliance.contract.journal import Entry, EntryKind
from appliance.contract.plan import Plan, TrunkPlan
from appliance.contract.services import Services
from appliance.core.live import LiveCall
from appliance.core.system import System
from appliance.planning.script import Action, Script
from appliance.planning.secretary import Secretary
from appliance.planning.stage import Desk, Notebook, OneContact, OutsideLine, Post, Silence

CALLER = "virtual-caller"
_OUTSIDE = "virtual-outside"
_STEP = 0.25
_LONGEST = 600.0  # seconds of the stepped clock without anything new
_LONGEST_WAIT = 7200.0  # seconds in a queue
_SOON = 5.0  # an agent who comes free is rung, and answers
_MOST_LINES = 1000
_MOST_STEPS = 20_000  # an hour and a half: seconds of work
_QUEUED = frozenset({"waiting", "offering"})
_IN_FLOW = frozenset({"ringing", "greeting", "menu"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `kind`: "node" (flow, node; `text` the exit that led there), "hears",
    "presses", "says", "waits", "hangs_up", "queue" (`text` its name), "rings" and "connected" (`text` who),
    "text" (`text` to whom and what: a message went out), "ended" (`text` the reason) or "unused" (`text` an
    action the script had left). `seconds` since the call began."""

    kind: str
    text: str
    seconds: float
    flow: str = ""
    node: str = ""


@dataclass(slots=True)
class Rehearsal:
    """A run. `lines` is all that happened, in order."""

    lines: list[Line] = field(default_factory=list)
    faults: int = 0  # errors of the core that were contained: a bug

    @property
    def path(self) -> list[tuple[str, str]]:
        """The nodes the caller went through: flow, node."""
        return [(line.flow, line.node) for line in self.lines if line.kind == "node"]

    @property
    def heard(self) -> list[str]:
        """What was said to the caller."""
        return [line.text for line in self.lines if line.kind == "hears"]

    @property
    def end(self) -> Line | None:
        """Where it ended: the queue, the party or the end of the call."""
        ends = ("queue", "connected", "ended")
        return next((line for line in reversed(self.lines) if line.kind in ends), None)


def rehearse(
    plan: Plan,
    flow: str,
    script: Script,
    zone: str = "UTC",
    grammar: Grammar | None = None,
    now: datetime | None = None,
) -> Rehearsal:
    """Let the script's caller into a flow of the plan, or in on the trunk it names. `zone` is where the box
    stands, `now` (aware) the time when the script tells none. SettingsError when the plan is not valid."""
    start = (
        script.at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if script.at else now or datetime.now(UTC)
    )
    return _Play(plan, flow, script, SteppedClock(start), grammar).run()


class _Play:
    def __init__(
        self, plan: Plan, flow: str, script: Script, clock: SteppedClock, grammar: Grammar | None
    ) -> None:
        self._script = script
        self._clock = clock
        self._done = Rehearsal()
        self._id: CallId | None = None
        self._steps = 0
        post = Post(clock)
        self._media = Silence(clock, post, self._hears)
        self._journal = Notebook()
        self._journal.noted = self._noted
        desk = Secretary(script.taken, script.texts_fail, lambda to, text: self._say("text", f"{to}: {text}"))
        contacts = OneContact(script.contact)
        services = Services(contacts=contacts, request=self._answer, texts=desk, appointments=desk)
        if grammar is not None:
            services = replace(services, grammar=grammar)
        self._system = System(clock, self._media, self._journal, _no_pins, _nothing, _ignore, services)
        post.sink = self._system.handle
        self._name = script.trunk if script.trunk in plan.trunks else CALLER
        self._waiting = [
            f"waiting {queue}/{place}"
            for queue, (_, count) in script.queues.items()
            if queue in plan.queues
            for place in range(min(count, plan.queues[queue].maximum_waiting or count))
        ]
        self._system.apply(self._staged(plan, flow))
        self._line = OutsideLine(self._name, post)
        for line in (self._line, OutsideLine(_OUTSIDE, post, script.outside)):
            self._system.add_trunk(line)
            line.start()
        self._others = [OutsideLine(name, post) for name in self._waiting]
        self._desks = self._sit(plan, post)

    def _staged(self, plan: Plan, flow: str) -> Plan:
        """The plan with the caller's own line, lines for those who wait, and one line to the outside."""
        own = plan.trunks.get(self._name) or TrunkPlan(CALLER, CALLER, flow)
        trunks, flows = {self._name: own}, dict(plan.flows)
        for name in self._waiting:
            queue = name.removeprefix("waiting ").rpartition("/")[0]
            flows[name] = FlowPlan(name, "queue", {"queue": GoNode(kind="queue", target=queue)})
            trunks[name] = TrunkPlan(name, name, name)
        groups: dict[str, tuple[str, ...]] = {group: (_OUTSIDE,) for group in plan.trunk_groups}
        # Who sits at a telephone outside answers here like everybody: the caller's way is the same.
        agents = {name: replace(agent, outside=None) for name, agent in plan.agents.items()}
        return replace(plan, trunks=trunks, flows=flows, trunk_groups=groups, agents=agents, record=False)

    def _sit(self, plan: Plan, post: Post) -> dict[str, Desk]:
        """Handsets, and at them those agents of whom the script says that they are there; by agent."""
        manners = dict(self._script.agents)
        for queue, (free, _) in self._script.queues.items():
            for one in [agent for agent in plan.agents.values() if queue in agent.queues][:free]:
                manners.setdefault(one.id, "free")
        seats = {
            plan.agents[agent].handset or f"seat {agent}": agent for agent in manners if agent in plan.agents
        }
        desks = {name: Desk(name, post, manners.get(seats.get(name, ""), "free")) for name in plan.handsets}
        desks |= {seat: Desk(seat, post, manners[agent]) for seat, agent in seats.items()}
        for desk in desks.values():
            self._system.add_handset(desk)
            desk.start()
        self._clock.advance(0.0)
        for seat, agent in seats.items():
            if manners[agent] != "away":
                self._system.set_agent_status(agent, "available", None, seat, "page")
            if manners[agent] == "on_break":
                self._system.set_agent_status(agent, "on_break", None, seat, "page")
        return {agent: desks[seat] for seat, agent in seats.items()}

    # ----------------------------------------------------------------------- run

    def run(self) -> Rehearsal:
        for other in self._others:
            self._system.add_trunk(other)
            other.start()
            other.call_in(None)
            self._clock.advance(2.0)
        self._began = self._clock.now()
        self._line.call_in(self._script.number, self._script.called)
        self._clock.advance(0.5)
        for place, action in enumerate(self._script.actions):
            self._until(partial(self._ready, action))
            if self._over():
                for left in self._script.actions[place:]:
                    self._say("unused", f"{left.does} {left.what}".strip())
                break
            self._do(action)
        self._until(lambda: not self._in_flow())
        if self._in_flow():  # ten minutes of the same: nobody listens to that any longer
            self._do(Action("hang_up"))
        self._until(self._settled, 60.0)
        self._done.faults = self._system.faults
        return self._done

    def _ready(self, action: Action) -> bool:
        """Is it time for it? Who hangs up at a node ("hang_up", number of nodes) waits for no question."""
        if not self._in_flow() or action.does == "interrupt":
            return True
        if action.does in ("stay", "frees"):
            return False
        if action.does == "hang_up" and action.what:
            return len(self._done.path) >= int(action.what)
        return self._asked()

    def _do(self, action: Action) -> None:
        if action.does in ("press", "enter", "interrupt"):
            self._press(action.what, whole=action.does == "enter")
        elif action.does == "say":
            self._say("says", action.what)
            self._system.said(self._line.name, action.what)
            self._clock.advance(0.05)
        elif action.does == "wait":
            self._say("waits", "")
            self._until(lambda: not self._asked())
        elif action.does == "stay":
            self._say("waits", "")
            self._until(lambda: self._stage() not in _QUEUED, _LONGEST_WAIT)
        elif action.does == "frees":
            if action.what in self._desks:
                self._desks[action.what].free()
            self._until(lambda: self._stage() not in _QUEUED, _SOON)
        else:
            self._say("hangs_up", "")
            self._line.hang_up()
            self._clock.advance(0.05)

    def _press(self, keys: str, whole: bool) -> None:
        """Press keys; when they are all of the answer, wait until the question has been dealt with."""
        self._say("presses", keys)
        nodes, asked = len(self._done.path), self._asked()
        for key in keys:
            self._line.key(key)
            self._clock.advance(0.05)
        if whole and asked:
            self._until(lambda: not self._asked() or len(self._done.path) > nodes)

    def _until(self, what: Callable[[], bool], most: float = _LONGEST) -> None:
        end = self._clock.now() + most
        while not what() and self._clock.now() < end and len(self._done.lines) < _MOST_LINES:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                return
            self._clock.advance(_STEP if most <= _LONGEST else 1.0)

    # --------------------------------------------------------------------- looks

    def _call(self) -> LiveCall | None:
        return next((call for call in self._system.live().calls if call.trunk == self._name), None)

    def _stage(self) -> str:
        call = self._call()
        return call.stage if call is not None else ""

    def _over(self) -> bool:
        return self._call() is None

    def _in_flow(self) -> bool:
        return self._stage() in _IN_FLOW or self._stage() == "dialling"

    def _asked(self) -> bool:
        """Does the box wait for keys now?"""
        return self._stage() == "menu" and not self._media.hears(self._line.port)

    def _settled(self) -> bool:
        return self._stage() not in ("offering", "dialling")

    # -------------------------------------------------------------------- events

    def _say(self, kind: str, text: str, flow: str = "", node: str = "") -> None:
        seconds = round(self._clock.now() - self._began, 1)
        self._done.lines.append(Line(kind, text, seconds, flow, node))

    def _hears(self, port: PortId, text: str) -> None:
        if port == self._line.port:
            self._say("hears", text)

    def _noted(self, entry: Entry) -> None:
        if entry.kind is EntryKind.CALL_STARTED and entry.data.get("trunk") == self._name:
            self._id = entry.call
            self._system.know(str(entry.call), self._script.variables)
        told = _TOLD.get(entry.kind)
        if told is None or self._id is None or entry.call != self._id:
            return
        kind, key = told
        text = str(entry.data.get(key) or entry.data.get("handset") or "")
        self._say(kind, text, str(entry.data.get("flow", "")), str(entry.data.get("node", "")))

    def _answer(
        self, request: HttpRequest, paths: tuple[str, ...], answer: Callable[[HttpAnswer], None]
    ) -> None:
        answers = self._script.answers
        if answers is None:
            answer(HttpAnswer(problem="The script lets it fail."))
        else:
            answer(HttpAnswer({path: answers.get(path, "") for path in paths}))


#: Journal entry -> kind of line, and the key of its text.
_TOLD: Mapping[EntryKind, tuple[str, str]] = {
    EntryKind.FLOW_ENTERED: ("node", "reason"),
    EntryKind.QUEUE_ENTERED: ("queue", "queue"),
    EntryKind.OFFERED: ("rings", "agent"),
    EntryKind.CONNECTED: ("connected", "agent"),
    EntryKind.CALL_ENDED: ("ended", "reason"),
}


def _no_pins(hashed: str, pin: str, answer: Callable[[bool], None]) -> None:
    answer(False)


def _nothing() -> None:
    return None


def _ignore(record: object) -> None:
    return None
