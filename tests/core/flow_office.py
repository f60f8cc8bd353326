"""An office whose callers walk a few nodes, and short words to look at them."""

from __future__ import annotations

from appliance.contract.flow import AnyNode, FlowPlan, HangupNode, PromptNode
from appliance.contract.journal import EntryKind
from appliance.contract.media import Speech
from appliance.contract.services import Services
from tests.core.fakes import FakeTrunk
from tests.core.office import Office
from tests.core.plans import said

BYE = HangupNode(said=said("Bye."))


def office_of(services: Services | None = None, **nodes: AnyNode) -> Office:
    """An office whose callers enter the first of these nodes; "bye" is always there."""
    office = Office(services=services)
    office.change(flows={"main": FlowPlan("main", next(iter(nodes)), {"bye": BYE, **nodes})})
    return office


def rings(office: Office, trunk: str = "gsm1", number: str | None = "+14155550100") -> FakeTrunk:
    line = office.trunks[trunk]
    line.ring(number)
    office.wait(0.5)
    return line


def words(office: Office, line: FakeTrunk) -> str:
    heard = office.hears(line.port)
    return (
        " ".join(part.text for part in heard if isinstance(part, Speech)) if isinstance(heard, tuple) else ""
    )


def path(office: Office) -> list[tuple[object, object]]:
    return [(entry.data["node"], entry.data["reason"]) for entry in office.entries(EntryKind.FLOW_ENTERED)]


def keyed(office: Office, line: FakeTrunk, keys: str) -> None:
    for key in keys:
        line.key(key)
    office.pump()


TELL = PromptNode(said=said("It is {order}."), exits={"next": "bye"})
