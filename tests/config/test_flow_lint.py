"""What the lint says of flows, and that settings with an error in a flow are refused with the place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.config.checks import flow_names, well_formed_flows
from appliance.config.defaults import defaults
from appliance.config.flow_findings import SENTENCES, Finding
from appliance.config.flow_lint import lint
from appliance.config.flow_menu import migrated
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.errors import SettingsError
from appliance.core.plan_check import check
from tests.config.random_flows import documents
from tests.support.examples import examples

BYE = {"kind": "hangup"}
SAY = {"kind": "prompt", "prompt": {"text": "Hello."}, "next": "bye"}


def document(nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The first settings with this flow "main" (or with these flows)."""
    data = dump(defaults())
    flow = {"name": "main", "label": "Main", "start": next(iter(nodes)), "otherwise": "bye", "nodes": nodes}
    data["flows"] = [{**flow, **more}]
    return data


def findings(data: dict[str, Any]) -> list[Finding]:
    return lint(well_formed_flows(data), flow_names(data))


def refused(data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        load(data)
    return error.value.problems


def test_the_first_settings_have_nothing_to_complain_of() -> None:
    assert findings(dump(defaults())) == []


ERRORS: list[tuple[dict[str, Any], str, str]] = [
    ({"a": {**SAY, "next": "gone"}}, "nodes.a.next", "There is no node gone."),
    ({"a": {**SAY, "next": ""}}, "nodes.a.next", "The exit “next” leads nowhere"),
    (
        {"a": {"kind": "queue", "queue": "slaes"}},
        "nodes.a.queue",
        "There is no queue slaes. Did you mean sales?",
    ),
    ({"a": {"kind": "agent", "agent": "99"}}, "nodes.a.agent", "There is no agent 99."),
    ({"a": {"kind": "extension", "extension": "299"}}, "nodes.a.extension", "There is no handset 299."),
    ({"a": {"kind": "voicemail", "voicemail": "x"}}, "nodes.a.voicemail", "There is no voicemail box x."),
    ({"a": {"kind": "department", "queues": ["sales", "x"]}}, "nodes.a.queues.1", "There is no queue x."),
    ({"a": {"kind": "flow", "flow": "other", "next": "bye"}}, "nodes.a.flow", "There is no flow other."),
    ({"a": {"kind": "flow", "flow": "main", "next": "bye"}}, "nodes.a.flow", "leads back to this one"),
    ({"a": {**SAY, "next": "b"}, "b": {**SAY, "next": "a"}}, "nodes.a", "Callers would go round"),
    ({"a": {"kind": "menu", "prompt": {"text": "?"}}}, "nodes.a.keys", "at least one key"),
    ({"a": {"kind": "menu", "keys": {"1": {}}}}, "nodes.a.keys.1.to", "leads nowhere"),
    (
        {
            "a": {
                "kind": "menu",
                "keys": {"1": {"to": "bye", "words": ["yes"]}, "2": {"to": "bye", "words": ["Yes"]}},
            }
        },
        "nodes.a.keys.2.words",
        "The word “Yes” means key 1 already.",
    ),
    ({"a": {"kind": "digits", "least": 9, "most": 3, "next": "bye"}}, "nodes.a.most", "shorter"),
    ({"a": {"kind": "outside", "number": "+49301"}}, "nodes.a", "may not ring numbers outside"),
    (
        {"a": {"kind": "http", "url": "https://x.example/", "next": "bye"}},
        "nodes.a.url",
        "x.example is not among",
    ),
    ({"a": {"kind": "sms", "text": " ", "next": "bye"}}, "nodes.a.text", "no text to send"),
    ({"a": {"kind": "sms", "text": "x", "to": "other", "next": "bye"}}, "nodes.a.to", "caller's own number"),
    ({"a": {"kind": "sms", "text": "x", "group": "x", "next": "bye"}}, "nodes.a.group", "no line group x."),
    ({"a": {"kind": "sms", "text": "{x y}", "next": "bye"}}, "nodes.a.text", "A variable is written"),
    (
        {"a": {"kind": "survey", "questions": ["sloved"], "next": "bye"}},
        "nodes.a.questions.0",
        "The survey has no question sloved. Did you mean solved?",
    ),
    ({"a": {"kind": "appointment"}}, "nodes.a.next", "leads nowhere"),
    ({"a": {**SAY, "prompt": {"text": "{due:moon}"}}}, "nodes.a.prompt.text", "There is no form moon"),
    ({"a": {**SAY, "prompt": {"text": "{Due date}"}}}, "nodes.a.prompt.text", "A variable is written"),
]


@pytest.mark.parametrize(("nodes", "path", "says"), ERRORS, ids=lambda value: str(value)[:30])
def test_an_error_is_refused_with_its_place(nodes: dict[str, Any], path: str, says: str) -> None:
    problems = refused(document({**nodes, "bye": BYE}))
    assert says in problems[f"flows.0.{path}"], problems


def test_exits_for_trouble_need_an_answer_of_the_node_or_of_the_flow() -> None:
    problems = refused(
        document({"a": {"kind": "menu", "keys": {"1": {"to": "bye"}}}, "bye": BYE}, otherwise="")
    )
    assert set(problems) == {f"flows.0.nodes.a.{way}" for way in ("timeout", "invalid", "error")}


def test_nodes_without_a_way_to_an_end() -> None:
    nodes = {"a": {**SAY, "next": "b"}, "b": {"kind": "menu", "keys": {"1": {"to": "a"}}}}
    problems = refused(document(nodes, otherwise="a"))
    assert set(problems) == {"flows.0.nodes.a", "flows.0.nodes.b"}
    assert all("never gets out" in says for says in problems.values())


def test_what_the_schema_refuses_is_said_at_its_place() -> None:
    problems = refused(document({"a": {"kind": "menue"}, "B": BYE, "c": {**SAY, "nxet": "bye"}}))
    assert "Did you mean menu?" in problems["flows.0.nodes.a.kind"]
    assert "small letters" in problems["flows.0.nodes.B"]
    assert problems["flows.0.nodes.c.nxet"] == "There is no setting of this name. Did you mean next?"
    kindless = refused(document({"a": {"next": "bye"}, "bye": BYE}))
    assert kindless["flows.0.nodes.a.kind"].startswith("The kind is needed: prompt, ")


def test_ten_thousand_nodes_are_refused() -> None:
    nodes = {f"n{number}": {**SAY, "next": f"n{number + 1}"} for number in range(10_000)}
    assert refused(document({**nodes, "n10000": BYE})) == {"flows.0.nodes": "At most 500 can be given."}


def test_five_hundred_nodes_in_a_row_are_fine() -> None:
    nodes = {f"n{number}": {**SAY, "next": f"n{number + 1}"} for number in range(499)}
    load(document({**nodes, "n499": BYE}, otherwise="n499"))


@pytest.mark.parametrize(
    ("nodes", "path", "says"),
    [
        ({"a": SAY, "lost": SAY}, "nodes.lost", "No caller ever comes here."),
        ({"a": {**SAY, "prompt": {"text": " "}}}, "nodes.a.prompt", "Nothing is said here."),
        (
            {"a": {**SAY, "prompt": {"text": "{due}"}}},
            "nodes.a.prompt.text",
            "No node sets the variable due.",
        ),
        (
            {"a": {"kind": "appointment", "box_hours": False, "next": "bye"}},
            "nodes.a.week",
            "There are no opening hours: times from 9 to 17 are offered on every day.",
        ),
        ({"a": {"kind": "queue", "queue": "empty"}}, "nodes.a.queue", "Queue empty has no agents."),
    ],
)
def test_a_warning_is_told_and_does_not_keep_from_saving(nodes: dict[str, Any], path: str, says: str) -> None:
    data = document({**nodes, "bye": BYE})
    data["queues"].append({**data["queues"][0], "name": "empty"})
    found = [(one.path, one.says, one.error) for one in findings(data)]
    assert (path, says, False) in found
    load(data)


def test_a_circle_that_asks_or_decides_is_none_that_does_not_is() -> None:
    menu = {"kind": "menu", "prompt": {"text": "?"}, "keys": {"1": {"to": "a"}}}
    load(document({"a": menu, "bye": BYE}))
    case = {"kind": "condition", "cases": [{"variable": "caller", "to": "bye"}], "otherwise": "a"}
    load(document({"a": {**SAY, "next": "b"}, "b": case, "bye": BYE}))
    escape = {"kind": "set", "values": {"x": "1"}, "next": "a", "error": "bye"}
    problems = refused(document({"a": escape, "bye": BYE}))
    assert problems == {"flows.0.nodes.a": "Callers would go round here without being asked anything."}
    on = {
        "a": {**SAY, "next": "b"},
        "b": {**SAY, "next": "c"},
        "c": {**SAY, "next": "d"},
        "d": {**SAY, "next": "c"},
    }
    assert set(refused(document({**on, "bye": BYE}))) == {"flows.0.nodes.c", "flows.0.nodes.d"}


def test_flows_that_call_each_other_in_a_circle() -> None:
    data = document({"a": {"kind": "flow", "flow": "second", "next": "bye"}, "bye": BYE})
    second = {**data["flows"][0], "name": "second"}
    second["nodes"] = {"a": {"kind": "flow", "flow": "main", "next": "bye"}, "bye": BYE}
    third = {**second, "name": "third"}
    data["flows"] += [second, third]
    assert set(refused(data)) == {"flows.0.nodes.a.flow", "flows.1.nodes.a.flow"}


def test_emergency_numbers_are_no_way_out_of_a_flow() -> None:
    problems = refused(document({"a": {"kind": "outside", "number": "112"}, "bye": BYE}, dial_out=True))
    assert set(problems) == {"flows.0.nodes.a.number"}
    load(document({"a": {"kind": "outside", "number": "+49301"}, "bye": BYE}, dial_out=True))


def test_machines_are_asked_only_when_listed() -> None:
    data = document({"a": {"kind": "http", "url": "http://CRM.example:8080/x", "next": "bye"}, "bye": BYE})
    data["requests"] = {"hosts": ["crm.example:8080"]}
    load(data)
    data["requests"] = {"hosts": ["crm.example/x"]}
    assert "flows.0.nodes.a.url" in refused(data) and "requests.hosts" in refused(data)


@given(documents())
@settings(max_examples=examples(150), deadline=None)
def test_any_flows_give_findings_or_settings_the_core_takes(data: dict[str, Any]) -> None:
    errors = [one for one in findings(data) if one.error]
    try:
        plan = to_plan(load(data))
    except SettingsError as error:
        assert error.problems
        return
    assert not errors
    check(plan)


OLD_CHOICES = st.dictionaries(
    st.sampled_from("0123456789*#"),
    st.sampled_from(
        [
            {"kind": "queue", "target": "sales"},
            {"kind": "agent", "target": "11"},
            {"kind": "hangup", "target": ""},
            {"kind": "repeat", "target": ""},
        ]
    ),
    max_size=4,
)
OLD_WORDS = st.fixed_dictionaries({"text": st.sampled_from(["", "Hello."]), "upload": st.none()})


@given(
    OLD_CHOICES,
    st.sampled_from(
        [{"kind": "queue", "target": "sales"}, {"kind": "agent", "target": "12"}, {"kind": "hangup"}]
    ),
    OLD_WORDS,
    OLD_WORDS,
)
@settings(deadline=None)
def test_every_menu_of_a_box_that_exists_still_loads(
    choices: dict[str, Any], fallback: dict[str, str], greeting: dict[str, Any], menu: dict[str, Any]
) -> None:
    data = dump(defaults())
    old = {"name": "main", "label": "Main menu", "greeting": greeting, "menu": menu, "choices": choices}
    more = {"digit_seconds": 7.5, "tries": 2, "invalid": {"text": "No."}, "goodbye": {"text": "Bye."}}
    data["flows"] = [{**old, **more, "fallback": fallback}]
    flow = load(data).flows[0]
    assert migrated(dump(load(data))) == dump(load(data)), "what is new stays as it is"
    node = flow.nodes.get("menu")
    assert (node is not None and node.kind == "menu") is bool(choices)
    if node is not None and node.kind == "menu":
        assert (node.seconds, node.tries, set(node.keys)) == (7.5, 2, set(choices))
        assert all(told.to in flow.nodes for told in node.keys.values())


def test_an_old_flow_as_it_was_written_by_the_first_version() -> None:
    data = dump(defaults())
    data["flows"] = [
        {
            "name": "main",
            "label": "Main menu",
            "greeting": {"text": "Welcome.", "upload": None},
            "menu": {"text": "Press 1 for sales, 2 for Ana.", "upload": "ab" * 16},
            "choices": {
                "1": {"kind": "queue", "target": "sales"},
                "2": {"kind": "agent", "target": "11"},
                "9": {"kind": "repeat", "target": ""},
            },
            "digit_seconds": 5.0,
            "tries": 3,
            "invalid": {"text": "Sorry.", "upload": None},
            "fallback": {"kind": "queue", "target": "sales"},
            "goodbye": {"text": "Goodbye.", "upload": None},
        }
    ]
    flow = dump(load(data))["flows"][0]
    assert (flow["start"], flow["otherwise"]) == ("greeting", "queue-sales")
    assert list(flow["nodes"]) == ["greeting", "menu", "queue-sales", "agent-11", "goodbye"]
    keys = flow["nodes"]["menu"]["keys"]
    assert {key: told["to"] for key, told in keys.items()} == {
        "1": "queue-sales",
        "2": "agent-11",
        "9": "menu",
    }
    assert flow["nodes"]["menu"]["prompt"]["upload"] == "ab" * 16
    assert flow["nodes"]["goodbye"]["prompt"]["text"] == "Goodbye."


@pytest.mark.parametrize(
    "row",
    [
        {"name": "main", "label": "x", "choices": "all"},
        {"name": "main", "label": "x", "fallback": 3},
        {"name": "main", "label": "x", "choices": {"1": {"kind": [], "target": ""}}},
        {"name": "main", "label": "x", "greetings": {"text": "typo"}},
        "main",
        None,
    ],
)
def test_an_old_flow_that_cannot_be_understood_is_refused(row: object) -> None:
    data = dump(defaults())
    data["flows"] = [row]
    assert any(path.startswith("flows.0") for path in refused(data))


def test_keys_that_lead_away_from_everywhere() -> None:
    data = document({"a": SAY, "bye": BYE, "help": SAY}, anywhere={"0": "help"})
    assert findings(data) == []  # "help" is reached by key 0
    assert refused(document({"a": SAY, "bye": BYE}, anywhere={"0": "hlep", "9": "a"})) == {
        "flows.0.anywhere.0": "There is no node hlep."
    }


def test_messages_without_a_card_are_warned_of() -> None:
    data = document({"a": {"kind": "sms", "text": "Hello", "next": "bye"}, "bye": BYE})
    assert findings(data) == []
    data["trunks"] = [{"kind": "voice_modem", "name": "fxo1", "label": "Line", "port": "/dev/x"}]
    assert [(one.path, one.code, one.error) for one in findings(data)] == [("nodes.a", "no_sim", False)]


def test_a_survey_without_questions_is_an_error() -> None:
    data = document({"a": {"kind": "survey", "next": "bye"}, "bye": BYE})
    load(data)
    data["survey"]["questions"] = []
    assert refused(data) == {"flows.0.nodes.a.questions": SENTENCES["no_questions"]}


@given(documents())
@settings(max_examples=examples(60), deadline=None)
def test_every_finding_has_a_sentence(data: dict[str, Any]) -> None:
    for one in findings(data):
        assert "%(" not in one.says
