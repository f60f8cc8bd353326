"""The dialer's pen: an attempt is in the journal, on the disk, before the line is dialled, and its end
after it.

So a core that is killed at any moment knows which leads were being dialled: `interrupted` ends their
attempts, which count against every cap, and the lead goes on by the rule for that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.clock import Clock
from appliance.contract.dialling import DialKind, Verdict
from appliance.contract.ids import CallId, new_id
from appliance.contract.journal import Entry, EntryKind, Journal, JsonValue
from appliance.contract.leads import Lead, LeadState, Outcome
from appliance.core.dialer.recycle import Next, after

Deliver = Callable[[Callable[[], None]], None]


class Attempts:
    """Writes what is dialled. `deliver` brings a call of the journal's thread to the core's."""

    def __init__(self, clock: Clock, journal: Journal, deliver: Deliver) -> None:
        self._clock, self._journal, self._deliver = clock, journal, deliver

    def begin(
        self, campaign: str, verdict: Verdict, lead: Lead | None, kind: DialKind, go: Callable[[str], None]
    ) -> str:
        """Write that it is dialled; `go` (with the attempt's id) runs once that is on the disk, not before.
        ValueError for a number that the gate refused."""
        if not verdict.allowed:
            raise ValueError("The compliance gate refused this number.")
        attempt = new_id()
        data: dict[str, JsonValue] = {
            "attempt": attempt,
            "campaign": campaign,
            "number": verdict.number,
            "kind": kind.value,
            "verdict": json.dumps(verdict.record()),
        }
        if lead is not None:
            data |= {"lead": lead.id, "list": lead.list}
        entry = Entry(EntryKind.ATTEMPT_BEGUN, self._clock.wall(), None, data)
        self._journal.append(entry, lambda: self._deliver(lambda: go(attempt)))
        return attempt

    def refused(
        self, campaign: str, verdict: Verdict, lead: int | None = None, agent: str | None = None
    ) -> None:
        """Write why a number was not dialled."""
        data: dict[str, JsonValue] = {
            "campaign": campaign,
            "number": verdict.number,
            "verdict": json.dumps(verdict.record()),
            "lead": lead,
            "agent": agent,
        }
        self._append(EntryKind.DIAL_REFUSED, data, None, None)

    def end(
        self,
        attempt: str,
        outcome: Outcome,
        how: str,
        call: CallId | None = None,
        lead: Lead | None = None,
        follows: Next | None = None,
        agent: str | None = None,
        said_no: bool = False,
        then: Callable[[], None] | None = None,
        course: Mapping[str, JsonValue] | None = None,
    ) -> None:
        """Write what became of it, and of the lead; `then` runs when that is on the disk. `course`: line, and
        the seconds until it rang, was answered, was told by whom, was joined (`EntryKind.ATTEMPT_ENDED`)."""
        data: dict[str, JsonValue] = {
            "attempt": attempt,
            "outcome": outcome.value,
            "how": how,
            "agent": agent,
            "said_no": said_no or None,
            **(course or {}),
        }
        if lead is not None and follows is not None:
            data |= {"lead": lead.id, **_moved(follows), **_kept(lead, follows)}
        self._append(EntryKind.ATTEMPT_ENDED, data, call, then)

    def put(self, lead: Lead, follows: Next, agent: str | None = None, by: str | None = None) -> None:
        """Write that a lead stands elsewhere now, without a dial."""
        data: dict[str, JsonValue] = {"lead": lead.id, "agent": agent, "by": by, **_moved(follows)}
        self._append(EntryKind.LEAD_SET, {**data, **_kept(lead, follows)}, None, None)

    def set(self, data: Mapping[str, JsonValue], then: Callable[[], None] | None = None) -> None:
        """Write what else a lead is, as `EntryKind.LEAD_SET` says."""
        self._append(EntryKind.LEAD_SET, dict(data), None, then)

    def interrupted(self, attempt: str, lead: Lead | None, plan: CampaignPlan) -> None:
        """End an attempt that was open when the core was killed: it may have rung, so it counts. `lead` is as
        the store has it now."""
        begun = self._clock.wall()
        follows = after(lead, Outcome.INTERRUPTED, begun, plan, lead.tries) if lead is not None else None
        self.end(attempt, Outcome.INTERRUPTED, "the box stopped", None, lead, follows)

    def _append(
        self,
        kind: EntryKind,
        data: dict[str, JsonValue],
        call: CallId | None,
        then: Callable[[], None] | None,
    ) -> None:
        kept = {name: value for name, value in data.items() if value is not None}
        entry = Entry(kind, self._clock.wall(), call, kept)
        if then is None:
            self._journal.append(entry)
        else:
            done = then
            self._journal.append(entry, lambda: self._deliver(done))


def _kept(lead: Lead, follows: Next) -> dict[str, JsonValue]:
    """Who wished to be called back still does, while nobody has spoken with them."""
    if follows.state is LeadState.DONE:
        return {}
    asked = lead.callee.asked_at
    own = lead.own and follows.state is LeadState.CALLBACK
    return {"asked_at": asked.isoformat() if asked is not None else None, "own": own or None}


def _moved(follows: Next) -> dict[str, JsonValue]:
    return {
        "state": follows.state.value,
        "due": follows.due.isoformat() if follows.due is not None else None,
        "next": follows.phone,
        "parts": ",".join(map(str, follows.parts)),
        "place": follows.place,
        "bad": follows.bad,
        "why": follows.why,
    }
