"""A floor of campaigns for the pages: it shows what a test gives it, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from appliance.contract.campaign_look import CampaignLook, CheckLook, DispositionLook, LeadLook
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

    def tell(self, campaign: str, do: str, who: str) -> None:
        if do == "start" and not self.check.starts:
            lacks = {one[0]: " ".join(one[1:]) for one in self.check.missing}
            raise ControlError("Something is missing.", "refused", lacks)
        self.asked.append((do, campaign, who))

    def checking(self, campaign: str) -> Callable[[], CheckLook]:
        return lambda: self.check

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
