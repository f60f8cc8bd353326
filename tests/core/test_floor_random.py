"""Whatever happens on the floor, in whatever order: no lead is dialled twice at once, no line without the
gate's word, never the last free line, and every attempt comes to an end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.contract.campaigns import DialMethod
from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.events import HandsetStatus, TrunkState
from appliance.contract.journal import EntryKind, JsonValue
from appliance.contract.leads import LeadState, Outcome
from tests.core.floor_hall import FloorHall

AGENTS = ("11", "12", "13")
CAUSES = (
    HangupCause.USER_BUSY,
    HangupCause.NORMAL_CLEARING,
    HangupCause.CALL_REJECTED,
    HangupCause.LINE_FAULT,
)
METHODS = (DialMethod.PROGRESSIVE, DialMethod.POWER, DialMethod.PREDICTIVE, DialMethod.PREVIEW)


class Storm:
    """Random things happen to a hall."""

    def __init__(self, seed: int, method: DialMethod) -> None:
        self.chance = random.Random(seed)
        machines = self.chance.choice([None, AnswerWish.BALANCED])
        limit = 0.0 if method in (DialMethod.PROGRESSIVE, DialMethod.PREVIEW) else 0.03
        self.hall = FloorHall(leads=40, method=method, machines=machines, drop_limit=limit)
        self.hall.log_in(*AGENTS)
        self.hall.floor.tell("spring", "start", "admin")
        self.hall.pump()
        self.done: list[str] = []

    def step(self) -> None:
        action: Callable[[], None] = self.chance.choice(
            [
                self.pick_up, self.pick_up, self.answer, self.answer, self.tell, self.hang_up, self.hang_up,
                self.agent_hangs_up, self.wait, self.wait, self.status, self.unplug, self.caller, self.order,
                self.dial, self.dispose, self.refuse, self.glare, self.move,
            ]
        )  # fmt: skip
        self.done.append(action.__name__)
        action()
        self.hall.pump()
        self.look()

    def pick_up(self) -> None:
        self.hall.take_lines()

    def answer(self) -> None:
        out = [one for one in self.hall.out() if one.port is None and one.dialled]
        if out:
            self.chance.choice(out).picked_up()

    def tell(self) -> None:
        out = [one for one in self.hall.out() if one.port is not None]
        if out:
            self.hall.told(self.chance.choice(out), self.chance.choice(list(AnsweredBy)))

    def hang_up(self) -> None:
        if self.hall.out():
            self.chance.choice(self.hall.out()).hang_up(self.chance.choice(CAUSES))

    def agent_hangs_up(self) -> None:
        phone = self.chance.choice(list(self.hall.handsets.values()))
        if phone.talking:
            phone._end(self.chance.choice(phone.talking), HangupCause.NORMAL_CLEARING)

    def wait(self) -> None:
        self.hall.wait(self.chance.choice([0.5, 2.0, 6.0, 25.0]))

    def status(self) -> None:
        self.try_(
            lambda: self.hall.system.set_agent_status(
                self.chance.choice(AGENTS), self.chance.choice(["available", "on_break"]), None, None, "page"
            )
        )

    def unplug(self) -> None:
        line = self.chance.choice(list(self.hall.trunks.values()))
        line.status(self.chance.choice([TrunkState.IN_SERVICE, TrunkState.IN_SERVICE, TrunkState.UNPLUGGED]))

    def caller(self) -> None:
        free = [one for one in self.hall.trunks.values() if one.leg is None]
        if free:
            self.chance.choice(free).ring("+14155550100")

    def refuse(self) -> None:
        """A modem dials no more, or again."""
        line = self.chance.choice(list(self.hall.trunks.values()))
        line.refuses = self.chance.choice([None, None, HangupCause.TEMPORARY_FAILURE])

    def glare(self) -> None:
        """An agent takes the line, which lets somebody be dialled; that moment it rings there."""
        for phone in self.hall.handsets.values():
            if phone.ringing is not None:
                phone.pick_up()
        self.caller()

    def move(self) -> None:
        """A telephone registers from elsewhere."""
        name, port = self.chance.choice(list(self.hall.handsets)), self.chance.randint(5061, 5063)
        self.hall.post.post(HandsetStatus(name, registered=True, address=f"127.0.0.1:{port}"))

    def order(self) -> None:
        do = self.chance.choice(["start", "start", "pause", "resume", "stop"])
        self.try_(lambda: self.hall.floor.tell("spring", do, "admin"))

    def dial(self) -> None:
        self.try_(lambda: self.hall.floor.dial(self.chance.choice(AGENTS), None))

    def dispose(self) -> None:
        agent, code = self.chance.choice(AGENTS), self.chance.choice("134")
        self.try_(lambda: self.hall.floor.dispose(agent, code, {}))

    @staticmethod
    def try_(what: Callable[[], None]) -> None:
        try:
            what()
        except CallboxError:
            return

    def look(self) -> None:
        """What is true after every event."""
        hall = self.hall
        assert hall.system.faults == 0, self.done
        begun = [one.data for one in hall.entries(EntryKind.ATTEMPT_BEGUN)]
        ended = {one.data["attempt"] for one in hall.entries(EntryKind.ATTEMPT_ENDED)}
        going = [one for one in begun if one["attempt"] not in ended]
        leads = [one.get("lead") for one in going]
        assert len(leads) == len(set(leads)), f"a lead is dialled twice at once: {self.done}"
        allowed = {str(one["number"]) for one in begun}
        assert all(number in allowed for line in hall.trunks.values() for number in line.dialled), self.done
        for number, one in hall.shelf.leads.items():
            assert (one.state is LeadState.DIALLING) == (number in leads), (number, one.state, self.done)
        self.count(begun)

    def count(self, begun: list[Mapping[str, JsonValue]]) -> None:
        """Who was not dialled after all has lost nothing; no caller was hung up on for whom was dialled."""
        ended = self.hall.entries(EntryKind.ATTEMPT_ENDED)
        undone = {one.data["attempt"] for one in ended if one.data["outcome"] == Outcome.NOT_DIALLED}
        tries = Counter(one.get("lead") for one in begun if one["attempt"] not in undone)
        assert all(one.tries == tries[number] for number, one in self.hall.shelf.leads.items()), self.done
        inbound = [one for one in self.hall.records if one.direction == "inbound"]
        assert all(one.cause != HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE for one in inbound), self.done

    def calm(self) -> None:
        """Everybody goes home: every attempt has its end."""
        hall = self.hall
        hall.floor.tell("spring", "stop", "admin")
        for line in hall.trunks.values():
            line.hang_up()
        hall.wait(120)
        for line in hall.trunks.values():
            line.hang_up()
        hall.wait(5)
        begun = {one.data["attempt"] for one in hall.entries(EntryKind.ATTEMPT_BEGUN)}
        ended = {one.data["attempt"] for one in hall.entries(EntryKind.ATTEMPT_ENDED)}
        assert begun == ended, self.done
        assert not hall.floor.campaigns["spring"].dials
        self.look()


@pytest.mark.parametrize("method", METHODS)
def test_in_any_order(method: DialMethod) -> None:
    dialled = 0
    for seed in range(4):
        storm = Storm(seed, method)
        for _ in range(60):
            storm.step()
        storm.calm()
        dialled += len(storm.hall.entries(EntryKind.ATTEMPT_BEGUN))
    assert dialled


def test_the_last_free_line_stays_free_whatever_lines_do() -> None:
    chance = random.Random(3)
    hall = FloorHall(leads=200, method=DialMethod.PROGRESSIVE)
    hall.start(*AGENTS)
    for _ in range(80):
        line = chance.choice(list(hall.trunks.values()))
        if line.leg is None:
            line.status(chance.choice([TrunkState.IN_SERVICE, TrunkState.UNPLUGGED]))
        else:
            line.hang_up(HangupCause.USER_BUSY)
        before = {one.name: len(one.dialled) for one in hall.trunks.values()}
        hall.pump()
        if any(len(one.dialled) > before[one.name] for one in hall.trunks.values()):
            live = hall.system.live().trunks
            assert any(one.state == "in_service" and one.call is None for one in live)
        hall.wait(1)
    assert sum(len(one.dialled) for one in hall.trunks.values()) > 20
    hall.check()
