"""`callbox demo`: the whole box, a simulated caller, a robot agent, and the call's steps as they happen."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from appliance.config.options import Options
from appliance.config.queues import AgentSettings
from appliance.config.schema import HandsetSettings
from appliance.contract.errors import CallboxError
from appliance.contract.journal import CallRecord
from appliance.control.client import ControlClient
from appliance.control.messages import LiveCall
from appliance.foreground import run
from appliance.launch import say
from appliance.start import Prepared
from appliance.store.reader import RecordReader
from simulator.client import SimulatorClient
from simulator.robot import RobotAgent

_LINE = "gsm1"
_SCRIPT: list[dict[str, Any]] = [
    {"wait_for_sound": 30.0},
    {"wait_for_silence": 1.0},
    {"press": "1"},
    {"wait_for_sound": 30.0},
    {"babble": 3.0},
    {"listen": 4.0},
    {"babble": 3.0},
    {"hang_up": "signalled"},
]
_STAGES = {
    "ringing": "the line rings",
    "greeting": "the greeting is played",
    "menu": "the menu is played and a key awaited",
    "waiting": "the caller waits in the queue, with music",
    "offering": "an agent's handset rings",
    "talking": "caller and agent talk",
    "held": "the caller is on hold",
}


def main(options: Options) -> int:
    """Exit code of `callbox demo`."""
    try:
        return asyncio.run(run(options, lambda box, prepared: asyncio.to_thread(demonstrate, box, prepared)))
    except (CallboxError, OSError) as problem:
        say(f"Callbox cannot start: {problem}")
        return 1


def demonstrate(options: Options, prepared: Prepared) -> None:
    """Place one call and tell it; anything that is missing is said in one sentence."""
    try:
        _demonstrate(options, *_agent(prepared))
    except (CallboxError, OSError) as problem:
        say(f"demo: {problem}")


def _agent(prepared: Prepared) -> tuple[AgentSettings, HandsetSettings]:
    handsets = {handset.extension: handset for handset in prepared.settings.handsets}
    for agent in prepared.settings.agents:
        if agent.handset in handsets and agent.queues:
            return agent, handsets[agent.handset]
    raise CallboxError("The demo needs an agent with a handset and a queue; none is in the settings.")


def _demonstrate(options: Options, agent: AgentSettings, handset: HandsetSettings) -> None:
    if options.lines is None:
        raise CallboxError("The demo needs the simulated lines; start it in a data folder without trunks.")
    server = f"{options.host}:{options.sip_port}"
    secret = handset.secret.get_secret_value()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callbox-robot-")))
        stack.enter_context(RobotAgent(folder, handset.extension, secret, server))
        control = stack.enter_context(contextlib.closing(ControlClient(options.control)))
        lines = stack.enter_context(SimulatorClient(options.lines))
        say(f"demo: a robot agent (baresip) registers as {handset.extension}")
        _wait(lambda: _all_ready(control, handset.extension), 20, "line and handset are ready")
        control.set_agent_status(agent.id, "available", None, handset.extension)
        say(f"demo: agent {agent.name} is available; a subscriber calls {_LINE}")
        before = _newest(options)
        lines.place_call(_LINE, _SCRIPT, number="+36205550100", name="Demo caller")
        _tell(control)
        _wait(lambda: _newest(options) != before, 10, "the call's record is written")
        _summary(options, _newest(options))
        control.set_agent_status(agent.id, "logged_out", None, None)


def _all_ready(control: ControlClient, extension: str) -> bool:
    live = control.live()
    line = any(trunk.name == _LINE and trunk.state == "in_service" for trunk in live.trunks)
    return line and any(found.name == extension and found.registered for found in live.handsets)


def _wait(done: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise CallboxError(f"It took longer than {seconds:.0f} s until {what}.")
        time.sleep(0.1)


def _tell(control: ControlClient) -> None:
    """Print each step of the first call that begins, until it is over."""
    began = time.monotonic()
    seen = ""
    for call in _calls(control, began):
        if call is None:
            if seen:
                say(f"demo: {time.monotonic() - began:5.1f} s  the call is over")
                return
            continue
        step = f"{_STAGES.get(call.stage, call.stage)}{', recorded' if call.recording else ''}"
        if step != seen:
            seen = step
            say(f"demo: {time.monotonic() - began:5.1f} s  {step}")


def _calls(control: ControlClient, began: float) -> Iterator[LiveCall | None]:
    for state in control.events():
        if state is not None:
            yield state.calls[0] if state.calls else None
        if time.monotonic() - began > 90:
            raise CallboxError("The call did not end within 90 s.")


def _newest(options: Options) -> CallRecord | None:
    with contextlib.closing(RecordReader(options.records)) as reader:
        rows = reader.calls(limit=1)
        return rows[0].record if rows else None


def _summary(options: Options, record: CallRecord | None) -> None:
    if record is None:
        return
    say(
        f"demo: the record says: from {record.number} on {record.trunk}, key {record.digits}, "
        f"queue {record.queue}, agent {record.agent}, waited {record.waited_seconds:.0f} s, "
        f"talked {record.talk_seconds:.0f} s, {record.outcome}, ended by the {record.ended_by}"
    )
    page = f"http://{options.host}:{options.web_port}/calls/{record.call}"
    say(f"demo: see and hear it at {page} (the recording is encoded in a moment). Ctrl-C stops the box.")
