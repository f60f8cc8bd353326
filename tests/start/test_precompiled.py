"""Methods of dataclasses that were compiled before: the same classes, and nothing lost if they are not."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance import precompiled


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    precompiled.done()


def make_class() -> type:
    @dataclasses.dataclass(frozen=True, slots=True, order=True)
    class Line:
        name: str
        rings: int = 2
        tones: list[int] = dataclasses.field(default_factory=list)

    return Line


def test_what_was_kept_makes_the_same_class(tmp_path: Path) -> None:
    recorder = precompiled.Recorder()
    precompiled.use(recorder)
    ordinary = make_class()("a", 3)
    recorder.save(tmp_path / "kept")
    kept = precompiled.read(tmp_path / "kept")
    assert kept is not None
    precompiled.use(kept)
    line = make_class()
    assert repr(line("a", 3)) == repr(ordinary)
    assert line("a") < line("b") and line("a", 1) == line("a", 1) != line("a", 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        line("a").name = "b"
    assert line("a").tones is not line("b").tones
    assert kept.fresh == 0, "all methods were known"


def test_threads_may_make_classes_at_once(tmp_path: Path) -> None:
    """As the page's threads do, that load a part when it is first asked for."""
    recorder = precompiled.Recorder()
    texts = [f"def f{number}(): return {number} * {number}" for number in range(400)]
    for text in texts:
        recorder(text)
    recorder.save(tmp_path / "kept")
    kept = precompiled.read(tmp_path / "kept")
    assert kept is not None
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # they take turns as often as they can
    try:
        with ThreadPoolExecutor(8) as pool:
            codes = list(pool.map(kept, texts * 5))
    finally:
        sys.setswitchinterval(usual)
    kept.close()
    assert [code.co_names for code in codes] == [(f"f{number}",) for number in range(400)] * 5
    assert kept.fresh == 0


def test_a_class_nobody_knew_is_compiled(tmp_path: Path) -> None:
    precompiled.Recorder().save(tmp_path / "kept")
    kept = precompiled.read(tmp_path / "kept")
    assert kept is not None
    precompiled.use(kept)
    assert make_class()("a").rings == 2
    assert kept.fresh > 0


@pytest.mark.parametrize(
    "data", [b"", b"\0\0\0\0another Python", precompiled._HEAD, precompiled._HEAD + b"\7\0\0\0damaged"]
)
def test_another_pythons_file_or_a_damaged_one_is_left_alone(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(data)
    assert precompiled.read(tmp_path / "kept") is None


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    assert precompiled.read(tmp_path / "none") is None


@pytest.mark.timeout(400)
def test_a_second_process_finds_all_that_the_first_one_kept(tmp_path: Path) -> None:
    """Texts that differed from start to start would be of no use."""
    kept = tmp_path / "kept"
    say = f"from pathlib import Path; from appliance import precompiled as p; file = Path({str(kept)!r});"
    names = "p.PARTS = ('appliance.config.options', 'appliance.contract.plan', 'appliance.launch');"
    run = [sys.executable, "-c"]
    subprocess.run([*run, f"{say} {names} p.FILE = file; p.make()"], check=True, timeout=150)
    load = "k = p.read(file); p.use(k); import appliance.contract.plan, appliance.launch; print(k.fresh)"
    found = subprocess.run([*run, f"{say} {load}"], check=True, timeout=150, capture_output=True, text=True)
    assert found.stdout.strip() == "0"
