"""Why a flow's file cannot be used, field by field, in the reader's language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.config.flow_file import FlowFieldsError, read_flow_file
from appliance.config.flows import FlowSettings
from appliance.config.words import _PATTERNS, SENTENCES, Told
from tests.web.site import Site, site
from webui.forms.flow_files import read
from webui.lint_words import FIELDS, field_said

GOOD: dict[str, Any] = {
    "name": "main",
    "label": "Main",
    "start": "menu",
    "nodes": {"menu": {"kind": "menu", "prompt": {"text": "Well?"}, "keys": {"1": {"to": "bye"}}},
              "bye": {"kind": "hangup"}},
}  # fmt: skip
ARGS = {"bound": "3", "count": "4", "pattern": "[a]", "known": "a, b", "why": "So."}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("refusals")
    with site(folder) as found:
        yield found


def refused(pages: Site, language: str, **changed: Any) -> dict[str, str]:
    with pages.app.test_request_context("/", headers={"Accept-Language": language}):
        return read(json.dumps({**GOOD, **changed}).encode())[1]


def test_the_page_has_every_sentence_a_flow_may_get(pages: Site) -> None:
    patterns = set(
        re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', json.dumps(FlowSettings.model_json_schema()))
    )
    wanted = {_PATTERNS[pattern] for one in patterns if (pattern := json.loads(f'"{one}"')) in _PATTERNS}
    assert len(wanted) > 8 and wanted <= set(FIELDS)
    assert {code for code in SENTENCES if not code.startswith("form_")} - set(FIELDS) == {"trunk_kind"}
    with pages.app.test_request_context("/", headers={"Accept-Language": "en"}):
        for code in FIELDS:
            told = Told(code, ARGS)
            assert field_said(told) == told.says
            guessing = Told(code, {**ARGS, "guess": "queue"})
            assert field_said(guessing) == guessing.says and guessing.says.endswith(" Did you mean queue?")


@pytest.mark.parametrize("language", ["de", "es"])
def test_they_stand_in_the_readers_language(pages: Site, language: str) -> None:
    with pages.app.test_request_context("/", headers={"Accept-Language": language}):
        same = [code for code in FIELDS if field_said(Told(code, ARGS)) == Told(code, ARGS).says]
    assert same == ["other"]


def test_a_file_is_refused_field_by_field(pages: Site) -> None:
    nodes = {
        "menu": {"kind": "meny", "prompt": {"text": "Well?"}},
        "bye": {"kind": "hangup", "promt": {"text": "Bye."}},
    }
    found = refused(pages, "de", nodes=nodes, label="x" * 500, start="Not A Name")
    kind = found.pop("file.nodes.menu")
    assert kind.startswith("Es muss eines von prompt, ") and kind.endswith(" Meinten Sie menu?")
    assert found == {
        "file.label": "Es darf höchstens 60 Zeichen haben.",
        "file.start": "Der Name eines Schritts hat kleine Buchstaben, Ziffern, - und _, beginnt mit einem "
        "Buchstaben und hat höchstens 48 Zeichen.",
        "file.nodes.bye.promt": "Eine Einstellung dieses Namens gibt es nicht. Meinten Sie prompt?",
    }
    assert refused(pages, "de") == {}


def test_the_same_in_english_as_ever() -> None:
    with pytest.raises(FlowFieldsError) as caught:
        read_flow_file(json.dumps({**GOOD, "label": ""}).encode())
    assert caught.value.problems == {"label": "This is needed."}
    assert caught.value.told["label"].code == "needed"
