"""One queue as it is now: who waits, how long still, and why nobody has them yet."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from appliance.contract.errors import ControlError
from appliance.contract.queue_look import QueueLook
from appliance.control.messages import ErrorCode
from webui.box import box
from webui.pages.calls import names_now
from webui.queue_view import agent_lines, waiting_lines

queue = Blueprint("queue", __name__, url_prefix="/live/queues")


@dataclass(frozen=True, slots=True)
class _Other:
    """Another queue, to move a caller to."""

    name: str
    label: str


@queue.get("/<name>")
def page(name: str) -> ResponseReturnValue:
    """The whole page; a script asks for its changing part again and again."""
    found = _look(name)
    return render_template("live/queue.html", here="live", look=found, part=_part(found))


@queue.get("/<name>/part")
def part(name: str) -> ResponseReturnValue:
    """The changing part alone."""
    return _part(_look(name))


def _look(name: str) -> QueueLook:
    try:
        return box().client.talk.look_at_queue(name)
    except ControlError as refused:
        if refused.code == ErrorCode.REFUSED:
            abort(404)
        raise


def _part(look: QueueLook) -> str:
    names, settings = names_now(), box().recent_settings()
    others = [_Other(row["name"], row["label"]) for row in settings["queues"] if row["name"] != look.name]
    return render_template(
        "live/queue_part.html",
        look=look,
        waiting=waiting_lines(look, names.agent, names.queue),
        agents=agent_lines(look, names.agent, names.queue),
        others=others,
        supervised=any(row.get("supervisor") for row in settings["agents"]),
    )
