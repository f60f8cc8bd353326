"""Recorded calls that go through queues: the virtual caller takes the same way, from the record alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from appliance.config.defaults import defaults
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.cause import HangupCause
from appliance.contract.journal import EntryKind
from appliance.contract.plan import Plan, QueuePlan
from appliance.planning.rehearsal import rehearse
from appliance.planning.replay import path_of, script_of
from appliance.planning.script import read
from tests.core.office import Office

MAIN: dict[str, Any] = {
    "which": {"kind": "condition", "otherwise": "menu", "cases": [
        {"variable": "marketing", "value": "advert", "to": "help"}]},
    "menu": {"kind": "menu", "prompt": {"text": "One, two or three."}, "keys": {
        "1": {"to": "sales"}, "2": {"to": "help"}, "3": {"to": "number"}}},
    "number": {"kind": "digits", "variable": "order", "least": 2, "most": 6, "next": "sales",
               "prompt": {"text": "Number?"}},
    "sales": {"kind": "queue", "queue": "sales"},
    "help": {"kind": "queue", "queue": "help"},
}  # fmt: skip
AFTER: dict[str, Any] = {
    "sorry": {"kind": "prompt", "prompt": {"text": "Sorry."}, "next": "again"},
    "again": {"kind": "menu", "prompt": {"text": "Three for help."}, "seconds": 2, "tries": 1,
              "keys": {"3": {"to": "help"}}},
    "help": {"kind": "queue", "queue": "help"},
    "end": {"kind": "hangup"},
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    data = dump(defaults())
    after = {"kind": "flow", "target": "after"}
    data["flows"] = [
        {"name": "main", "label": "Main", "start": "which", "otherwise": "sales", "nodes": MAIN},
        {"name": "after", "label": "After", "start": "sorry", "otherwise": "end", "nodes": AFTER},
    ]
    data["queues"] = [
        {"name": "sales", "label": "Sales", "exits": {"9": after}, "overflow": after, "ring_seconds": 5,
         "maximum_wait_seconds": 60, "maximum_waiting": 2, "wrap_up_seconds": 0},
        {"name": "help", "label": "Help", "overflow": after, "maximum_wait_seconds": 60,
         "wrap_up_seconds": 0},
    ]  # fmt: skip
    data["agents"][0]["queues"] = ["sales", "help"]
    data["marketing"] = [{"name": "advert", "label": "Advert", "numbers": ["+12025550111"]}]
    return to_plan(load(data))


class Shop:
    """An office with those flows; the caller is on gsm1."""

    def __init__(self, plan: Plan, called: str | None = None, **sales: object) -> None:
        self.office = office = Office()
        queues: dict[str, QueuePlan] = dict(plan.queues)
        queues["sales"] = replace(queues["sales"], **sales)  # type: ignore[arg-type]
        people = {"handsets": plan.handsets, "agents": plan.agents, "marketing": plan.marketing}
        office.change(flows=plan.flows, queues=queues, **people)
        self._called = called
        self.line = office.trunks["gsm1"]

    def comes(self, key: str = "1") -> None:
        """The caller is in the menu, presses a key, and waits a moment."""
        if self._called is not None:
            self.line.ring("+14155550100", called=self._called)
            self.office.wait(2)
            return
        self.line.ring("+14155550100")
        self.office.wait(2)
        self.press(key)

    def press(self, key: str) -> None:
        self.line.key(key)
        self.office.wait(1)

    def again(self) -> list[str]:
        """The nodes of this call, once the virtual caller has taken the same way."""
        self.line.hang_up()
        self.office.wait(6)
        started = self.office.entries(EntryKind.CALL_STARTED)
        call = next(entry.call for entry in started if entry.data.get("trunk") == "gsm1")
        entries = [entry for entry in self.office.journal.entries if entry.call == call]
        path = path_of(entries)
        assert rehearse(self.office.plan, "main", script_of(entries)).path == path
        return [node for _, node in path]


def _key(shop: Shop) -> None:
    shop.comes()
    shop.office.wait(20)
    shop.press("9")


def _timeout(shop: Shop) -> None:
    shop.office.log_in("11")
    shop.office.handsets["201"].dial("202")
    shop.office.pump()
    shop.office.handsets["202"].pick_up()
    shop.comes()
    shop.office.wait(61)
    shop.press("3")
    shop.office.wait(5)


def _full(shop: Shop) -> None:
    for line in ("gsm2", "fxo1"):
        shop.office.caller_in_menu(line)
        shop.office.trunks[line].key("1")
        shop.office.wait(1)
    shop.comes()
    shop.office.wait(20)


def _served(shop: Shop) -> None:
    shop.office.log_in("11")
    shop.comes()
    shop.office.handsets["201"].pick_up()
    shop.office.wait(5)


def _key_while_others_ring(shop: Shop) -> None:
    """Nobody answers for a while; then the caller goes elsewhere, and is answered there."""
    shop.office.log_in("11")
    shop.comes()
    shop.office.wait(8)
    shop.press("9")
    shop.office.wait(1)
    shop.press("3")
    shop.office.wait(1)
    phone = shop.office.handsets["201"]
    if phone.ringing:
        phone.pick_up()
    shop.office.wait(5)


def _number_and_key(shop: Shop) -> None:
    """A number of fewer digits than it may have, and a key in the queue a moment later."""
    shop.comes("3")
    for key in "471#":
        shop.line.key(key)
    shop.office.wait(3)
    shop.press("9")


def _the_line_is_lost(shop: Shop) -> None:
    shop.comes()
    shop.line.hang_up(HangupCause.LINE_FAULT)


@pytest.mark.parametrize(
    ("goes", "nodes"),
    [
        (_key, "which menu sales sorry again"),
        (_timeout, "which menu sales sorry again help"),
        (_full, "which menu sales sorry again end"),
        (_served, "which menu sales"),
        (_key_while_others_ring, "which menu sales sorry again help"),
        (_number_and_key, "which menu number sales sorry again"),
        (_the_line_is_lost, "which menu sales"),
    ],
)
def test_the_way_through_queues(plan: Plan, goes: Callable[[Shop], None], nodes: str) -> None:
    shop = Shop(plan)
    goes(shop)
    assert shop.again() == nodes.split()


def test_where_nobody_is_there(plan: Plan) -> None:
    shop = Shop(plan, join="logged_in")
    shop.comes()
    shop.office.wait(5)
    assert shop.again() == ["which", "menu", "sales", "sorry", "again", "end"]


def test_where_the_last_one_goes(plan: Plan) -> None:
    shop = Shop(plan, join="logged_in", leave="logged_in")
    shop.office.log_in("11")
    shop.comes()
    shop.office.system.set_agent_status("11", "logged_out", None, None, "page")
    shop.office.wait(10)
    assert shop.again()[3:] == ["sorry", "again", "end"]


def test_where_everybody_has_a_break(plan: Plan) -> None:
    shop = Shop(plan, join="logged_in")
    shop.office.log_in("11")
    shop.office.system.set_agent_status("11", "on_break", None, None, "page")
    shop.comes()
    shop.office.wait(30)
    assert shop.again() == ["which", "menu", "sales"]


def test_the_number_that_was_dialled(plan: Plan) -> None:
    shop = Shop(plan, called="+12025550111")
    shop.comes()
    assert shop.again() == ["which", "help"]


def test_what_an_agent_does_with_the_call_is_not_the_callers_way(plan: Plan) -> None:
    shop = Shop(plan)
    shop.office.change(talk=replace(shop.office.plan.talk, numbers={"301": ("flow", "after")}))
    _served(shop)
    phone = shop.office.handsets["201"]
    phone.transfer("301", phone.talking[0])
    shop.office.wait(10)
    assert shop.office.entries(EntryKind.FLOW_ENTERED)[-1].data["flow"] == "after"
    assert shop.again() == ["which", "menu", "sales"]


def test_the_words_of_a_script() -> None:
    script = read("to +1 202 555 0111\nagent 11 busy\nagent 12 on_break\nenter 4*7#\nstay\nfrees 11")
    assert script.called == "+12025550111" and dict(script.agents) == {"11": "busy", "12": "on_break"}
    assert [(one.does, one.what) for one in script.actions] == [
        ("enter", "4*7#"),
        ("stay", ""),
        ("frees", "11"),
    ]
