"""Packages compiled without docstrings do all they did: only what nobody asks for at run time is gone."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

SOURCE = '''"""Of the module."""
from __future__ import annotations


class Empty(Exception):
    """Of a class that has nothing else."""


def told() -> str:
    """Of a function."""
    def inner() -> None:
        """Of one within it."""
    assert inner.__doc__ is None, inner.__doc__
    return "told"


LEFT = [one.__doc__ for one in (Empty, told)]
'''


@pytest.fixture(scope="module")
def lean() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lean", ROOT / "image-build" / "setup" / "lean.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_docstrings_are_gone_and_the_rest_is_there(lean: ModuleType) -> None:
    found: dict[str, object] = {}
    exec(lean.lean(None, SOURCE.encode(), "sample.py"), found)  # noqa: S102 - the sample above
    assert found["LEFT"] == [None, None] and "__doc__" not in found
    told = found["told"]
    assert callable(told) and told() == "told"


def test_asserts_stay(lean: ModuleType) -> None:
    code = lean.lean(None, b'def fails():\n    """Fails."""\n    assert False\n', "sample.py")
    found: dict[str, object] = {}
    exec(code, found)  # noqa: S102 - the sample above
    fails = found["fails"]
    assert callable(fails)
    with pytest.raises(AssertionError):
        fails()


def test_strings_that_are_no_docstrings_stay(lean: ModuleType) -> None:
    source = 'kept = "a"\n"not the first"\n\n\ndef told():\n    f"{kept}"\n    return "b"\n'
    assert ast.dump(lean.without_docstrings(ast.parse(source))) == ast.dump(ast.parse(source))


def test_the_settings_do_without_the_search_for_plugins() -> None:
    look = (
        "import sys, appliance.config.schema as schema; schema.dump(schema.load({}));"
        "sys.exit('importlib.metadata' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], cwd=ROOT, timeout=60).returncode == 0


def test_the_core_does_without_what_would_weigh_on_it() -> None:
    look = (
        "import sys, appliance.service;"
        "heavy = {'numpy', 'cffi', 'pycparser', 'sqlalchemy', 'alembic'};"
        "sys.exit(', '.join(sys.modules.keys() & heavy) or None)"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, timeout=60, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (0, "")
