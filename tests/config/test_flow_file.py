"""Flows as files: what is written is read again, and any bytes give a flow or sentences."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from appliance.config.defaults import defaults
from appliance.config.flow_file import MOST_BYTES, SENTENCES, FlowFileError, flow_text, read_flow_file
from appliance.config.flows import FlowSettings
from appliance.config.schema import dump
from appliance.contract.errors import SettingsError
from tests.config.random_flows import documents
from tests.support.examples import examples

FLOW: dict[str, Any] = dump(defaults())["flows"][0]
OLD = {"name": "old", "label": "Old", "greeting": {"text": "Hello."}, "choices": {}}


def refused(data: bytes) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        read_flow_file(data)
    return error.value.problems


def test_a_flow_is_read_as_it_was_written() -> None:
    text = flow_text(FLOW)
    assert read_flow_file(text.encode()) == FLOW
    assert read_flow_file(b"\xef\xbb\xbf" + text.encode()) == FLOW  # as some editors save it
    assert read_flow_file(json.dumps({"$schema": "x", **json.loads(text)}).encode()) == FLOW
    assert list(json.loads(text)) == ["name", "label", "start", "otherwise", "nodes"]


def test_a_flow_of_the_first_version_is_taken_over() -> None:
    found = read_flow_file(json.dumps(OLD).encode())
    assert found["nodes"]["greeting"]["prompt"]["text"] == "Hello."


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"x" * (MOST_BYTES + 1), "large"),
        (b"\xff\xfe{", "no_text"),
        (b"{", "no_json"),
        (b"[1, 2", "no_json"),
        (b"[1, 2]", "no_flow"),
        (b"7", "no_flow"),
        (b'{"nodes": []}', "no_flow"),
        (b'{"name": "a", "label": "b"}', "no_flow"),
        (b'{"name": "a", "name": "b", "nodes": {}}', "twice"),
        (b'{"nodes": {"a": {"seconds": NaN}}}', "odd_json"),
        (b"9" * 9000, "odd_json"),
        (b"[" * 200_000, "odd_json"),
        (b'{"nodes": {}, "label": "\\ud800"}', "half"),
    ],
)
def test_what_is_no_flow_at_all_says_why(data: bytes, code: str) -> None:
    with pytest.raises(FlowFileError) as error:
        read_flow_file(data)
    assert error.value.code == code
    assert error.value.problems["file"].startswith(SENTENCES[code].partition("%")[0])


def test_what_the_schema_refuses_is_told_with_its_place() -> None:
    nodes = {**FLOW["nodes"], "menu": {**FLOW["nodes"]["menu"], "seconds": 99}, "new": {"kind": "menue"}}
    found = refused(json.dumps({**FLOW, "nodes": nodes, "extra": 1}).encode())
    assert found["nodes.menu.seconds"] == "It must be at most 30."
    assert "Did you mean menu?" in found["nodes.new"]
    assert found["extra"] == "There is no setting of this name."


def _sentences(problems: dict[str, str]) -> None:
    assert problems
    for path, says in problems.items():
        assert path and says[0].isupper() | (says[0] in "“%") and says.rstrip()[-1] in ".?", (path, says)


@given(st.binary(max_size=200))
@settings(max_examples=examples(150), deadline=None)
def test_any_bytes_give_a_flow_or_sentences(data: bytes) -> None:
    _sentences(refused(data))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FLOW, "x", "choices", "menu"]), _JSON, max_size=8), st.data())
@settings(max_examples=examples(40), deadline=None)
def test_any_json_in_the_place_of_a_flow(found: dict[str, Any], draw: st.DataObject) -> None:
    place = draw.draw(st.sampled_from(["whole", "nodes", "node"]))
    if place == "nodes":
        found = {**FLOW, **found}
    elif place == "node":
        found = {**FLOW, "nodes": {**FLOW["nodes"], "menu": {**FLOW["nodes"]["menu"], **found}}}
    try:
        flow = read_flow_file(json.dumps(found).encode())
    except SettingsError as error:
        _sentences(error.problems)
    else:
        FlowSettings.model_validate(flow)


@given(documents())
@settings(max_examples=examples(20), deadline=None)
def test_every_flow_survives_its_file(data: dict[str, Any]) -> None:
    for row in data["flows"]:
        try:
            whole = FlowSettings.model_validate(row).model_dump(mode="json")
        except ValidationError:
            continue
        assert read_flow_file(flow_text(row).encode()) == whole
