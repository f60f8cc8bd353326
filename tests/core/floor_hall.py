"""A floor for tests: an office whose campaign calls leads kept in memory, on a stepped clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from appliance.contract.answering import AnsweredBy
from appliance.contract.campaign_look import CampaignLook, LeadLook
from appliance.contract.campaigns import CampaignPlan, DialMethod, DispositionPlan, WorkPlan
from appliance.contract.dialling import Consent, CountryRules, History, Hours, Law, Limits, Matter
from appliance.contract.events import AnswerHeard, Stage
from appliance.contract.journal import Entry, EntryKind
from appliance.contract.leads import Answer, Candidate, Dial, Known, Lead, LeadState, Outcome, Phone, Wanted
from appliance.contract.outreach import OutreachPlan
from appliance.contract.services import Services
from appliance.core.dialer.place import place_of
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import Office, make_plan

OURS = "+12125550199"
ALWAYS = Hours(tuple((day, time(0), time(23, 59, 59)) for day in range(7)), holidays=True)
_NOTHING = dict.fromkeys(Matter, Consent.NONE)
RULES = CountryRules("US", dict.fromkeys(Matter, ALWAYS), _NOTHING, _NOTHING, Consent.NONE)
SAID = (
    DispositionPlan("1", "Sale", success=True),
    DispositionPlan("2", "Call back later", "callback"),
    DispositionPlan("3", "Not interested", "refused"),
    DispositionPlan("4", "Never again", "never"),
)


def lead(number: int, **more: Any) -> Lead:
    """Lead `number`; its telephone number ends in it."""
    phone = f"+1212555{number:04d}"
    return Lead(number, "a", (Phone(phone, "mobile"),), place=place_of(phone), name=f"Lead {number}", **more)


class MemoryShelf:
    """Leads in memory, kept by the journal's entries as the store does."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self.leads: dict[int, Lead] = {}
        self.states: dict[str, str] = {}
        self.past: list[Dial] = []
        self.law: Law | None = Law({"US": RULES})
        self.history: dict[str, History] = {}
        self.wall = wall

    def keep(self, entry: Entry) -> None:
        """What an entry makes of the leads."""
        data, number = entry.data, entry.data.get("lead")
        one = self.leads.get(int(str(number))) if number is not None else None
        if entry.kind is EntryKind.CAMPAIGN_SET:
            self.states[str(data["campaign"])] = str(data["state"])
        elif one is not None and entry.kind is EntryKind.ATTEMPT_BEGUN:
            self.leads[one.id] = replace(one, state=LeadState.DIALLING, tries=one.tries + 1)
            known = self.history.get(one.phone.number, History())
            self.history[one.phone.number] = replace(known, number=(entry.at, *known.number))
        elif one is not None and entry.kind in (EntryKind.ATTEMPT_ENDED, EntryKind.LEAD_SET):
            due = data.get("due")
            agent = data.get("agent")
            undone = data.get("outcome") == Outcome.NOT_DIALLED
            if undone:
                known = self.history[one.phone.number]
                self.history[one.phone.number] = replace(known, number=known.number[1:])
            self.leads[one.id] = replace(
                one,
                tries=one.tries - undone,
                state=LeadState(str(data.get("state"))),
                due=datetime.fromisoformat(str(due)) if due is not None else None,
                agent=str(agent) if agent is not None else one.agent,
                own=bool(data.get("own")),
            )

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        good = [one for one in self.leads.values() if one.id not in wanted.but and wanted.open(one.place)]
        rank = {LeadState.CALLBACK: 0, LeadState.RETRY: 1, LeadState.FRESH: 2}
        good = [one for one in good if one.state in rank and (one.due is None or one.due <= wanted.at)]
        good.sort(key=lambda one: (rank[one.state], one.id))
        answer([self._candidate(one, wanted.at) for one in good][: wanted.most])

    def _candidate(self, one: Lead, at: datetime) -> Candidate:
        return Candidate(one, self.history.get(one.phone.number, History()), (), at)

    def law_now(self, answer: Callable[[Law | None], None]) -> None:
        answer(self.law)

    def known(self, number: str, lead: int | None, answer: Callable[[Known | None], None]) -> None:
        answer(Known(self.history.get(number, History()), (), self.wall()))

    def dials(self, campaign: str, since: datetime, answer: Callable[[Sequence[Dial] | None], None]) -> None:
        answer(self.past)

    def counts(self, answer: Callable[[Mapping[tuple[str, str], int] | None], None]) -> None:
        found: dict[tuple[str, str], int] = {}
        for one in self.leads.values():
            key = one.list, one.state.value
            found[key] = found.get(key, 0) + 1
        answer(found)

    def told(self, answer: Callable[[Mapping[str, str] | None], None]) -> None:
        answer(self.states)

    def everyone(self, lists: Sequence[str], at: datetime) -> Iterable[Candidate]:
        return [self._candidate(one, at) for one in self.leads.values() if one.state is not LeadState.DONE]


class FloorHall(Office):
    """The office, with six lines that see the answer, and one campaign."""

    LINES = "gsm1 gsm2 gsm3 gsm4 gsm5 gsm6"

    def __init__(self, leads: int = 20, method: DialMethod = DialMethod.PROGRESSIVE, **more: Any) -> None:
        self.trusted = True
        shelf = MemoryShelf(lambda: self.clock.wall())
        self.shelf = shelf
        shelf.leads = {number: lead(number) for number in range(1, leads + 1)}
        work = more.pop("work", WorkPlan(dispositions=SAID, required=False))
        self.campaign = CampaignPlan(
            "spring",
            "Spring",
            Matter.SALES,
            method,
            {"a": 1},
            Limits(frozenset({"US"})),
            queue="sales",
            trunk_group="outside",
            caller_id=more.pop("caller_id", OURS),
            outreach=more.pop("outreach", OutreachPlan(company="Acme")),
            work=work,
            **more,
        )
        names = tuple(self.LINES.split())
        plan = make_plan()
        trunks = {name: replace(plan.trunks["gsm1"], name=name, label=name) for name in names}
        plan = replace(
            plan, trunks=trunks, trunk_groups={"outside": names}, campaigns={"spring": self.campaign}
        )
        services = Services(leads=shelf, clock_trusted=lambda: self.trusted)
        super().__init__(plan, trunks=self.LINES, services=services)
        self.journal.kept = shelf.keep
        self.floor = self.system.floor
        self.floor.restore()

    def start(self, *agents: str) -> None:
        """Agents come, the campaign runs, and they take the line."""
        self.log_in(*agents)
        self.floor.tell("spring", "start", "admin")
        self.pump()
        self.take_lines()

    def take_lines(self) -> None:
        """Every handset that rings is picked up."""
        for handset in self.handsets.values():
            if handset.ringing is not None:
                handset.pick_up()
                self.pump()

    def out(self) -> list[FakeTrunk]:
        """Lines on which somebody is called."""
        return [line for line in self.trunks.values() if line.leg is not None]

    def rings(self, line: FakeTrunk) -> None:
        line.progress(Stage.RINGING)
        self.pump()

    def answers(self, line: FakeTrunk) -> None:
        """The called person picks up."""
        line.picked_up()
        self.pump()

    def hears(self, port: Any) -> Any:
        return super().hears(port)

    def told(self, line: FakeTrunk, kind: AnsweredBy, quiet: float = 0.2) -> None:
        """The media knows who answered."""
        assert line.port is not None
        self.post.post(AnswerHeard(line.port, kind, 0.9, 1.0, "by its sound", quiet))
        self.pump()

    def gone(self, line: FakeTrunk) -> None:
        line.hang_up()
        self.pump()

    def look(self) -> CampaignLook:
        return self.system.live().campaigns[0]

    def before(self, agent: str) -> LeadLook:
        found = self.floor.present(agent)
        assert found is not None
        return found

    def phone(self, agent: str) -> FakeHandset:
        return self.handsets[self.plan.agents[agent].handset or ""]

    def port(self, agent: str) -> Any:
        phone = self.phone(agent)
        (leg,) = phone.talking
        return phone.legs[leg].port

    def together(self, agent: str, line: FakeTrunk) -> bool:
        """Do they hear each other?"""
        return bool(self.phone(agent).talking) and self.connected(self.port(agent), line.port)

    def ended(self) -> list[tuple[str, str]]:
        """Outcomes and agents of the attempts that ended."""
        found = self.entries(EntryKind.ATTEMPT_ENDED)
        return [(str(one.data["outcome"]), str(one.data.get("agent", ""))) for one in found]


MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
