"""`python -m bench.gate [COUNT] [SEED]`: random questions to the gate and to the independent checker.

Ends with 1 at the first question on which the two differ, or that was refused without a reason; if there is
none, that goes to bench/results.json.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from appliance.core.dialer.gate import decide
from bench.__main__ import keep
from bench.result import Result, result
from tests.core.dialer.gate_cases import Cases
from tests.core.dialer.gate_checker import objections


def compare(count: int, seed: int) -> Counter[str]:
    """How often each reason was given, and "allowed"; ValueError with the question the two differ on."""
    cases, seen = Cases(seed), Counter[str]()
    for place in range(count):
        request, law = cases.next()
        verdict, broken = decide(request, law), objections(request, law)
        reasons = {refusal.why.value for refusal in verdict.refusals}
        if "?" in broken:  # the checker knows only that it is refused
            same = not verdict.allowed and broken - {"?"} <= reasons
        else:
            same = reasons == broken
        if not same or verdict.allowed != (not broken):
            raise ValueError(f"question {place} of seed {seed}: {reasons ^ broken} in\n{request}\n{verdict}")
        seen.update(reasons or {"allowed"})
    return seen


def figures(count: int, seconds: float, allowed: int) -> list[Result]:
    """What a run that went to its end has shown."""
    return [
        result("gate.questions", [count], "", 1_000_000, "more"),
        result("gate.disagreements", [0], "", 0),
        result("gate.allowed_percent", [100 * allowed / count], "%", 2, "more"),  # else they mean little
        result("gate.question_and_checker_ms", [1000 * seconds / count], "ms", 5),
    ]


def main(arguments: list[str]) -> int:
    count, seed = (*map(int, arguments), *(1_000_000, 1)[len(arguments) :])
    began, used = time.perf_counter(), time.process_time()
    try:
        seen = compare(count, seed)
    except ValueError as different:
        print(different)
        return 1
    print(f"{count:,} questions, {time.perf_counter() - began:.0f} s, seed {seed}: the two agree on each.")
    for reason, number in seen.most_common():
        print(f"{number:9,}  {reason}")
    keep([dict(row) for row in figures(count, time.process_time() - used, seen["allowed"])])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
