"""Sums of products against Python's own arithmetic; the declarations against the module made of them."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.media import declarations, vectors

_SAMPLES = st.lists(st.integers(-32768, 32767), min_size=1, max_size=400)
_OVERFLOW = 1 << 31


def test_the_made_module_is_what_its_declarations_make() -> None:
    assert declarations.TARGET.read_text("ascii") == declarations.source()


@given(_SAMPLES)
def test_energy_is_exact_or_the_share_of_the_peak(values: list[int]) -> None:
    found = vectors.energy(array("h", values).tobytes())
    whole, peak = sum(value * value for value in values), max(map(abs, values))
    assert found == (whole if peak * peak * len(values) < _OVERFLOW else peak * peak)


@pytest.mark.parametrize("value", [-32768, 32767])
@pytest.mark.parametrize("place", [0, 7, 158, 159])
def test_one_click_is_loud_wherever_it_is(value: int, place: int) -> None:
    values = [0] * 160
    values[place] = value
    assert vectors.energy(bytearray(array("h", values).tobytes())) == value * value


@given(_SAMPLES)
def test_a_product_is_as_exact_as_floats_of_32_bits(values: list[int]) -> None:
    other = [(7 * number) % 11 - 5 for number in range(len(values))]
    found = vectors.dot(vectors.floats(values), vectors.floats(other), len(values))
    whole = sum(one * two for one, two in zip(values, other, strict=True))
    assert found == pytest.approx(whole, abs=1e-5 * float(np.dot(np.abs(values), np.abs(other))) + 1e-6)


@given(_SAMPLES)
def test_samples_are_the_numbers_in_the_bytes(values: list[int]) -> None:
    pcm = array("h", values).tobytes()
    assert vectors.samples(pcm) == vectors.samples(memoryview(bytearray(pcm))) == values
