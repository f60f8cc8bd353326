"""The live page: what goes on now, told by server-sent events."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.ctx import RequestContext
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode, LiveState
from webui.answers import wants_json
from webui.box import box
from webui.note_words import notes
from webui.relay import Relay, Seen
from webui.rows import live_lines
from webui.sessions import logged_in
from webui.times import box_zone

log = logging.getLogger(__name__)
live = Blueprint("live", __name__)

HEARTBEAT_SECONDS = 15.0
_ME = "supervisor"  # in the session: the agent number of whoever sits at this browser


@live.get("/")
def page() -> ResponseReturnValue:
    """The whole page, with the state of now; readable without a script."""
    seen = now()
    agents = seen.state.agents if seen.state is not None else []
    return render_template(
        "live/page.html",
        here="live",
        part=part(seen),
        problem=seen.problem,
        supervisors=[agent for agent in agents if agent.supervisor],
        me=session.get(_ME),
    )


View = Callable[[Seen, str], str]
_VIEWS: dict[str, View] = {}


def shows(name: str) -> Callable[[View], View]:
    """A changing part of another page, told by the same stream: asked for with `?view=name&of=what`."""

    def kept(view: View) -> View:
        _VIEWS[name] = view
        return view

    return kept


@live.get("/live/part")
def poll() -> ResponseReturnValue:
    """The changing part alone, for browsers that got no event stream."""
    return _message(now())


def now() -> Seen:
    try:
        return box().live()
    except ControlError as error:
        return Seen(0, None, str(error))


def part(seen: Seen) -> str:
    """The changing part as HTML, made once for all readers of a language: it holds nothing of a session."""
    return seen.once(f"part {get_locale()}", partial(_part, seen.state, seen.problem))


def _part(state: LiveState | None, problem: str) -> str:
    sip, names = box().options, _names(state)
    return render_template(
        "live/part.html",
        state=state,
        notes=notes(state) if state is not None else [],
        problem=problem,
        server=sip.sip_host,
        port=sip.sip_port,
        calls=live_lines(state.calls, names) if state is not None else [],
        breaks=box().recent_settings()["talk"]["breaks"] if state is not None else [],
        figures=box().today.figures(box_zone().key) if state is not None else None,
    )


def _names(state: LiveState | None) -> dict[str, dict[str, str]]:
    if state is None:
        return {}
    return {
        "trunks": {trunk.name: trunk.label for trunk in state.trunks},
        "agents": {agent.id: agent.name for agent in state.agents},
        "queues": {queue.name: queue.label for queue in state.queues},
    }


def _message(seen: Seen) -> str:
    """What a browser is told of a state."""
    view, of = request.args.get("view", ""), request.args.get("of", "")[:40]
    other = _VIEWS.get(view)
    html = part(seen) if other is None else other(seen, of)

    def made() -> str:
        return json.dumps({"at": time.time(), "down": seen.state is None, "html": html})

    return seen.once(f"message {view} {of} {get_locale()}", made)


@live.get("/events")
def events() -> ResponseReturnValue:
    """Server-sent events (WHATWG HTML, section 9.2): the changing part after every change."""
    relay = box().relay
    if not relay.watch():
        return Response(status=503, headers={"Retry-After": "10"})
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    again = partial(app.request_context, request.environ)
    response = Response(_stream(relay, again), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(relay.unwatch)
    return response


def _stream(relay: Relay, request_again: Callable[[], RequestContext]) -> Iterator[str]:
    """Each message is made in a request context of its own: none is held while the stream waits."""
    last = 0
    yield "retry: 2000\n\n"
    while True:
        seen = relay.next(last, HEARTBEAT_SECONDS)
        with request_again():
            told = _told(seen) if _still_logged_in() else None
        if told is None:
            yield "event: bye\ndata: {}\n\n"
            return
        last = seen.number if seen is not None else last
        yield told


def _told(seen: Seen | None) -> str:
    return f"data: {_message(seen)}\n\n" if seen is not None else ": nothing new\n\n"


def _still_logged_in() -> bool:
    try:
        return logged_in()
    except ControlError:
        return True


def _done() -> ResponseReturnValue:
    box().acted()
    return Response(status=204) if wants_json() else redirect(url_for("live.page"), 303)


@live.post("/live/agents/<agent>/status")
def agent_status(agent: str) -> ResponseReturnValue:
    """Log an agent in or out, or send them on a break."""
    form = request.form
    box().client.set_agent_status(
        agent, form.get("status", ""), form.get("pause_code") or None, form.get("handset") or None
    )
    return _done()


@live.post("/live/calls/<call>/release")
def release_call(call: str) -> ResponseReturnValue:
    """End a call."""
    box().client.release_call(call)
    return _done()


@live.post("/live/me")
def me() -> ResponseReturnValue:
    """Who listens, when this browser asks to."""
    session[_ME] = request.form.get("agent", "")[:20]
    return _done()


def _me() -> str:
    """The agent number of the supervisor here; the only one there is, when nobody chose."""
    there = [agent.id for agent in box().client.live().agents if agent.supervisor]
    chosen = str(session.get(_ME, ""))
    if chosen in there:
        return chosen
    if len(there) != 1:
        raise ControlError(_("Choose above as whom you listen."), ErrorCode.REFUSED)
    return there[0]


@live.post("/live/calls/<call>/supervise")
def supervise(call: str) -> ResponseReturnValue:
    """Ring the supervisor's handset, and go into the call."""
    box().client.talk.supervise(call, _me(), request.form.get("mode", ""))
    return _done()


@live.post("/live/calls/<call>/record")
def record(call: str) -> ResponseReturnValue:
    """Begin, pause or end a recording."""
    box().client.talk.record(call, request.form.get("do", ""))
    return _done()


@live.post("/live/calls/<call>/move")
def move(call: str) -> ResponseReturnValue:
    """Move a queue's caller."""
    box().client.talk.move(call, request.form.get("kind", ""), request.form.get("target", ""))
    return _done()


@live.post("/live/calls/<call>/escalate")
def escalate(call: str) -> ResponseReturnValue:
    """Give a queue's caller who talks to the next tier of support."""
    box().client.talk.escalate(call)
    return _done()


@live.post("/live/calls/<call>/take")
def take(call: str) -> ResponseReturnValue:
    """Ring the supervisor's handset for a queue's caller."""
    box().client.talk.take(call, _me())
    return _done()


@live.post("/live/trunks/<trunk>/reset")
def reset_trunk(trunk: str) -> ResponseReturnValue:
    """Start a line's recovery now."""
    box().client.reset_trunk(trunk)
    return _done()


@live.get("/live/trunks/<trunk>/said")
def said(trunk: str) -> ResponseReturnValue:
    """The last dialogue with a line's device."""
    lines = box().client.black_box(trunk)
    found = [row for row in box().client.live().trunks if row.name == trunk]
    return render_template(
        "live/said.html", here="live", trunk=trunk, row=found[0] if found else None, lines=lines
    )
