"""Star codes by which something recorded is heard: the messages of a box, a note about a customer."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.media import Prompt, Sound
from appliance.contract.messages import VoicemailPlan
from appliance.core.acd.agent import Agent
from appliance.core.messages.listening import Listen
from appliance.core.phrases import Phrase
from appliance.core.star.moments import office_zone
from appliance.core.star.session import StarSession

_MOST = 9  # keys 1 to 9


def messages(session: StarSession) -> None:
    """The boxes of whoever is logged in here and those of everybody; who is not logged in may show who they
    are, where no box is everybody's."""
    boxes = _boxes(session, session.agent)
    if boxes or session.agent is not None or not session.kernel.plan.voicemail:
        _which(session, boxes)
    else:
        session.identify(lambda agent: _which(session, _boxes(session, agent)), None, None)


def _boxes(session: StarSession, agent: Agent | None) -> list[VoicemailPlan]:
    """Own ones first."""
    whose = agent.id if agent is not None else None
    found = [box for box in session.kernel.plan.voicemail.values() if box.agent in (None, whose)]
    return sorted(found, key=lambda box: box.agent is None)[:_MOST]


def _which(session: StarSession, boxes: list[VoicemailPlan]) -> None:
    keyed = session.argument(0)
    choices = {str(key): _listen(session, box) for key, box in enumerate(boxes, 1)}
    if keyed in choices:
        choices[keyed]()
    elif len(boxes) == 1:
        choices["1"]()
    elif boxes:
        session.choose(_offered(session, boxes), choices)
    else:
        session.conclude(Phrase.NO_BOX)


def _offered(session: StarSession, boxes: list[VoicemailPlan]) -> Prompt:
    said = [session.text(Phrase.PRESS, label=box.label, key=key) for key, box in enumerate(boxes, 1)]
    return tuple(part for prompt in said for part in prompt)


def _listen(session: StarSession, box: VoicemailPlan) -> Callable[[], None]:
    def begin() -> None:
        listen = Listen(session.call, session.origin, box.name, office_zone(session.kernel))
        session.call.enter(listen, f"{session.code.code}: messages of {box.name}")

    return begin


def hear_note(session: StarSession) -> None:
    """The latest spoken note about the customer whom this handset holds, else of the agent's last call."""
    agent = session.agent
    if agent is None:
        session.conclude(Phrase.NOBODY)
        return
    here = session.talk.desk.talks(session.line)
    last = session.kernel.last_calls.get(agent.id)
    number = here[0].call.number if here else last.number if last is not None else None
    if number is None:
        session.conclude(Phrase.NO_NOTE)
    else:
        session.kernel.services.past.note_about(number, lambda found: _play(session, found))


def _play(session: StarSession, recording: str | None) -> None:
    def play() -> None:
        if session.here and recording is None:
            session.conclude(Phrase.NO_NOTE)
        elif session.here:
            session.tell((Sound(f"message/{recording}"),), "a note was heard")

    session.kernel.run_contained(play)
