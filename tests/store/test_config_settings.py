"""Settings as data: all problems at once, in words; secrets masked; the core's plan."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.config.checks import cross_problems
from appliance.config.defaults import defaults, first_start, simulated
from appliance.config.differences import summary
from appliance.config.plan import line_names, to_plan
from appliance.config.schema import MASK, SipTrunk, dump, keep_masked, load, masked
from appliance.config.secrets import hash_secret, new_password, new_pin, verify
from appliance.contract.errors import SettingsError
from appliance.contract.flow import GoNode, MenuNode, PromptNode
from appliance.contract.media import Sound, Speech
from appliance.core.plan_check import check
from tests.support.examples import examples

FOLDER = Path("/run/lines")


@pytest.fixture
def data() -> dict[str, Any]:
    return dump(simulated(defaults(), FOLDER))


def problems(data: object) -> dict[str, str]:
    with pytest.raises(SettingsError) as refused:
        load(data)
    return refused.value.problems


def put(data: dict[str, Any], path: str, value: object) -> None:
    """Set the value at "trunks.0.flow"."""
    *parts, last = path.split(".")
    here: Any = data
    for part in parts:
        here = here[int(part)] if isinstance(here, list) else here[part]
    here[int(last) if isinstance(here, list) else last] = value


def test_the_first_settings_are_valid_and_whole(data: dict[str, Any]) -> None:
    assert dump(load(data)) == data


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("trunks.0.flow", "mian", "There is no flow mian. Did you mean main?"),
        ("trunks.1.name", "gsm1", "There is another trunk gsm1; each needs a name of its own."),
        ("trunks.3.port", "/run/lines/fxo1", "Trunk fxo1 uses the port /run/lines/fxo1 already."),
        ("trunks.1.audio_port", "/run/lines/gsm1", "Trunk gsm1 uses the port /run/lines/gsm1 already."),
        ("trunks.0.pin", "12", "A SIM PIN has 4 to 8 digits."),
        ("trunks.2.answer_after_rings", 0, "It must be at least 1."),
        (
            "trunks.0.family",
            "quectell",
            "It must be one of auto, simcom, quectel, huawei, generic. Did you mean quectel?",
        ),
        ("handsets.1.extension", "201", "There is another handset 201; each needs a name of its own."),
        ("handsets.0.extension", "999", "999 is an emergency number; a handset cannot have it."),
        ("handsets.0.extension", "012", "An extension has 2 to 6 digits and does not begin with 0."),
        ("handsets.0.trunk_group", "outsid", "There is no trunk group outsid. Did you mean outside?"),
        (
            "handsets.0.secret",
            "1234",
            "A handset's secret has at least 32 letters and digits; let the box make one.",
        ),
        ("agents.0.handset", "203", "There is no handset 203. Did you mean 202?"),
        ("agents.0.queues", ["slaes"], None),
        ("agents.1.id", "11", "There is another agent 11; each needs a name of its own."),
        ("agents.0.name", "", "This is needed."),
        ("queues.0.overflow", {"kind": "queue", "target": "sales"}, None),
        ("queues.0.ring_seconds", "soon", "A number is wanted here."),
        ("queues.0.ring_seconds", float("nan"), None),
        ("queues.0.strategy", "longest", None),
        ("flows.0.nodes.queue-sales.queue", "support", "There is no queue support."),
        ("flows.0.nodes.menu.keys", {"12": {"to": "goodbye"}}, None),
        ("flows.0.nodes.menu.keys.1.to", "queue", "There is no node queue. Did you mean queue-sales?"),
        ("flows.0.nodes.menu.kind", "menue", None),
        ("flows.0.nodes.greeting.prompt.text", "x" * 2000, None),
        ("flows.0.start", "greet", "There is no node greet. Did you mean greeting?"),
        ("hours.spans", [{"day": 0, "start": "18:00", "end": "09:00"}], None),
        ("box.timezone", "Europe/Berln", "This time zone is not known. An example is Europe/Berlin."),
        ("box.emergency_numbers", ["112", "*50"], None),
        ("box.emergency_numbers", [], "At least 1 must be given."),
        ("box.emergency_numbers", ["112 "], None),
        ("box.country", "us", "A country is two capital letters, such as DE or US."),
        ("trunk_groups", {"outside": ["gsm3"]}, None),
        ("trunk_groups", {"Outside": []}, None),
        ("schema_version", 2, None),
        ("trunks", [{"kind": "isdn", "name": "x"}], None),
        ("trunks", "gsm1", "A list is wanted here."),
        ("box", None, "A set of names and values is wanted here."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    data: dict[str, Any], path: str, value: object, sentence: str | None
) -> None:
    put(data, path, value)
    found = problems(data)
    assert [place for place in found if place.startswith(path)], found
    if sentence is not None:
        assert found[path] == sentence
    for said in found.values():
        assert said[0].isupper() or said[0].isdigit() or said[0] == "*"
        assert said.endswith((".", "?"))


def test_all_problems_come_at_once(data: dict[str, Any]) -> None:
    put(data, "trunks.0.flow", "mian")
    put(data, "trunks.1.prot", 5)
    put(data, "queues.0.ring_seconds", 1)
    put(data, "agents.0.handset", "299")
    put(data, "flows.0.nodes.menu.keys.7", {"to": "agent-13"})
    found = problems(data)
    assert set(found) == {
        "trunks.0.flow",
        "trunks.1.prot",
        "queues.0.ring_seconds",
        "agents.0.handset",
        "flows.0.nodes.menu.keys.7.to",
    }
    assert found["trunks.1.prot"] == "There is no setting of this name. Did you mean port?"


def test_an_extension_under_the_outside_prefix_is_refused(data: dict[str, Any]) -> None:
    put(data, "box.outside_prefix", "20")
    assert set(problems(data)) == {"handsets.0.extension", "handsets.1.extension"}


def test_a_problem_never_shows_a_secret(data: dict[str, Any]) -> None:
    put(data, "handsets.0.secret", "tiny-secret")
    put(data, "trunks.0.pin", "99x")
    with pytest.raises(SettingsError) as refused:
        load(data)
    assert "tiny-secret" not in str(refused.value)
    assert "99x" not in str(refused.value)
    assert refused.value.__cause__ is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_PATHS = st.sampled_from(
    [
        *("box", "web", "trunks", "handsets", "agents", "queues", "flows", "hours", "trunk_groups"),
        *("trunks.0", "trunks.0.name", "trunks.0.kind", "trunks.0.port", "handsets.0.extension", "agents.0"),
        *("agents.0.queues", "queues.0.overflow", "flows.0.nodes.menu.keys", "flows.0.nodes"),
        *("flows.0.nodes.menu", "flows.0.start", "flows.0.nodes.queue-sales.queue"),
        *("box.emergency_numbers", "box.outside_prefix", "hours.spans", "trunk_groups.outside"),
    ]
)


@given(st.lists(st.tuples(_PATHS, _JSON), max_size=4))
@settings(max_examples=examples(200))
def test_any_data_gives_settings_or_problems(changes: list[tuple[str, object]]) -> None:
    data = dump(simulated(defaults(), FOLDER))
    for path, value in changes:
        try:
            put(data, path, value)
        except (KeyError, TypeError, IndexError, ValueError):
            continue
    try:
        check(to_plan(load(data)))  # what the page may save the core can go by
    except SettingsError as refused:
        assert refused.problems
        with pytest.raises(SettingsError):
            load(data)
        assert all(sentence for sentence in refused.problems.values())


@given(_JSON)
def test_the_checks_between_fields_never_raise(value: object) -> None:
    if isinstance(value, dict):
        cross_problems(value)
    with pytest.raises(SettingsError):
        load([value])


def test_masked_settings_show_no_secret_and_save_back_whole(data: dict[str, Any]) -> None:
    put(data, "trunks.0.pin", "4711")
    put(data, "web.admin_hash", "$argon2id$x")
    settings = load(data)
    shown = masked(settings)
    assert shown["handsets"][0]["secret"] == shown["trunks"][0]["pin"] == shown["web"]["admin_hash"] == MASK
    assert shown["agents"][0]["pin_hash"] == ""
    for handset in settings.handsets:
        assert handset.secret.get_secret_value() not in str(shown)
    assert load(keep_masked(shown, settings)) == settings


def test_masked_rows_are_found_by_name_not_by_place(data: dict[str, Any]) -> None:
    settings = load(data)
    shown = masked(settings)
    shown["handsets"].reverse()
    kept = load(keep_masked(shown, settings))
    assert kept.handsets[1].secret == settings.handsets[0].secret
    shown["handsets"][0]["extension"] = "277"
    renamed = load({**keep_masked(shown, settings), "agents": []})
    assert renamed.handsets[0].secret not in (settings.handsets[0].secret, settings.handsets[1].secret)


def test_the_plan_of_the_first_settings(data: dict[str, Any]) -> None:
    plan = to_plan(load(data))
    assert plan.trunk_groups == {"outside": ("gsm1", "gsm2", "fxo1", "fxo2")}
    flow = plan.flows["main"]
    menu, queue = flow.nodes["menu"], flow.nodes["queue-sales"]
    assert flow.nodes[flow.start] == PromptNode(
        said={"": (Speech("Welcome. Thank you for calling.", "en"),)},
        exits={"next": "menu", "error": "queue-sales"},
    )
    assert isinstance(menu, MenuNode) and menu.exits["key 1"] == menu.exits["timeout"] == "queue-sales"
    assert isinstance(queue, GoNode) and (queue.kind, queue.target) == ("queue", "sales")
    assert plan.agents["11"].handset == "201"
    assert plan.agents["12"].queues == ("sales",)
    assert plan.queues["sales"].welcome == ()
    assert set(plan.handsets) == {"201", "202"}


def test_uploads_win_and_switched_off_trunks_are_out(data: dict[str, Any]) -> None:
    put(data, "flows.0.nodes.greeting.prompt", {"text": "Hello", "upload": "ab" * 16})
    put(data, "trunks.0.enabled", False)
    put(data, "trunk_groups.outside", ["fxo1", "gsm1", "gsm2"])
    plan = to_plan(load(data))
    greeting = plan.flows["main"].nodes["greeting"]
    assert isinstance(greeting, PromptNode) and greeting.said[""] == (Sound("upload/" + "ab" * 16, "en"),)
    assert plan.trunk_groups["outside"] == ("fxo1", "gsm2")
    assert set(plan.trunks) == {"gsm2", "fxo1", "fxo2"}


def test_a_sip_trunk_of_three_channels_is_three_lines(data: dict[str, Any]) -> None:
    trunk = SipTrunk(name="office", label="Office", host="192.0.2.1", register_out=False, channels=3)
    data["trunks"].append(trunk.model_dump(mode="json"))
    plan = to_plan(load(data))
    assert line_names(trunk) == ["office/1", "office/2", "office/3"]
    assert plan.trunks["office/2"].label == "Office 2"
    assert plan.trunk_groups["outside"][2:5] == ("office/1", "office/2", "office/3")
    data["trunks"][4]["channels"] = 1
    assert "office" in to_plan(load(data)).trunks
    data["trunks"][0]["name"] = "office"
    assert problems(data) == {"trunks.4.name": "There is another trunk office; each needs a name of its own."}


def test_first_start_has_fresh_secrets_that_fit() -> None:
    one, other = first_start(), first_start()
    assert one.admin_password != other.admin_password
    assert verify(one.settings.web.admin_hash, one.admin_password)
    assert one.settings.web.admin_one_time
    for agent in one.settings.agents:
        assert verify(agent.pin_hash, one.pins[agent.id])
    assert one.admin_password not in repr(one)
    assert not any(f"'{pin}'" in repr(one) for pin in one.pins.values())
    handsets = one.settings.handsets + other.settings.handsets
    assert len({handset.secret.get_secret_value() for handset in handsets}) == 4


def test_secrets_verify_only_themselves() -> None:
    hashed = hash_secret("1234")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify(hashed, "1234")
    assert not verify(hashed, "1235")
    assert not verify("", "1234")
    assert not verify("$argon2id$broken", "1234")
    assert hash_secret("1234") != hashed
    assert len(new_pin()) == 4
    assert new_pin().isdigit()
    assert len(new_password()) == 14


def test_differences_in_words(data: dict[str, Any]) -> None:
    new = deepcopy(data)
    put(new, "queues.0.record", False)
    put(new, "flows.0.nodes.goodbye.prompt.text", "")
    new["trunks"].pop(0)
    new["agents"].append({"id": "13", "name": "Cy"})
    assert summary(data, new) == (
        "trunk gsm1 removed; agent 13 added; queue sales: record on → off; "
        "flow main, nodes, goodbye, prompt: text cleared"
    )
    assert summary(data, data) == "no change"
    assert summary(None, data) == "first settings"
    for number in range(20):
        put(new, "trunk_groups", {f"g{number}": [] for number in range(number)})
        new["agents"].append({"id": f"2{number}", "name": "N"})
    assert summary(data, new).endswith("more")
