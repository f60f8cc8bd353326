"""The box as the pages know it: the control client, the live relay, the settings seen a moment ago."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient
from webui.figures import Today
from webui.options import WebOptions
from webui.relay import Relay, Seen
from webui.throttle import Throttle

if TYPE_CHECKING:
    from appliance.reports.calls import CallList
    from appliance.reports.campaigns import CampaignFigures
    from appliance.reports.desk import DeskLists
    from appliance.reports.dials import DialLists

FRESH_SECONDS = 3.0
LIVE_SECONDS = 0.5  # that a page may be behind what goes on; the core tells changes each quarter of a second
Settings = dict[str, Any]


class Box:
    """One of these a web process. Safe from any thread."""

    def __init__(self, options: WebOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self.options = options
        self.client = ControlClient(options.control)
        self.relay = Relay(self.client.events)
        self.throttle = Throttle(clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[float, Settings] | None = None
        self._calls: CallList | None = None
        self._desk: DeskLists | None = None
        self._campaigns: CampaignFigures | None = None
        self._dials: DialLists | None = None
        self.today = Today(lambda: self.calls)
        self._missed = float("-inf")  # when the core was last found away
        self._saves = 0
        self._acted = 0.0
        self.trouble = ""  # why the core does not run on the box's own data, when it was last asked
        self._lines: tuple[float, dict[str, str]] | None = None

    def settings(self) -> tuple[int, Settings]:
        """Version and settings as they are now. ControlError when the core does not answer."""
        saves = self._saves
        version, settings, self.trouble = self.client.settings_and_trouble()
        if saves == self._saves:  # else this may be the answer from before a save
            self._seen, self._missed = (self._clock(), settings), float("-inf")
        return version, settings

    def shown_settings(self) -> Settings:
        """Settings to be shown in a form: of at most a few seconds ago, unless this page saved any since.

        ControlError when the core had to be asked and does not answer.
        """
        seen = self._seen
        if seen is not None and self._clock() - seen[0] < FRESH_SECONDS:
            return seen[1]
        return self.settings()[1]

    def recent_settings(self) -> Settings:
        """Settings of at most a few seconds ago, for names and time zone; older ones while the core is away.

        ControlError when the core was never seen.
        """
        seen = self._seen
        if seen is not None and self._clock() - self._missed < FRESH_SECONDS:
            return seen[1]
        try:
            return self.shown_settings()
        except ControlError:
            if seen is None:
                raise
            self._missed = self._clock()
            return seen[1]

    def live(self) -> Seen:
        """What goes on: as all browsers were just told, else asked. ControlError when the core is away."""
        told = self.relay.recent(LIVE_SECONDS)
        if told is not None and told.at > self._acted:
            return told
        return Seen(0, self.client.live(), "", time.monotonic())

    def recent_lines(self) -> dict[str, str]:
        """Labels of all lines, also of those no setting has a row for, as of at most a few seconds ago.

        ControlError when the core does not answer.
        """
        known = self._lines
        if known is None or self._clock() - known[0] >= FRESH_SECONDS:
            state = self.live().state
            lines = {trunk.name: trunk.label for trunk in state.trunks} if state is not None else {}
            known = self._lines = self._clock(), lines
        return known[1]

    def acted(self) -> None:
        """Something was done by the page: what was told until a moment from now may not show it yet."""
        self._acted = time.monotonic() + LIVE_SECONDS

    def save(self, version: int, settings: Settings) -> int:
        """Save settings as the admin. ControlError with `problems` when they cannot be used."""
        saved = self.client.save_settings(version, settings, "admin")
        self.forget()
        return saved

    def forget(self) -> None:
        """The settings changed: ask anew."""
        self._saves += 1
        self._seen = self._lines = None

    @property
    def calls(self) -> CallList:
        """The call list. The database's library, a third of the memory, is loaded when it is first wanted."""
        with self._lock:
            if self._calls is None:
                self._calls = _call_list(self.options.records)
            return self._calls

    @property
    def desk(self) -> DeskLists:
        """Contacts, messages, mail, lost callers. Loaded when first wanted, like the call list."""
        with self._lock:
            if self._desk is None:
                self._desk = _desk_lists(self.options.records)
            return self._desk

    @property
    def campaigns(self) -> CampaignFigures:
        """What campaigns did. Loaded when first wanted, like the call list."""
        with self._lock:
            if self._campaigns is None:
                self._campaigns = _campaign_figures(self.options.records)
            return self._campaigns

    @property
    def dials(self) -> DialLists:
        """Lists, leads, permissions to dial. Loaded when first wanted, like the call list."""
        with self._lock:
            if self._dials is None:
                self._dials = _dial_lists(self.options.records)
            return self._dials

    def close(self) -> None:
        """Give the connections back; for processes that go on without these pages."""
        self.client.close()
        with self._lock:
            if self._dials is not None:
                self._dials.close()
                self._dials = None
            if self._campaigns is not None:
                self._campaigns.close()
                self._campaigns = None
            if self._calls is not None:
                self._calls.close()
                self._calls = None
            if self._desk is not None:
                self._desk.close()
                self._desk = None


def _call_list(records: Path) -> CallList:
    first = "appliance.reports.calls" not in sys.modules
    from appliance.reports.calls import CallList

    if first:
        gc.freeze()  # else each search for garbage looks through all of it: 50 ms without a page
    return CallList(records)


def _desk_lists(records: Path) -> DeskLists:
    from appliance.reports.desk import DeskLists

    return DeskLists(records)


def _campaign_figures(records: Path) -> CampaignFigures:
    from appliance.reports.campaigns import CampaignFigures

    return CampaignFigures(records)


def _dial_lists(records: Path) -> DialLists:
    from appliance.reports.dials import DialLists

    return DialLists(records)


def box() -> Box:
    """The box of this application."""
    return cast(Box, current_app.extensions["callbox"])
