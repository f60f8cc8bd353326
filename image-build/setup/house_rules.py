"""The numbers we hold that no linter counts: lines of a file, lines of a function, names of test files.

Run by `make lint`; prints what is too long and ends with 1.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("appliance", "drivers", "webui", "simulator", "tests", "bench", "image-build")
FILE_LINES = 400
FUNCTION_LINES = 40


def long_functions(path: Path, tree: ast.AST) -> Iterator[str]:
    """Functions of more than 40 lines, without their decorators."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines; {FUNCTION_LINES} are allowed"


def problems() -> Iterator[str]:
    """Everything that breaks a rule, one line each."""
    test_names: Counter[str] = Counter()
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        short, text = path.relative_to(ROOT), path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > FILE_LINES:
            yield f"{short}: {lines} lines; {FILE_LINES} are allowed"
        yield from long_functions(short, ast.parse(text))
        if short.parts[0] == "tests":
            test_names[path.name] += path.name.startswith("test_")
            if path.name == "__init__.py":
                yield f"{short}: a package here would hide the room of the same name"
    for name, times in test_names.items():
        if times > 1:
            yield f"tests: {times} files are named {name}; give them names of their own"


def main() -> int:
    """Print the problems; 1 if there are any."""
    found = list(problems())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
