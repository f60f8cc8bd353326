"""Days that were simulated before: a long run goes on where it was cut short, and may be made in pieces.

Each day is a line of JSON under the digest of the code it was simulated by; days of other code are left.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from appliance.core.dialer import pacing
from bench.pacing.day import Outcome
from bench.pacing.scenario import SCENARIOS

Key = tuple[str, str, int, float, int]


@dataclass(frozen=True)
class Run:
    """One simulated day and what it came to."""

    rule: str
    scenario: str
    size: int
    limit: float
    seed: int
    outcome: Outcome

    def key(self) -> tuple[str, str, int, float]:
        """Days with the same key are one line of the table."""
        return self.rule, self.scenario, self.size, -self.limit

    def over(self) -> bool:
        """Whether the day ended above its limit, as the law counts."""
        return self.outcome.over(self.limit, SCENARIOS[self.scenario].false_machine)


class Kept:
    """The days of one file; None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._code = _code()
        self._known: dict[Key, Run] = {}
        for line in path.read_text().splitlines() if path is not None and path.exists() else ():
            row: dict[str, Any] = json.loads(line)
            if row.pop("code") == self._code:
                run = Run(**{**row, "outcome": Outcome(**row["outcome"])})
                self._known[_key(run)] = run

    def day(self, key: Key, simulate: Callable[[], Outcome]) -> Run:
        """That day, simulated if it was not yet."""
        found = self._known.get(key)
        if found is None:
            found = Run(*key, simulate())
            if self._path is not None:
                with self._path.open("a") as file:
                    file.write(json.dumps({"code": self._code, **asdict(found)}) + "\n")
        return found


def _key(run: Run) -> Key:
    return run.rule, run.scenario, run.size, run.limit, run.seed


def _code() -> str:
    """What decides how a day goes: the pacer and the simulated world."""
    ours, world = Path(pacing.__file__).parent, Path(__file__).parent
    files = [*sorted(ours.glob("*.py")), *(world / f"{name}.py" for name in ("day", "rules", "scenario"))]
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
