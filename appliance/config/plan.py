"""Checked settings -> the core's `Plan`: prompts become parts to play, names become lines."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.config.dialer_plan import campaign_plans
from appliance.config.flow_plan import Around, flow_plan, prompt
from appliance.config.messages_plan import marketing_plans, survey_plan, voicemail_plans
from appliance.config.queue_plan import agent_plan, queue_plan
from appliance.config.schema import GsmTrunk, Settings, SipTrunk, VoiceModemTrunk
from appliance.config.talk import talk_plan
from appliance.contract.plan import (
    HandsetPlan,
    OpeningHours,
    Plan,
    TrunkPlan,
)

#: GSM first: its far end's answer and hang-up are signalled, an analog line's must be heard.
_ORDER = {"gsm": 0, "sip": 1, "voice_modem": 2}

AnyTrunk = GsmTrunk | VoiceModemTrunk | SipTrunk


def to_plan(settings: Settings) -> Plan:
    """What the core must know of these settings. Trunks that are switched off are not in it."""
    box, speak = settings.box, settings.box.language
    trunks, around = _trunks(settings), Around(speak, box.timezone, settings.hours.spans)
    return Plan(
        country=box.country,
        language=speak,
        trunks=trunks,
        handsets={
            handset.extension: HandsetPlan(
                handset.extension, handset.label, handset.trunk_group, handset.pickup_group
            )
            for handset in settings.handsets
        },
        agents={agent.id: agent_plan(agent) for agent in settings.agents},
        queues={queue.name: queue_plan(queue, speak) for queue in settings.queues},
        flows={flow.name: flow_plan(flow, around) for flow in settings.flows},
        trunk_groups={
            name: tuple(_group(settings, chosen, trunks)) for name, chosen in settings.trunk_groups.items()
        },
        emergency_numbers=frozenset(box.emergency_numbers),
        outside_prefix=box.outside_prefix,
        maximum_call_seconds=box.maximum_call_minutes * 60.0,
        silence_seconds=box.silence_seconds,
        answer_inference_seconds=box.answer_inference_seconds,
        record=box.record,
        recording_notice=prompt(box.recording_notice, speak),
        talk=talk_plan(settings),
        voicemail=voicemail_plans(settings),
        survey=survey_plan(settings),
        marketing=marketing_plans(settings),
        campaigns=campaign_plans(settings.dialer, box.country, box.name, speak),
    )


def line_names(trunk: AnyTrunk) -> list[str]:
    """The lines a trunk stands for: its own name, or name/1 … name/n for a SIP trunk of n > 1 channels."""
    if not isinstance(trunk, SipTrunk) or trunk.channels == 1:
        return [trunk.name]
    return [f"{trunk.name}/{number}" for number in range(1, trunk.channels + 1)]


def _trunks(settings: Settings) -> dict[str, TrunkPlan]:
    hours = OpeningHours(
        settings.box.timezone, tuple((span.day, span.start, span.end) for span in settings.hours.spans)
    )
    closed = prompt(settings.hours.closed, settings.box.language)
    return {
        name: TrunkPlan(name, label, trunk.flow, hours, closed, trunk.kind)
        for trunk in settings.trunks
        if trunk.enabled
        for name, label in zip(line_names(trunk), _labels(trunk), strict=True)
    }


def _labels(trunk: AnyTrunk) -> list[str]:
    if not isinstance(trunk, SipTrunk) or trunk.channels == 1:
        return [trunk.label]
    return [f"{trunk.label} {number}" for number in range(1, trunk.channels + 1)]


def _group(settings: Settings, chosen: list[str], lines: dict[str, TrunkPlan]) -> Iterator[str]:
    """The lines of a trunk group in hunting order; an empty group means every trunk, GSM first."""
    known = {trunk.name: trunk for trunk in settings.trunks}
    wanted = [known[name] for name in chosen if name in known]
    for trunk in wanted or sorted(settings.trunks, key=lambda trunk: _ORDER[trunk.kind]):
        yield from (name for name in line_names(trunk) if name in lines)
