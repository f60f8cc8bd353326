"""From an agent's hanging up to the next caller's INVITE at the telephone, with 25 callers waiting.

Core and SIP edge run as they do in service; callers come by two gateways. The control is a core that looks
for events 20 times a second. The peer is Asterisk's app_queue under the same callers and the same telephone.

Neither records; the same with recording on is a figure of its own. Its talks last 2 s: even so one agent's
recordings are begun, ended and encoded as often as those of 60 agents whose calls last two minutes.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from bench.acd.agent import Agent, Span
from bench.acd.gateway import Gateway
from bench.acd.office import Office
from bench.peers.asterisk import Asterisk, PeerAbsentError
from bench.result import Result, percentile, result
from tests.support.box import wait_for

FAMILY = "acd"
WAITING, ROUTES, ROUNDS = 25, 200, 3
CONTROL_ROUTES, PEER_ROUTES = 40, 60
TALK = (0.1, 0.25)
RECORDED_ROUTES, RECORDED_TALK = 30, (1.8, 2.2)
PEER_TALK = (0.2, 1.2)  # app_queue looks once a second: talks of one length would show one phase of that only
GATEWAYS = ("127.0.0.11", "127.0.0.12")
SECRET = "s" * 32


class Queue(Protocol):
    """What has the queue: ours or a peer's."""

    @property
    def server(self) -> tuple[str, int]:
        """Where it takes SIP."""

    def start(self, agent: Agent, gateways: list[Gateway]) -> None:
        """Run, and know this telephone and these gateways."""

    def open(self) -> None:
        """Let the agent take calls."""

    def stop(self) -> None:
        """End."""


class PeerQueue:
    """app_queue."""

    def __init__(self) -> None:
        self._asterisk = Asterisk()
        self.server = self._asterisk.server
        self.stop = self._asterisk.stop

    def start(self, agent: Agent, gateways: list[Gateway]) -> None:
        client = agent.client
        places = [gateway.address for gateway in gateways]
        self._asterisk.start(SECRET, (client.address, client.port), places)

    def open(self) -> None:
        self._asterisk.tell("queue add member PJSIP/201 to sales")


@contextlib.contextmanager
def full(queue: Queue) -> Iterator[Agent]:
    """The telephone of an agent whom one caller is offered while 25 wait."""
    with contextlib.ExitStack() as stack:
        agent = Agent(queue.server)
        stack.callback(agent.close)
        gateways = []
        for address in GATEWAYS:
            gateways.append(Gateway(queue.server, address))
            stack.callback(gateways[-1].stop)
        stack.callback(queue.stop)
        queue.start(agent, gateways)
        for gateway in gateways:
            gateway.call((WAITING + 1) // len(gateways))
        wait_for(lambda: sum(one.up for one in gateways) == WAITING + 1, 10, "the callers wait")
        queue.open()
        yield agent
        refused = [line for one in gateways for line in one.refused]
        if refused or sum(one.up for one in gateways) < WAITING:
            raise RuntimeError(f"Not all callers waited all the time: {refused[:3]}")


def ours(module: str, counts: list[int], talk: Span = TALK, record: bool = False) -> list[list[float]]:
    """So many routes of our own box, once for each count."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-acd-") as folder,
        full(Office(Path(folder), module, record)) as agent,
    ):
        rounds = agent.measure(counts, talk)
        if record and not list((Path(folder) / "recordings").glob("*.opus")):
            raise RuntimeError("Nothing was recorded.")
        return rounds


def _recorded() -> list[list[float]]:
    """One round of a box that records. Each has its own: a telephone is registered for two minutes."""
    return ours("appliance", [RECORDED_ROUTES], RECORDED_TALK, record=True)


def peer() -> list[float] | None:
    """The same of Asterisk; None, with the reason printed, where there is none."""
    try:
        queue = PeerQueue()
    except PeerAbsentError as problem:
        print(f"no peer: {problem};", end=" ")
        return None
    with full(queue) as agent:
        return agent.measure([PEER_ROUTES], PEER_TALK)[0]


def run() -> list[Result]:
    """The two figures of the issue, and the control."""
    rounds = ours("appliance", [ROUTES] * ROUNDS)
    recorded = [one for _ in range(ROUNDS) for one in _recorded()]
    (control,) = ours("bench.acd.polled", [CONTROL_ROUTES])
    other = peer()
    found = result("acd.control_polled_core_p50_ms", [percentile(control, 50)], "ms", 5.0)
    if found["met"]:
        raise RuntimeError("The control run met its goal: the figures mean nothing.")
    return [
        _figure("acd.free_to_invite", rounds, other, 50, 5.0),
        _figure("acd.free_to_invite", rounds, other, 99, 15.0),
        _figure("acd.recording_free_to_invite", recorded, None, 50, 5.0),
        _figure("acd.recording_free_to_invite", recorded, None, 99, 15.0),
        found,
    ]


def _figure(
    name: str, rounds: list[list[float]], other: list[float] | None, percent: int, goal: float
) -> Result:
    return result(
        f"{name}_p{percent}_ms",
        [percentile(one, percent) for one in rounds],
        "ms",
        goal,
        peer=None if other is None else round(percentile(other, percent), 3),
    )
