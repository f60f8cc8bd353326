"""The gate against a checker written from the rules' text: they agree on every question, reason by reason.

`python -m bench.gate` asks a million; this many fit into the tests.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from appliance.contract.dialling import Why
from appliance.core.dialer.gate import decide
from bench.gate.__main__ import compare
from tests.core.dialer.gate_cases import Cases

COUNT = int(os.environ.get("COUNT", "20000"))


@pytest.mark.parametrize("seed", [1, 2])
def test_they_agree(seed: int) -> None:
    seen = compare(COUNT // 2, seed)
    assert seen["allowed"] > COUNT / 50, "too few questions pass to mean anything"
    assert {why.value for why in Why} <= set(seen), "every reason was met"


def test_a_gate_that_forgets_a_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(request: object, law: object) -> object:
        verdict = decide(request, law)  # type: ignore[arg-type]
        kept = tuple(one for one in verdict.refusals if one.why is not Why.LOCKED)
        return replace(verdict, refusals=kept)

    monkeypatch.setattr("bench.gate.__main__.decide", forgetful)
    with pytest.raises(ValueError, match="locked"):
        compare(3000, 5)


def test_the_same_seed_asks_the_same() -> None:
    first, second = Cases(9), Cases(9)
    assert [first.next() for _ in range(20)] == [second.next() for _ in range(20)]
