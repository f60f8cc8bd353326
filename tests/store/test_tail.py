"""The tail file: whatever it holds, a replay gives whole entries of one generation, and never raises."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from appliance.store.tail import SIZE, Tail

Lines = st.lists(st.binary(min_size=1, max_size=300).map(lambda raw: raw.hex().encode()), max_size=12)


def _tail(folder: str) -> tuple[Path, Tail]:
    path = Path(folder) / "tail"
    return path, Tail(path)


@given(st.lists(Lines, min_size=1, max_size=5), st.integers(min_value=1, max_value=2**40))
def test_the_last_generation_is_replayed_whole(generations: list[list[bytes]], first: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, tail = _tail(folder)
        for lines in generations:
            tail.restart(first)
            for line in lines:
                tail.append([line])
            if lines:
                again = Tail(path)
                assert again.replay() == (first, lines)
                again.close()
            first += len(lines)
        tail.close()


@given(Lines, st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=40)), max_size=4))
def test_damage_costs_only_what_follows_it(lines: list[bytes], damage: list[tuple[int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, tail = _tail(folder)
        tail.restart(7)
        tail.append([b"old" * 50] * 5)
        tail.restart(12)
        tail.append(lines)
        tail.close()
        with path.open("r+b") as file:
            for place, garbage in damage:
                file.seek(place)
                file.write(garbage)
        tail = Tail(path)
        first, found = tail.replay()
        tail.close()
        assert found == (lines if first == 12 else [b"old" * 50] * 5)[: len(found)] or first == 0
        if not damage and lines:
            assert (first, found) == (12, lines)


@given(st.binary(max_size=5000))
def test_any_bytes_are_replayed_without_an_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tail"
        path.write_bytes(b"CBT1" + content)
        tail = Tail(path)
        first, found = tail.replay()
        assert (first, found) == (0, [])
        tail.close()


def test_the_file_has_its_size_before_the_first_entry(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "tail")
    assert os.stat(tmp_path / "tail").st_size == SIZE
    assert os.stat(tmp_path / "tail").st_blocks * 512 >= SIZE  # real blocks: a full disk cannot refuse them
    tail.close()


def test_an_entry_costs_about_sixty_bytes(tmp_path: Path) -> None:
    from appliance.store.codec import encode
    from bench.store.workload import Calls

    tail = Tail(tmp_path / "tail")
    tail.restart(1)
    entries = Calls().answered()
    for entry in entries:
        tail.append([encode(entry)])
    assert tail._offset / len(entries) < 75
    tail.close()
