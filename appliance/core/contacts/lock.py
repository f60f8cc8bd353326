"""Wrong PINs of account numbers: counted by account, whether there is one or not; too many lock it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from appliance.contract.clock import Clock

TRIES = 5
LOCK_SECONDS = 900.0  # after five wrong ones, doubled with every five more
LONGEST_LOCK_SECONDS = 86_400.0
MOST_ACCOUNTS = 5000


@dataclass(slots=True)
class _Count:
    wrong: int = 0
    until: float = 0.0


class AccountLock:
    """Remembers the accounts that wrong PINs were keyed for; the ones longest untouched are forgotten."""

    def __init__(self, clock: Clock, tries: int = TRIES) -> None:
        self._clock = clock
        self._tries = tries
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def locked(self, account: str) -> bool:
        """Is this account refused now, whatever is keyed?"""
        count = self._counts.get(account)
        return count is not None and self._clock.now() < count.until

    def wrong(self, account: str) -> bool:
        """One more wrong PIN; is the account locked by it?"""
        count = self._counts.setdefault(account, _Count())
        self._counts.move_to_end(account)
        while len(self._counts) > MOST_ACCOUNTS:
            self._counts.popitem(last=False)
        count.wrong += 1
        rounds, rest = divmod(count.wrong, self._tries)
        if rest:
            return False
        count.until = self._clock.now() + min(LOCK_SECONDS * 2 ** min(rounds - 1, 10), LONGEST_LOCK_SECONDS)
        return True

    def right(self, account: str) -> None:
        """The right PIN: what came before is forgotten."""
        self._counts.pop(account, None)
