"""Star codes for the work around calls: wrap-up, how a call went, ringing back, a note, the queues, menus."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.ids import RecordingId, new_id
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone, Prompt
from appliance.contract.past import Tally
from appliance.contract.talk import KeyedWord
from appliance.core.acd.agent import Agent
from appliance.core.kernel import LastCall
from appliance.core.phrases import Phrase
from appliance.core.star import boxes, presence
from appliance.core.star.moments import moment_of, office_time
from appliance.core.star.session import StarSession

#: The longest spoken note.
NOTE_SECONDS = 120.0


def menu(session: StarSession) -> None:
    """Everything there is, for whoever knows no codes."""
    if session.agent is None:
        session.choose(
            session.text(Phrase.MENU_LOGIN),
            {
                "1": lambda: presence.login(session),
                "2": lambda: queue_state(session),
                "3": lambda: boxes.messages(session),
            },
        )
        return
    session.choose(
        session.text(Phrase.MENU_WORK),
        {
            "1": lambda: presence.available(session),
            "2": lambda: take_break(session),
            "3": lambda: disposition(session),
            "4": lambda: ring_back(session),
            "5": lambda: note(session),
            "6": lambda: queue_state(session),
            "7": lambda: boxes.messages(session),
            "8": lambda: boxes.hear_note(session),
            "9": lambda: presence.logout(session),
        },
    )


def take_break(session: StarSession) -> None:
    """A break, with its reason by key where there are reasons to choose from."""
    words, keyed = session.kernel.plan.talk.breaks, session.argument(0)
    if session.agent is None or not words:
        presence.on_break(session, keyed)
    elif keyed is not None:
        known = {word.key: word.code for word in words}
        presence.on_break(session, known.get(keyed, keyed))
    else:
        _choose_word(session, words, lambda word: presence.on_break(session, word.code))


def extend_wrap_up(session: StarSession) -> None:
    seconds = session.kernel.plan.talk.wrap_up_extension_seconds
    agent = session.agent
    if agent is not None and agent.extend_wrap_up(seconds):
        session.conclude(Phrase.WRAP_UP_EXTENDED, seconds=f"{seconds:.0f}")
    else:
        session.conclude(Phrase.NO_WRAP_UP)


def queue_state(session: StarSession) -> None:
    """The agent's day, and how many wait in their queues, or in every one where nobody is logged in."""
    agent, kernel = session.agent, session.kernel

    def told(day: Tally | None) -> None:
        kernel.run_contained(lambda: _tell_state(session, agent, day))

    if agent is None:
        told(None)
    else:
        midnight = office_time(kernel).replace(hour=0, minute=0, second=0, microsecond=0)
        kernel.services.past.tally(agent.id, midnight, told)


def _tell_state(session: StarSession, agent: Agent | None, day: Tally | None) -> None:
    if not session.here:
        return
    said = _queues(session, agent)
    if day is not None:
        minutes = f"{day.talked / 60:.0f}"
        said = session.text(Phrase.TODAY, calls=day.calls, minutes=minutes) + said
    session.tell(said or session.text(Phrase.NO_QUEUE), "queues")


def _queues(session: StarSession, agent: Agent | None) -> Prompt:
    plans = session.kernel.plan.queues
    names = [name for name in plans if agent is None or name in agent.plan.queues]
    said: Prompt = ()
    for name in names:
        waits = [queued.waited for queued in session.talk.desk.queues.waiting if queued.queue == name]
        free = len(session.roster.eligible(name))
        what = Phrase.QUEUE if waits else Phrase.QUEUE_EMPTY
        longest = f"{max(waits, default=0.0):.0f}"
        said += session.text(what, label=plans[name].label, waiting=len(waits), seconds=longest, free=free)
    return said


# ------------------------------------------------------------------------- the last call


def _last_call(session: StarSession) -> tuple[Agent, LastCall] | None:
    """The agent here and their last call; None once it was said that there is none."""
    agent = session.agent
    if agent is None:
        session.conclude(Phrase.NOBODY)
        return None
    last = session.kernel.last_calls.get(agent.id)
    if last is None:
        session.conclude(Phrase.NO_LAST_CALL)
        return None
    return agent, last


def disposition(session: StarSession) -> None:
    """How the agent's last call went."""
    found = _last_call(session)
    if found is None:
        return
    agent, last = found
    campaign = session.kernel.campaign_words(agent.id)
    words = campaign or session.kernel.plan.talk.dispositions

    def noted(word: KeyedWord) -> None:
        if campaign:
            session.kernel.dispose(agent.id, word.code)
            session.conclude(Phrase.NOTED, label=word.label)
            return
        session.kernel.note(EntryKind.DISPOSITION, last.call, agent=agent.id, code=word.code)
        session.conclude(Phrase.NOTED, label=word.label)

    given = next((word for word in words if word.key == session.argument(0)), None)
    if given is not None:
        noted(given)
    elif words:
        _choose_word(session, words, noted)
    else:
        session.conclude(Phrase.REFUSED)


def _choose_word(
    session: StarSession, words: tuple[KeyedWord, ...], then: Callable[[KeyedWord], None]
) -> None:
    prompt: Prompt = ()
    for word in words:
        prompt += session.text(Phrase.PRESS, label=word.label, key=word.key)

    def chosen(word: KeyedWord) -> Callable[[], None]:
        return lambda: then(word)

    session.choose(prompt, {word.key: chosen(word) for word in words})


def ring_back(session: StarSession) -> None:
    """The customer of the last call wants to be rung back on a day at an hour."""
    found = _last_call(session)
    if found is None:
        return
    agent, last = found
    day, hour = session.argument(0), session.argument(1)
    if hour is not None:
        _promise(session, agent, last, day or "", hour)
    else:
        session.ask(session.text(Phrase.DAY), lambda day: _ask_time(session, agent, last, day), most=4)


def _ask_time(session: StarSession, agent: Agent, last: LastCall, day: str) -> None:
    session.ask(session.text(Phrase.TIME), lambda time: _promise(session, agent, last, day, time), most=4)


def _promise(session: StarSession, agent: Agent, last: LastCall, day: str, time: str) -> None:
    at = moment_of(day, time, session.kernel)
    if at is None:
        session.conclude(Phrase.NOT_THEN)
        return
    if session.talk.desk.callbacks.schedule(agent, last, at.utc):
        session.conclude(Phrase.RING_BACK, when=at.said)
    else:
        session.conclude(Phrase.CALLBACK_BAD)


def note(session: StarSession) -> None:
    """A spoken note about the last call."""
    found = _last_call(session)
    if found is None:
        return
    agent, last = found
    session.origin.play(session.text(Phrase.SPEAK), done=lambda: _beep(session, agent, last))


def _beep(session: StarSession, agent: Agent, last: LastCall) -> None:
    session.origin.play(CallTone.BEEP, done=lambda: _speak(session, agent, last))


def _speak(session: StarSession, agent: Agent, last: LastCall) -> None:
    port, kernel = session.origin.port, session.kernel
    if port is None:
        session.call.end(HangupCause.NORMAL_CLEARING, "The handset has no sound.", "box")
        return
    recording = RecordingId(new_id())
    kernel.recordings[recording] = last.call
    kernel.note(EntryKind.NOTE, last.call, agent=agent.id, recording=recording)
    kernel.tell_media(lambda: kernel.media.record(recording, port, port))
    session.at_end(lambda: kernel.tell_media(lambda: kernel.media.stop_record(recording)))
    session.until_key(NOTE_SECONDS, lambda: session.conclude(Phrase.NOTE_KEPT))
