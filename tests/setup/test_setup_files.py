"""The files set-up works from agree, and its small programs do what the Makefile trusts them to do."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "image-build" / "setup"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+?)(?: ; (.*?))? \\$", re.MULTILINE)


def pins(lock: str) -> set[tuple[str, str, str]]:
    """Name, version and marker of every package in a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {match.groups(default="") for match in PINNED.finditer(text)}  # type: ignore[misc]


def missing(tmp_path: Path, text: str) -> list[str]:
    """What missing.sh says of a package list."""
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [SETUP / "missing.sh", tmp_path / "list.txt"], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.splitlines()


@pytest.fixture
def house_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """house_rules.py, looking at an empty folder."""
    spec = importlib.util.spec_from_file_location("house_rules", SETUP / "house_rules.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "appliance").mkdir()
    return module


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash_and_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    named = re.findall(r"^[a-z0-9].*$", text, re.MULTILINE)
    assert named
    assert len(pins(lock)) == len(named)
    for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    assert "://" not in text


def test_the_box_and_its_tests_run_on_the_same_versions() -> None:
    """By name and version: a tool of the tests may want for every Python what the box wants for some."""
    box, tests = ({pin[:2] for pin in pins(name)} for name in ("requirements.lock", "requirements-dev.lock"))
    assert box < tests


def test_every_dependency_is_locked_and_pjsua2_is_not_taken_from_the_index() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=]", line)[0] for line in project["dependencies"]}
    locked = {name for name, _, _ in pins("requirements.lock")}
    assert wanted <= locked
    assert not {name for name in locked if "pjsua" in name}


def test_missing_packages_are_named_and_installed_ones_are_not(tmp_path: Path) -> None:
    text = "# a comment\n\ndpkg\nno-such-package-at-all # why\nno-such-package-at-all|dpkg\nnone-a|none-b\n"
    assert sorted(missing(tmp_path, text)) == ["no-such-package-at-all", "none-a|none-b"]


def test_an_empty_list_misses_nothing(tmp_path: Path) -> None:
    assert missing(tmp_path, "# nothing\n") == []


@pytest.mark.parametrize(("lines", "problems"), [(400, 0), (401, 1)])
def test_a_long_file_is_found(house_rules: ModuleType, tmp_path: Path, lines: int, problems: int) -> None:
    (tmp_path / "appliance" / "long.py").write_text("x = 1\n" * lines, encoding="utf-8")
    assert len(list(house_rules.problems())) == problems


@pytest.mark.parametrize(("lines", "problems"), [(40, 0), (41, 1)])
def test_a_long_function_is_found(house_rules: ModuleType, tmp_path: Path, lines: int, problems: int) -> None:
    body = "    x = 1\n" * (lines - 1)
    (tmp_path / "appliance" / "long.py").write_text(f"async def f() -> None:\n{body}", encoding="utf-8")
    assert len(list(house_rules.problems())) == problems


def test_a_package_and_a_repeated_name_are_found(house_rules: ModuleType, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / "tests" / folder).mkdir()
        (tmp_path / "tests" / folder / "test_x.py").touch()
    (tmp_path / "tests" / "a" / "__init__.py").touch()
    found = list(house_rules.problems())
    assert len(found) == 2
    assert any("__init__.py" in line for line in found)
    assert any("test_x.py" in line for line in found)
