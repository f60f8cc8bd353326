"""The shelf as the campaigns' floor asks it: also for the law, for what was dialled, and what was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from appliance.care.lead_shelf import Deliver, LeadShelf
from appliance.config.dialer_plan import campaign_plans
from appliance.config.schema import Settings
from appliance.contract.dialling import Law
from appliance.contract.leads import Candidate, Dial, Known
from appliance.store.lead_reader import LeadRows
from appliance.store.own_file import Unreadable


class CampaignShelf(LeadShelf):
    """`contract.leads.LeadShelf`, whole."""

    def __init__(
        self,
        records: Path,
        deliver: Deliver,
        settings: Callable[[], Settings],
        wall: Callable[[], datetime],
    ) -> None:
        super().__init__(records, deliver)
        self._records, self._settings, self._wall = records, settings, wall

    def law_now(self, answer: Callable[[Law | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        settings, year = self._settings(), self._wall().year
        plans = campaign_plans(settings.dialer, settings.box.country).values()
        countries = {settings.box.country, *(one for plan in plans for one in plan.limits.countries)}
        emergency = frozenset(settings.box.emergency_numbers)
        self.law(settings.dialer, emergency, countries, (year - 1, year, year + 1), answer)

    def known(self, number: str, lead: int | None, answer: Callable[[Known | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        at = self._wall()

        def read() -> Known:
            history, blocked = self._rows.of_number(number, lead, at)
            return Known(history, blocked, at)

        self._ask(read, answer)

    def dials(self, campaign: str, since: datetime, answer: Callable[[Sequence[Dial] | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        self._ask(lambda: self._rows.dials(campaign, since), answer)

    def counts(self, answer: Callable[[Mapping[tuple[str, str], int] | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        self._ask(self._rows.counts, answer)

    def told(self, answer: Callable[[Mapping[str, str] | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        self._ask(self._rows.campaign_states, answer)

    def everyone(self, lists: Sequence[str], at: datetime) -> Iterable[Candidate]:
        """See `contract.leads.LeadShelf`."""
        return _everyone(self._records, lists, at)


def _everyone(records: Path, lists: Sequence[str], at: datetime) -> Iterator[Candidate]:
    with closing(LeadRows(records)) as rows:
        try:
            for name in lists:
                yield from rows.everyone(name, at)
        except Unreadable as problem:
            raise OSError(f"The lists cannot be read now ({problem}).") from problem
