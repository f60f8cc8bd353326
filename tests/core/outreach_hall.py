"""A campaign's calls as its floor hands them over: dialled on a line, answered, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.dialling import Callee, Consent, CountryRules, Hours, Law, Limits, Matter
from appliance.contract.events import BeepHeard
from appliance.contract.flow import AnyNode, FlowPlan
from appliance.contract.ids import dial_string
from appliance.contract.journal import EntryKind
from appliance.contract.leads import Lead, Phone
from appliance.contract.media import Prompt, Speech
from appliance.contract.outreach import OutreachPlan
from appliance.contract.services import Services
from appliance.core.call.call import Call, Direction, Purpose
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.outreach.desk import Outreach
from appliance.core.outreach.dialed import Dialed, Ended
from tests.core.fakes import FakeTrunk
from tests.core.flow_office import BYE
from tests.core.office import Office

NUMBER = "+14155550100"
OURS = "+12125550199"
RULES = CountryRules(
    country="US",
    hours={matter: Hours(()) for matter in Matter},
    consent=dict.fromkeys(Matter, Consent.NONE),
    business=dict.fromkeys(Matter, Consent.NONE),
    recorded=Consent.WRITTEN,
)
SINCE = datetime.fromisoformat("2026-01-01T00:00+00:00")


def lead(consent: Consent = Consent.NONE, language: str | None = None, **fields: str) -> Lead:
    callee = Callee(consent, SINCE if consent > Consent.NONE else None)
    phones = (Phone(NUMBER),)
    return Lead(7, "list", phones, name="Ana Lima", callee=callee, language=language, fields=fields)


def campaign(method: DialMethod = DialMethod.PREDICTIVE, **talk: object) -> CampaignPlan:
    own = OutreachPlan(**{"company": "Acme", **talk})  # type: ignore[arg-type]
    return CampaignPlan(
        name="spring",
        label="Spring",
        matter=Matter.SALES,
        method=method,
        lists={"list": 1},
        limits=Limits(frozenset({"US"})),
        queue="sales",
        trunk_group="outside",
        caller_id=OURS,
        outreach=own,
    )


class Hall(Office):
    """An office with one campaign; the test is its floor."""

    def __init__(
        self, plan: CampaignPlan, nodes: Mapping[str, AnyNode] | None = None, services: Services | None = None
    ) -> None:
        super().__init__(services=services)
        flows = {**self.plan.flows}
        if nodes:
            flows["spring"] = FlowPlan("spring", next(iter(nodes)), {"bye": BYE, **nodes})
        self.campaign = plan
        self.change(flows=flows, campaigns={plan.name: plan})
        self.outreach: Outreach = self.system._routing.outreach
        self.outreach.law = Law({"US": RULES})
        self.ended: list[Ended] = []
        self.dropped: list[float] = []

    def answered(self, who: Lead | None = None, trunk: str = "gsm1") -> Dialed:
        """Dial, and let the far end answer now."""
        kernel, line = self.system._kernel, self.trunks[trunk]
        call = Call(kernel, Direction.OUTBOUND, purpose=Purpose.CAMPAIGN)
        legs: list[Leg] = []

        def dial() -> None:
            call.start(number=NUMBER)
            legs.append(call.add_leg(kernel.trunks[trunk], LegState.CALLING, Role.FAR_END, number=NUMBER))
            kernel.trunks[trunk].dial(legs[0].id, dial_string(NUMBER))

        kernel.run(dial)
        line.picked_up()
        self.pump()
        assert legs[0].ready
        return Dialed(call, legs[0], self.campaign, NUMBER, who, self.ended.append, self._dropped)

    def _dropped(self) -> None:
        self.dropped.append(self.clock.now())

    def goes_on(self, dialed: Dialed) -> bool:
        return dialed.call.open

    def line(self, dialed: Dialed) -> FakeTrunk:
        return self.trunks[dialed.party.line.name]

    def heard(self, dialed: Dialed) -> str:
        """What the called person hears at this moment."""
        port = dialed.party.port
        playing = () if port is None else self.hears(port) or ()
        return _text(playing) if isinstance(playing, tuple) else str(playing)

    def said(self) -> list[str]:
        """All that was said to anybody."""
        return [_text(what) for _, what in self.media.said if isinstance(what, tuple)]

    def beeps(self, dialed: Dialed) -> None:
        assert dialed.party.port is not None
        self.post.post(BeepHeard(dialed.party.port, 3.0, 0.1))
        self.pump()

    def keys(self, dialed: Dialed, keys: str) -> None:
        for key in keys:
            self.line(dialed).key(key)
            self.pump()

    def blocked(self) -> list[tuple[object, object, object]]:
        """The do-not-call entries that were written: number, kind, why."""
        entries = self.entries(EntryKind.DNC_ADDED)
        return [(entry.data["entry"], entry.data["kind"], entry.data["why"]) for entry in entries]

    def over(self) -> Ended:
        """What came of the one call; nothing of it is left."""
        self.wait(70)
        self.check_quiet()
        (ended,) = self.ended
        assert not self.outreach._talks
        return ended


def with_talk(plan: CampaignPlan, **talk: object) -> CampaignPlan:
    return replace(plan, outreach=replace(plan.outreach, **talk))  # type: ignore[arg-type]


def _text(prompt: Prompt) -> str:
    return " ".join(part.text for part in prompt if isinstance(part, Speech))
