"""Reports without a pause over the records of a box that is at work: every figure of the page over all
calls there are, a search through them, and their list to its tenth page.

    python -m bench.media.reporting RECORDS

Prints a line for each report it has made, until it is killed.
"""  # fmt: skip

from __future__ import annotations

import sys
from pathlib import Path

from appliance.reports.calls import CallList
from appliance.reports.metrics import figures
from appliance.store.reader import CallFilter

_PAGES = 10


def report(calls: CallList) -> int:
    """Make one; how many calls it is about."""
    found = figures(calls.reader, CallFilter())
    calls.page(CallFilter(text="a caller"))
    before = None
    for _ in range(_PAGES):
        before = calls.page(before=before).next
    return int(found["calls"])


def main(records: str) -> None:
    calls = CallList(Path(records))
    while True:
        sys.stdout.write(f"{report(calls)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
