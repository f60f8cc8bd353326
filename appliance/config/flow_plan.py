"""A flow's settings -> the nodes the core walks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from appliance.config import flow_nodes as settings
from appliance.config.fields import DaySpan, PromptText
from appliance.config.flows import FlowSettings
from appliance.contract import flow as plan
from appliance.contract.media import Prompt, Sound, Speech

Exits = dict[str, str]


class Around:
    """What nodes take from the rest of the settings: the box's language and its opening hours."""

    def __init__(self, language: str, timezone: str, week: list[DaySpan]) -> None:
        self.language = language
        self.timezone = timezone
        self.week = week

    def said(self, words: settings.Words) -> plan.Said:
        own = {"": prompt(words, self.language)}
        return {**own, **{name: prompt(text, name) for name, text in words.languages.items()}}


def prompt(text: PromptText, language: str) -> Prompt:
    """The parts to play: an uploaded recording wins over typed text; neither means silence."""
    if text.upload is not None:
        return (Sound(f"upload/{text.upload}", language),)
    return (Speech(text.text, language),) if text.text.strip() else ()


def flow_plan(flow: FlowSettings, around: Around) -> plan.FlowPlan:
    """The flow with every exit resolved."""
    nodes = {}
    for name, node in flow.nodes.items():
        exits = {way.exit: way.target for way in flow.ways(name) if way.target}
        nodes[name] = _MAKERS[type(node)](node, exits, around)
    return plan.FlowPlan(flow.name, flow.start, nodes, {key: to for key, to in flow.anywhere.items() if to})


def _prompt(node: settings.PromptNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.PromptNode(exits=exits, said=around.said(node.prompt))


def _announcement(node: settings.AnnouncementNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.PromptNode(exits=exits, said=around.said(node.prompt), interruptible=False)


def _asking(node: settings.Asking, exits: Exits, around: Around) -> dict[str, Any]:
    return {
        "exits": exits,
        "said": around.said(node.prompt),
        "invalid": around.said(node.wrong),
        "seconds": node.seconds,
        "tries": node.tries,
    }


def _menu(node: settings.MenuNode, exits: Exits, around: Around) -> plan.AnyNode:
    keys = {key: tuple(told.words) for key, told in node.keys.items()}
    names = {name for told in node.keys.values() for name in told.languages}
    spoken = {
        name: {key: tuple(told.languages.get(name, ())) for key, told in node.keys.items()} for name in names
    }
    said = node.speech and any(any(words.values()) for words in (keys, *spoken.values()))
    return plan.MenuNode(
        keys=keys, spoken=spoken, speech=said, barge_in=node.barge_in, **_asking(node, exits, around)
    )


def _digits(node: settings.DigitsNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.DigitsNode(
        variable=node.variable,
        least=node.least,
        most=node.most,
        closing=node.closing,
        masks=tuple(node.masks),
        luhn=node.luhn,
        secret=node.secret,
        **_asking(node, exits, around),
    )


def _schedule(node: settings.Calendar, around: Around) -> plan.Schedule:
    week = around.week if node.box_hours else node.week
    return plan.Schedule(
        timezone=around.timezone,
        week=tuple((span.day, span.start, span.end) for span in week),
        openings=tuple(
            (opening.day, time.fromisoformat(opening.start), time.fromisoformat(opening.end))
            for opening in node.openings
        ),
        own_days=frozenset(node.own_days),
        country=node.country,
        region=node.region,
    )


def _hours(node: settings.HoursNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.HoursNode(exits=exits, schedule=_schedule(node, around))


def _language(node: settings.LanguageNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.LanguageNode(exits=exits, language=node.language)


def _set(node: settings.SetNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.SetNode(exits=exits, values=dict(node.values))


def _condition(node: settings.ConditionNode, exits: Exits, around: Around) -> plan.AnyNode:
    cases = tuple(plan.Case(case.variable, case.test, case.value) for case in node.cases)
    return plan.ConditionNode(exits=exits, cases=cases)


def _needs(node: settings.NeedsNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.NeedsNode(exits=exits, skills=dict(node.skills), head_start=node.head_start_seconds)


def _voicemail(node: settings.VoicemailNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.GoNode(exits=exits, kind="voicemail", target=node.voicemail)


def _callback(node: settings.CallbackNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.GoNode(exits=exits, kind="callback", target=node.queue)


def _queue(node: settings.QueueNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.GoNode(exits=exits, kind="queue", target=node.queue)


def _department(node: settings.DepartmentNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.GoNode(exits=exits, kind="department", target=" ".join(node.queues))


def _agent(node: settings.AgentNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.GoNode(exits=exits, kind="agent", target=node.agent, seconds=node.seconds)


def _extension(node: settings.ExtensionNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.GoNode(exits=exits, kind="extension", target=node.extension, seconds=node.seconds)


def _outside(node: settings.OutsideNode, exits: Exits, around: Around) -> plan.AnyNode:
    target = f"{node.group} {node.number}"
    return plan.GoNode(exits=exits, kind="outside", target=target, seconds=node.seconds)


def _identify(node: settings.IdentifyNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.IdentifyNode(exits=exits, account=node.account or "", pin=node.pin or "")


def _http(node: settings.HttpNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.HttpNode(
        exits=exits,
        url=node.url,
        method=node.method,
        body=dict(node.body),
        answers=dict(node.answers),
        seconds=node.seconds,
    )


def _sms(node: settings.SmsNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.TextNode(
        exits=exits,
        text={"": node.text, **node.languages},
        to=node.to,
        group=node.group,
        seconds=node.seconds,
    )


def _survey(node: settings.SurveyNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.GoNode(exits=exits, kind="survey", target=" ".join(node.questions))


def _appointment(node: settings.AppointmentNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.AppointmentNode(
        exits=exits,
        said=around.said(node.prompt),
        invalid=around.said(node.wrong),
        seconds=node.seconds,
        tries=node.tries,
        slots=plan.Slots(
            schedule=_schedule(node, around),
            minutes=node.minutes,
            places=node.places,
            offers=node.offers,
            notice_hours=node.notice_hours,
            days=node.days,
        ),
    )


def _flow(node: settings.FlowNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.FlowNode(exits=exits, flow=node.flow)


def _return(node: settings.ReturnNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.ReturnNode(exits=exits)


def _opt_out(node: settings.OptOutNode, exits: Exits, around: Around) -> plan.AnyNode:
    said = {language: words for language, words in around.said(node.prompt).items() if words}
    return plan.OptOutNode(exits=exits, said=said, campaign_only=node.campaign_only)


def _outcome(node: settings.OutcomeNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.OutcomeNode(exits=exits, code=node.code)


def _hangup(node: settings.HangupNode, exits: Exits, around: Around) -> plan.AnyNode:
    return plan.HangupNode(exits=exits, said=around.said(node.prompt))


_MAKERS: dict[type[settings.Node], Callable[[Any, Exits, Around], plan.AnyNode]] = {
    settings.PromptNode: _prompt,
    settings.AnnouncementNode: _announcement,
    settings.MenuNode: _menu,
    settings.DigitsNode: _digits,
    settings.HoursNode: _hours,
    settings.LanguageNode: _language,
    settings.SetNode: _set,
    settings.ConditionNode: _condition,
    settings.NeedsNode: _needs,
    settings.VoicemailNode: _voicemail,
    settings.CallbackNode: _callback,
    settings.QueueNode: _queue,
    settings.DepartmentNode: _department,
    settings.AgentNode: _agent,
    settings.ExtensionNode: _extension,
    settings.OutsideNode: _outside,
    settings.IdentifyNode: _identify,
    settings.HttpNode: _http,
    settings.SmsNode: _sms,
    settings.SurveyNode: _survey,
    settings.AppointmentNode: _appointment,
    settings.FlowNode: _flow,
    settings.ReturnNode: _return,
    settings.OptOutNode: _opt_out,
    settings.OutcomeNode: _outcome,
    settings.HangupNode: _hangup,
}
