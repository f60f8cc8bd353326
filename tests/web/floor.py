"""A floor of campaigns for the pages: it shows what a test gives it, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from appliance.contract.campaign_look import CampaignLook, CheckLook, DispositionLook, LeadLook, RehearsalLook
from appliance.contract.errors import CallboxError, ControlError

LEAD = LeadLook(
    agent="11",
    campaign="renewals",
    label="Renewals",
    method="preview",
    stage="preview",
    seconds=4.0,
    number="+14155550134",
    lead=7,
    list="a" * 32,
    name="Ada <Lovelace>",
    phones=(("+14155550134", "mobile", ""), ("+14155550135", "home", "invalid")),
    fields={"contract": "A-17", "ends_on": "2026-12-31"},
    ask=("contract", "ends_on", "promised"),
    tries=1,
    attempt=None,
    script="Good day {name}, your contract {contract}.\n> Yes -> thanks\n\n# thanks\nThank you, {unknown}.",
    dispositions=(
        DispositionLook("1", "Renewed", "done", True),
        DispositionLook("2", "Call back later", "callback"),
        DispositionLook("12", "Wrong person"),
    ),
    required=True,
)

REHEARSAL = RehearsalLook(
    campaign="renewals",
    method="predictive",
    agents=2,
    lines=1,
    people=400,
    seconds=3600,
    dials=80,
    per_hour=80.0,
    persons=20,
    joined=19,
    dropped=1,
    drop_percent=5.0,
    limit_percent=3.0,
    talking_percent=61.4,
    finish_hours=5.0,
    bins=((10, 4, 3), (70, 16, 16)),
    events=((0.0, "dialled", "1", "gsm1"), (14.4, "joined", "1", "gsm1"), (62.0, "over_busy", "2", "gsm1")),
)


def running(state: str = "running", **more: Any) -> CampaignLook:
    """A campaign at work."""
    return CampaignLook("renewals", "Renewals", "preview", state, **more)


class FakeFloor:
    """As `control.dialer.DialAccess`."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.lead: LeadLook | None = None
        self.check = CheckLook(
            "renewals", True, leads=3, allowed=3, hours=0.5, lines=("gsm1",), agents=("11",)
        )
        self.rehearsal = REHEARSAL

    def tell(self, campaign: str, do: str, who: str) -> None:
        if do == "start" and not self.check.starts:
            lacks = {one[0]: " ".join(one[1:]) for one in self.check.missing}
            raise ControlError("Something is missing.", "refused", lacks)
        self.asked.append((do, campaign, who))

    def checking(self, campaign: str) -> Callable[[], CheckLook]:
        return lambda: self.check

    def rehearse(self, look: CheckLook, agents: int) -> Mapping[str, Any]:
        if not agents:
            raise ControlError("The campaign cannot start.", "refused", {"agents": "sales"})
        self.asked.append(("rehearse", look.campaign, agents))
        return asdict(replace(self.rehearsal, agents=agents))

    def present(self, agent: str) -> LeadLook | None:
        self.asked.append(("present", agent))
        return self.lead

    def preview(self, agent: str, campaign: str) -> None:
        self.asked.append(("next", agent, campaign))

    def skip(self, agent: str, reason: str) -> None:
        self.asked.append(("skip", agent, reason))

    def dial(self, agent: str, phone: int | None) -> None:
        self.asked.append(("dial", agent, phone))

    def dial_by_hand(self, agent: str, campaign: str, number: str) -> None:
        if not number.startswith("+"):
            raise CallboxError("This is not a whole telephone number.")
        self.asked.append(("hand", agent, campaign, number))

    def dispose(self, agent: str, code: str, said: Mapping[str, Any]) -> None:
        self.asked.append(("said", agent, code, dict(said)))
