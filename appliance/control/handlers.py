"""What the control server asks of the core: plain callables, given by wiring; so it is tested alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from appliance.config.schema import Settings
from appliance.contract.campaign_look import CheckLook
from appliance.contract.errors import ControlError
from appliance.control.care import CareAccess
from appliance.control.desk import DeskAccess
from appliance.control.dialer import DialAccess
from appliance.control.leads import LeadAccess
from appliance.control.lists import ListAccess
from appliance.control.talk import TalkAccess


class VersionLike(Protocol):
    """One save of the settings, as `store.settings.SettingsVersion`."""

    @property
    def number(self) -> int:
        """Its number, counted from 1."""

    @property
    def when(self) -> str:
        """UTC, ISO 8601."""

    @property
    def who(self) -> str:
        """Who saved it."""

    @property
    def summary(self) -> str:
        """In words what it changed."""


class SettingsAccess(Protocol):
    """Settings and their versions, as `store.settings.SettingsStore`. Blocking: called on worker threads."""

    def current(self) -> tuple[int, Settings] | None:
        """Number and settings of the newest version; None before the first."""

    def save(self, settings: Settings, who: str, version: int) -> int:
        """Save a change of version `version`; the new number. StoreConflictError, StoreError."""

    def restore(self, number: int, who: str) -> tuple[int, Settings]:
        """Make an old version the newest; its new number and settings. StoreError when it is not kept."""

    def versions(self) -> Sequence[VersionLike]:
        """The kept versions, newest first."""


def _no_reset(what: str) -> None:
    raise ControlError("This core cannot be reset.")


def _no_flows(settings: Settings, flow: str, script: str) -> Sequence[Mapping[str, Any]]:
    raise ControlError("This core has no virtual caller.")


def _no_rehearsals(look: CheckLook, agents: int) -> Mapping[str, Any]:
    raise ControlError("This core rehearses no campaigns.")


class CertificateAccess(Protocol):
    """The certificate, as `network.desk.CertificateDesk`. Blocking: called on worker threads."""

    def shown(self) -> Mapping[str, Any] | None:
        """What is in force, as plain JSON; None when the box has no certificate."""

    def adopt(self, path: Path) -> Mapping[str, Any] | None:
        """Put the owner's own in force. NetworkError says why it cannot be used."""

    def undo(self) -> Mapping[str, Any] | None:
        """Put the one before in force again. NetworkError when there is none."""


@dataclass(frozen=True, slots=True)
class ControlHandlers:
    """How each verb is done. An error is a CallboxError with a sentence for people.

    The callables marked "loop" run on the core's loop and must return at once; those marked "thread" run on
    a worker thread and may take their time.
    """

    version: str
    #: Files to take in must lie in here.
    spool: Path
    #: thread: the settings store.
    settings: SettingsAccess
    #: loop: the plain JSON object of `messages.LiveState`.
    live: Callable[[], Mapping[str, Any]]
    #: loop, before a save: raises SettingsError when the core could not go by these settings.
    check: Callable[[Settings], None]
    #: loop, after a save: the core goes on by these settings.
    apply: Callable[[Settings], None]
    #: loop: agent, status, pause code, handset.
    set_agent_status: Callable[[str, str, str | None, str | None], None]
    #: loop: call id.
    release_call: Callable[[str], None]
    #: loop: trunk name.
    reset_trunk: Callable[[str], None]
    #: loop: trunk name -> lines of its last dialogue, digits masked.
    black_box: Callable[[str], Sequence[str]]
    #: thread: a file in the spool folder -> upload id, seconds. PromptError when it cannot be used.
    upload: Callable[[Path], tuple[str, float]]
    #: thread: text, language -> the rendered WAV. PromptError when it cannot be spoken.
    preview: Callable[[str, str], Path]
    #: thread: a virtual caller: settings, flow, script -> what happened. SettingsError.
    try_flow: Callable[[Settings, str, str], Sequence[Mapping[str, Any]]] = _no_flows
    #: thread: a rehearsal of a campaign that was looked at, with so many agents -> `RehearsalLook` as JSON.
    rehearse: Callable[[CheckLook, int], Mapping[str, Any]] = _no_rehearsals
    #: loop: why the box does not run on its own data folder; empty when it does.
    trouble: Callable[[], str] = lambda: ""
    #: thread: modems that are plugged in, as `messages.Verb.LINES_FOUND` says.
    lines_found: Callable[[], Sequence[Mapping[str, Any]]] = lambda: ()
    #: loop: "settings" or "everything" is to be forgotten; the core ends soon after. StoreError.
    reset: Callable[[str], None] = _no_reset
    #: thread: backups, restores, the disk, the support file.
    care: CareAccess | None = None
    #: thread: the certificate of the page; without it the box serves no HTTPS.
    certificate: CertificateAccess | None = None
    #: loop: contacts, messages of callers, mail, lost callers.
    desk: Callable[[], DeskAccess] | None = None
    #: loop: supervisors, recordings and queued callers.
    talk: Callable[[], TalkAccess] | None = None
    #: thread: lists, leads, do-not-call entries.
    lists: Callable[[], ListAccess] | None = None
    #: thread: what is taken back of lists; what the gate says of a number.
    leads: Callable[[], LeadAccess] | None = None
    #: loop: campaigns, and what agents do in them.
    dialer: Callable[[], DialAccess] | None = None
