"""Star codes by which agents come, go and take breaks."""

from __future__ import annotations

from appliance.contract.errors import CallboxError
from appliance.contract.media import Prompt
from appliance.core.acd.agent import Agent, AgentStatus
from appliance.core.phrases import Phrase
from appliance.core.star.session import StarSession


def login(session: StarSession) -> None:
    keyed = session.code.arguments
    pin = keyed[1] if len(keyed) > 1 else None  # one that is empty is wrong
    session.identify(lambda agent: _logged_in(session, agent), session.argument(0), pin)


def _logged_in(session: StarSession, agent: Agent) -> None:
    _set(session, agent, AgentStatus.AVAILABLE, None, session.text(Phrase.LOGGED_IN))


def logout(session: StarSession) -> None:
    _status(session, AgentStatus.LOGGED_OUT, Phrase.LOGGED_OUT)


def on_break(session: StarSession, code: str | None) -> None:
    """With the reason of the break, if there is one; it is said, so that a wrong key is noticed."""
    labels = {word.code: word.label for word in session.kernel.plan.talk.breaks}
    if code in labels:
        _status(session, AgentStatus.ON_BREAK, Phrase.ON_BREAK_FOR, code, labels[code])
    else:
        _status(session, AgentStatus.ON_BREAK, Phrase.ON_BREAK, code)


def available(session: StarSession) -> None:
    _status(session, AgentStatus.AVAILABLE, Phrase.AVAILABLE)


def end_wrap_up(session: StarSession) -> None:
    agent = session.agent
    if agent is None:
        session.conclude(Phrase.NOBODY)
        return
    agent.end_wrap_up("by star code")
    session.conclude(Phrase.WRAP_UP_ENDED)


def do_not_disturb_on(session: StarSession) -> None:
    _do_not_disturb(session, True)


def do_not_disturb_off(session: StarSession) -> None:
    _do_not_disturb(session, False)


def _do_not_disturb(session: StarSession, on: bool) -> None:
    session.line.do_not_disturb = on
    session.kernel.wake()
    session.conclude(Phrase.DND_ON if on else Phrase.DND_OFF)


def _status(
    session: StarSession, status: AgentStatus, done: Phrase, code: str | None = None, label: str = ""
) -> None:
    agent = session.agent
    if agent is None:
        session.conclude(Phrase.NOBODY)
        return
    if status is AgentStatus.AVAILABLE:
        agent.end_wrap_up("by star code")
    _set(session, agent, status, code, session.text(done, label=label))


def _set(
    session: StarSession, agent: Agent, status: AgentStatus, pause_code: str | None, done: Prompt
) -> None:
    try:
        replaced = session.roster.set_status(agent.id, status.value, pause_code, session.line.name, "handset")
    except CallboxError:
        session.conclude(Phrase.REFUSED)
        return
    also = session.text(Phrase.REPLACED, who=" ".join(replaced.id)) if replaced is not None else ()
    session.tell(done + also, f"agent {agent.id} is {status.value}")
