"""A menu that can be said: what follows from the words that were heard.

A key always wins. A sure word is as good as its key; an unsure one is asked about ("Did you say ...?"), and
whatever else was said is a rejection. Two rejections, or a worker that cannot hear, and the menu is keys only
for this caller. Pure logic: who listens, and how, is the media's affair (`contract.hearing`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from appliance.contract.clock import Timer
from appliance.contract.events import HearingLost, SpeechBegan, SpeechEvent, WordHeard
from appliance.contract.flow import MenuNode
from appliance.contract.hearing import Certainty
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt
from appliance.core.call.leg import Leg
from appliance.core.ivr.visit import Visit
from appliance.core.phrases import Phrase, say

#: Said words that were none of the menu's, until it is keys only.
MOST_REJECTIONS = 2
#: Somebody began to speak: so long a word and the worker's answer take at most.
SECONDS_TO_ANSWER = 6.0
YES_KEY = "1"
#: How to agree and disagree, by language.
YES_NO: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {"en": (("yes", "correct"), ("no", "wrong"))}


def words_of(node: MenuNode, language: str, own: str) -> dict[str, str]:
    """The menu's words in a language, and the key of each. `own` is the box's language."""
    family = language.partition("-")[0]
    for name in (language, family):
        if name in node.spoken:
            return _keys(node.spoken[name])
    return _keys(node.keys) if family == own.partition("-")[0] else {}


def prepare(visit: Visit) -> None:
    """Whoever comes into a flow with menus that can be said will be listened to: the models take seconds."""
    nodes = visit.frame.flow.nodes.values()
    if any(isinstance(node, MenuNode) and node.speech for node in nodes):
        visit.doors.services.hearing.prepare()


def _keys(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: key for key, said in words.items() for word in said}


class Asker(Protocol):
    """The question that is being asked, as the ear sees it."""

    def chosen(self, key: str, word: str, confidence: float) -> None:
        """The caller has said this word: as if its key were pressed."""

    def again(self, before: Prompt) -> None:
        """Say this, then ask once more."""

    def about(self, question: Prompt) -> None:
        """Ask this instead; keys go on to count."""

    def hold(self) -> None:
        """Wait no longer: somebody speaks."""

    def wait(self) -> None:
        """Wait for an answer, from now."""


class Ear:
    """Listens for one menu's words, at one node and for one caller."""

    def __init__(
        self,
        caller: Leg,
        visit: Visit,
        node: MenuNode,
        asker: Asker,
        after: Callable[[float, Callable[[], None]], Timer],
    ) -> None:
        self._caller, self._visit, self._node = caller, visit, node
        self._asker, self._after = asker, after
        self._place = (visit.frame.flow.name, visit.frame.node)
        self._words = words_of(node, visit.language, visit.call.kernel.plan.language)
        self._asked: tuple[str, str] | None = None  # the word we ask about, and its key
        self._over = True  # what is being said to the caller
        self._listening: tuple[str, ...] = ()
        self._patience: Timer | None = None

    @property
    def able(self) -> bool:
        """Can this menu be said, here and by now?"""
        family = self._visit.language.partition("-")[0]
        return (
            self._node.speech
            and bool(self._words)
            and family in self._visit.doors.services.hearing.languages()
            and self._visit.misheard.get(self._place, 0) < MOST_REJECTIONS
        )

    # -------------------------------------------------------------------- courses

    def begins(self) -> None:
        """The menu is going to be said."""
        self._asked, self._over = None, False
        if self.able:
            self._visit.doors.services.hearing.prepare()
            if self._node.barge_in:
                self._listen(tuple(self._words))

    def ends(self) -> None:
        """It has been said: now it is the caller's turn."""
        self._over = True
        if self._asked is not None:
            agree, deny = YES_NO[self._visit.language.partition("-")[0]]
            self._listen(agree + deny)
        elif self.able:
            self._listen(tuple(self._words))

    def cancel(self) -> None:
        """A key was pressed, or the caller goes on."""
        self._calm()
        self._listen(())

    def key(self, keyed: str) -> str | None:
        """What a key, or none in time (""), means now; None when the ear has seen to it."""
        asked, self._asked = self._asked, None
        if asked is None:
            return keyed
        if keyed == YES_KEY:
            return asked[1]
        if keyed:
            return keyed
        self._reject("")
        return None

    # --------------------------------------------------------------------- events

    def heard(self, event: SpeechEvent) -> None:
        """The media tells something."""
        if not self._listening:
            return  # it was under way when we stopped listening
        if isinstance(event, SpeechBegan):
            if self._over:
                self._asker.hold()
            self._calm()
            self._patience = self._after(SECONDS_TO_ANSWER, self._unanswered)
        elif isinstance(event, HearingLost):
            self._deaf(event.why)
        elif not event.word or event.word in self._listening:
            self._word(event)

    def _word(self, event: WordHeard) -> None:
        self._calm()
        if not event.word or (event.certainty is Certainty.NONE and not self._over):
            if self._over:
                self._asker.wait()  # a click, or the menu's own echo
            return
        self._visit.heard()
        if self._asked is not None:
            self._answered(event)
        elif event.certainty is Certainty.NONE:
            self._reject(event.word, event.confidence)
        elif event.certainty is Certainty.SURE:
            self._take(event.word, self._words[event.word], event.confidence)
        else:
            self._ask(event)

    def _answered(self, event: WordHeard) -> None:
        """To "Did you say ...?"."""
        asked = self._asked
        agree, deny = YES_NO[self._visit.language.partition("-")[0]]
        if asked is not None and event.word in agree and event.certainty is not Certainty.NONE:
            self._take(*asked, event.confidence)
        elif event.word in agree + deny:
            self._asked = None
            self._reject(event.word, event.confidence)

    def _take(self, word: str, key: str, confidence: float) -> None:
        self.cancel()
        self._asker.chosen(key, word, confidence)

    def _ask(self, event: WordHeard) -> None:
        self.cancel()
        self._note(event.word, event.confidence, "asked")
        self._asked, self._over = (event.word, self._words[event.word]), False
        self._asker.about(self._phrase(Phrase.DID_YOU_SAY, word=event.word))

    def _reject(self, word: str, confidence: float = 0.0) -> None:
        self.cancel()
        self._note(word, confidence, "rejected")
        count = self._visit.misheard[self._place] = self._visit.misheard.get(self._place, 0) + 1
        only_keys = count >= MOST_REJECTIONS
        self._asker.again(self._phrase(Phrase.ONLY_KEYS if only_keys else Phrase.NOT_UNDERSTOOD))

    def _deaf(self, why: str) -> None:
        """Nobody listens any more: keys only, and the question goes on where it is."""
        self.cancel()
        self._visit.misheard[self._place] = MOST_REJECTIONS
        self._note("", 0.0, why)
        if self._over:
            self._asker.wait()

    def _unanswered(self) -> None:
        self._deaf("The speech worker did not answer.")

    def _calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _listen(self, words: tuple[str, ...]) -> None:
        if words or self._listening:
            self._listening = words
            self._caller.hear(words, self._visit.language)

    def _phrase(self, phrase: Phrase, **more: str) -> Prompt:
        return say(self._visit.language, phrase, **more)

    def _note(self, word: str, confidence: float, what: str) -> None:
        flow, node = self._place
        self._visit.call.note(
            EntryKind.SPEECH, menu=flow, node=node, word=word, confidence=confidence, result=what
        )
