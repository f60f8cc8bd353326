"""Where a leg stands, and what it needs of the trunk it runs on."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from appliance.contract.clock import Clock
from appliance.contract.events import EventSink
from appliance.contract.ids import LegId, PortId
from drivers.gsm.link import Commands
from drivers.gsm.quirks import AudioPlan, Vendor
from drivers.gsm.settings import Timings
from drivers.gsm.sound import Sound


class CallState(StrEnum):
    """Where a leg stands."""

    NEW = "new"
    DIALLING = "dialling"
    RINGING_OUT = "ringing_out"
    RINGING_IN = "ringing_in"
    ANSWERING = "answering"
    ACTIVE = "active"
    RELEASING = "releasing"  # we hang up
    ENDING = "ending"  # the far end hung up; the cause is being asked
    OVER = "over"


class CallHost(Protocol):
    """The trunk a call runs on."""

    @property
    def name(self) -> str: ...

    @property
    def link(self) -> Commands: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def post(self) -> EventSink: ...

    @property
    def sound(self) -> Sound: ...

    @property
    def timings(self) -> Timings: ...

    @property
    def vendor(self) -> Vendor: ...

    @property
    def plan(self) -> AudioPlan | None: ...

    @property
    def port_id(self) -> PortId: ...

    def call_over(self, leg: LegId) -> None:
        """The leg's Released was posted: the trunk is free."""

    def suspect(self, why: str) -> None:
        """The modem does not do what it is told."""
