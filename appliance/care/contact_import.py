"""The worker that reads an import of contacts: `python -m appliance.care.contact_import FILE COUNTRY`.

Reading 20,000 telephone numbers takes seconds of the interpreter: not in the core. Writes one JSON object a
line: {"line", "problem"} or {"line", "contact", "pin_hash", "given"}; exit code 1 with a sentence on
standard error when the file is none.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from appliance.config.contact_csv import Row, rows_of
from appliance.config.secrets import hash_caller_pin
from appliance.contract.errors import SettingsError


def main(arguments: list[str]) -> int:
    """Read the file."""
    path, country = arguments
    try:
        for row in rows_of(Path(path).read_bytes(), country):
            sys.stdout.write(json.dumps(_told(row)) + "\n")
    except (SettingsError, OSError) as problem:
        problems = problem.problems if isinstance(problem, SettingsError) else {"file": str(problem)}
        sys.stderr.write(next(iter(problems.values())))
        return 1
    return 0


def _told(row: Row) -> dict[str, Any]:
    if row.form is None:
        return {"line": row.line, "problem": row.problem}
    data = row.form.model_dump(mode="json")
    pin = data.pop("pin")
    pin_hash = hash_caller_pin(pin) if pin else None
    return {"line": row.line, "contact": data, "pin_hash": pin_hash, "given": sorted(row.given)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
