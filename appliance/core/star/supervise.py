"""Star codes of supervisors: into the call of an agent."""

from __future__ import annotations

import logging

from appliance.contract.errors import CallboxError
from appliance.core.acd.agent import Agent
from appliance.core.phrases import Phrase
from appliance.core.star.session import StarSession

log = logging.getLogger(__name__)


def listen(session: StarSession) -> None:
    _supervise(session, "listen")


def whisper(session: StarSession) -> None:
    _supervise(session, "whisper")


def barge(session: StarSession) -> None:
    _supervise(session, "barge")


def take_over(session: StarSession) -> None:
    _supervise(session, "take_over")


def _supervise(session: StarSession, mode: str) -> None:
    """Whoever is not logged in here as a supervisor shows by number and PIN to be one."""
    agent = session.agent
    if agent is not None and agent.plan.supervisor:
        _whom(session, agent, mode)
    else:
        session.identify(lambda shown: _shown(session, shown, mode), None, None)


def _shown(session: StarSession, agent: Agent, mode: str) -> None:
    if agent.plan.supervisor:
        _whom(session, agent, mode)
    else:
        session.conclude(Phrase.NOT_ALLOWED)


def _whom(session: StarSession, supervisor: Agent, mode: str) -> None:
    target = session.argument(0)
    if target is None:
        session.ask(session.text(Phrase.AGENT), lambda keyed: _go(session, supervisor, keyed, mode))
    else:
        _go(session, supervisor, target, mode)


def _go(session: StarSession, supervisor: Agent, target: str, mode: str) -> None:
    try:
        session.talk.supervision.listen_in(session.origin, supervisor, target, mode)
    except CallboxError as refused:
        log.info("%s: %s", session.code.code, refused)
        session.conclude(Phrase.NOT_TALKING)
