"""How a campaign's call went, as its agent says it: on the page, or keyed on the handset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from appliance.contract.campaigns import Again, DispositionPlan
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind, JsonValue
from appliance.contract.leads import Lead, LeadState
from appliance.contract.talk import KeyedWord
from appliance.core.contacts.refusal import never_again
from appliance.core.dialer.recycle import again_at, zone_at
from appliance.core.floor.dial import DialStage
from appliance.core.floor.present import Present
from appliance.core.kernel import Kernel

if TYPE_CHECKING:
    from appliance.core.floor.work import Work

_LATEST = timedelta(days=365)
_AGAIN = Again(minutes=240, other_part=True)


class Dispositions:
    """Takes what is said. Methods that people call raise CallboxError with a sentence."""

    def __init__(self, kernel: Kernel, work: Work) -> None:
        self._kernel, self._work = kernel, work

    def dispose(self, agent_id: str, code: str, said: Mapping[str, Any]) -> None:
        """How the call went."""
        one = self._work.presents.get(agent_id)
        if one is None or not one.talked:
            raise CallboxError("There is no call of this agent's to say something about.")
        found = next((row for row in one.campaign.plan.work.dispositions if row.code == code), None)
        if found is None:
            raise CallboxError(f"The campaign has no disposition {code}.")
        due = _due(found, said.get("due"), self._kernel.clock.wall())
        self._kernel.run(lambda: self._say(one, found, due, said))

    def words(self, agent_id: str) -> tuple[KeyedWord, ...]:
        """What the agent may key on the handset of the call they had in a campaign; none: they had none."""
        one = self._work.presents.get(agent_id)
        if one is None or not one.talked or one.disposition is not None:
            return ()
        return tuple(KeyedWord(row.code, row.code, row.label) for row in one.campaign.plan.work.dispositions)

    def keyed(self, agent_id: str, code: str) -> None:
        """It was keyed: a callback is in a day's time, since no other was said."""
        due = self._kernel.clock.wall() + timedelta(days=1)
        self.dispose(agent_id, code, {"due": due.isoformat()})

    def _say(
        self, one: Present, found: DispositionPlan, due: datetime | None, said: Mapping[str, Any]
    ) -> None:
        dial, campaign = one.dial, one.campaign
        call = dial.call if dial is not None else None
        one.disposition = found.code
        self._kernel.note(
            EntryKind.DISPOSITION, call.id if call is not None else None, agent=one.agent.id, code=found.code
        )
        if found.then in ("refused", "never"):
            if dial is not None:
                dial.said_no()
            if found.then == "never":
                never_again(self._kernel, one.number, "disposition", by=one.agent.id)
        if one.lead is not None:
            self._set_lead(one, one.lead, found, due, said)
        if dial is None or dial.stage is DialStage.OVER:
            self._work.close(one)
        campaign.kernel.wake()

    def _set_lead(
        self,
        one: Present,
        lead: Lead,
        found: DispositionPlan,
        due: datetime | None,
        said: Mapping[str, Any],
    ) -> None:
        """What follows for the lead, at once or when the talk is over."""
        fields = {str(name): str(value) for name, value in dict(said.get("fields") or {}).items()}
        state, when = LeadState.DONE, None
        if found.then == "callback":
            state, when = LeadState.CALLBACK, due
        elif found.then == "again":
            state, when = (
                LeadState.RETRY,
                again_at(self._kernel.clock.wall(), _AGAIN, zone_at(lead), lead.parts),
            )
        now = self._kernel.clock.wall()
        data: dict[str, JsonValue] = {
            "lead": lead.id,
            "state": state.value,
            "due": iso(when),
            "agent": one.agent.id,
            "own": bool(said.get("own")) and state is LeadState.CALLBACK,
            "asked_at": iso(now) if state is LeadState.CALLBACK else None,
            "why": f"disposition {found.code}",
            "by": one.agent.id,
            "fields": json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else None,
        }
        dial = one.dial
        if dial is not None and dial.stage is not DialStage.OVER:
            dial.afterwards = data
        else:
            one.campaign.attempts.set(data, self._work.freed(one.campaign, lead.id))


def _due(found: DispositionPlan, given: object, now: datetime) -> datetime | None:
    if found.then != "callback":
        return None
    try:
        due = datetime.fromisoformat(str(given))
    except ValueError:
        raise CallboxError("When is this person to be called back?") from None
    due = due if due.tzinfo is not None else due.replace(tzinfo=UTC)
    if not now - timedelta(minutes=1) <= due <= now + _LATEST:
        raise CallboxError("A callback is at a time from now on, within a year.")
    return due


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
