"""A question to the caller: a menu's key, or several digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contract.events import SpeechEvent
from appliance.contract.flow import Asking, DigitsNode, Exit, MenuNode
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt
from appliance.core.call.digits import DigitCollector
from appliance.core.contacts.tracking import ADVERT_CODE, track_code
from appliance.core.ivr.hearing import Ear, words_of
from appliance.core.ivr.mask import luhn, matches

if TYPE_CHECKING:
    from appliance.core.ivr.walk import Walk


class Question:
    """Asks until there is an answer or the tries are used up; then leaves the node by its exit.

    A key stops whatever is being said and counts, also during the sentence about a wrong key. Only failures
    count as tries: choosing to hear the menu again does not.
    """

    def __init__(self, walk: Walk, node: Asking) -> None:
        self._walk = walk
        self._visit = walk.visit
        self._node = node
        self._place = (self._visit.frame.flow.name, self._visit.frame.node)
        self._collector: DigitCollector | None = None
        self._ear: Ear | None = None
        if isinstance(node, MenuNode) and node.speech:
            self._ear = Ear(walk.caller, walk.visit, node, self, walk.after)

    def begin(self) -> None:
        """Ask; keys that were pressed before count."""
        self._collect()
        ahead, self._visit.ahead = self._visit.ahead, ""
        for place, key in enumerate(ahead):
            if self._collector is None:
                self._visit.ahead = ahead[place:]
                return
            self.take(key)
        if self._collector is not None and not ahead:
            self._ask()

    def take(self, digit: str) -> None:
        """A key."""
        if self._collector is not None:
            if self._ear is not None:
                self._ear.cancel()
            if isinstance(self._node, DigitsNode):
                self._walk.caller.quiet()
            self._collector.take(digit)

    def key_of(self, word: str) -> str | None:
        """The key of the menu that this word stands for."""
        if not isinstance(self._node, MenuNode):
            return None
        node, own = self._node, self._visit.call.kernel.plan.language
        words = words_of(node, own, own) | words_of(node, self._visit.language, own)
        return {one.casefold(): key for one, key in words.items()}.get(word.casefold())

    def heard(self, event: SpeechEvent) -> None:
        """Something about what the caller says."""
        if self._ear is not None and self._collector is not None:
            self._ear.heard(event)

    def cancel(self) -> None:
        """No answer is wanted any more."""
        if self._ear is not None:
            self._ear.cancel()
        if self._collector is not None:
            self._collector.cancel()
            self._collector = None

    # ------------------------------------------------------------------- courses

    def _collect(self) -> None:
        node = self._node
        most, closing = (node.most, node.closing) if isinstance(node, DigitsNode) else (1, "")
        self._collector = DigitCollector(self._walk.after, node.seconds, most, self._keyed, closing)

    def _ask(self) -> None:
        if self._collector is None:
            self._collect()
        if self._ear is not None:
            self._ear.begins()
        self._walk.caller.play(self._visit.prompt(self._node.said), done=self._wait)

    def _wait(self) -> None:
        if self._collector is not None:
            if self._ear is not None:
                self._ear.ends()
            self._collector.wait()

    # What the ear wants done.

    def chosen(self, key: str, word: str, confidence: float) -> None:
        self.cancel()
        flow, node = self._place
        self._visit.call.note(
            EntryKind.DIGITS, menu=flow, node=node, digits=key, word=word, confidence=confidence
        )
        self._walk.leave_by(f"key {key}", f"key {key}")

    def again(self, before: Prompt) -> None:
        self._renew()
        self._walk.caller.play(before, done=self._ask)

    def about(self, question: Prompt) -> None:
        self._renew()
        self._walk.caller.play(question, done=self._wait)

    def hold(self) -> None:
        if self._collector is not None:
            self._collector.hold()

    def wait(self) -> None:
        if self._collector is not None:
            self._collector.wait()

    def _renew(self) -> None:
        if self._collector is not None:
            self._collector.cancel()
        self._collect()

    def _keyed(self, keyed: str) -> None:
        self._collector = None
        if self._ear is not None:
            self._ear.cancel()
            meant = self._ear.key(keyed)
            if meant is None:
                return
            keyed = meant
        self._note(keyed)
        way = self._way(keyed)
        if way is not None:
            self._walk.leave_by(way, way)
            return
        failures = self._visit.failures.get(self._place, 0) + 1
        self._visit.failures[self._place] = failures
        bad = Exit.INVALID if keyed else Exit.TIMEOUT
        if failures >= self._node.tries:
            self._visit.failures.pop(self._place)
            self._walk.leave_by(bad, bad)
        elif keyed:
            self._collect()  # a key during this is taken for the question's
            self._walk.caller.play(self._visit.prompt(self._node.invalid), done=self._ask)
        else:
            self._ask()

    def _way(self, keyed: str) -> str | None:
        """The exit of a good answer."""
        node = self._node
        if isinstance(node, MenuNode):
            return f"key {keyed}" if keyed in node.keys else None
        if not isinstance(node, DigitsNode) or not fits(node, keyed):
            return None
        self._visit.call.variables[node.variable] = keyed
        if node.variable == ADVERT_CODE:
            track_code(self._visit.call, keyed)
        return Exit.NEXT

    def _note(self, keyed: str) -> None:
        """What was keyed, or that nothing came; of what is secret only how much."""
        flow, node = self._place
        if isinstance(self._node, DigitsNode) and self._node.secret:
            shown = "*" * len(keyed)
            self._visit.call.note(EntryKind.DIGITS, menu=flow, node=node, digits=shown, secret=True)
        else:
            self._visit.call.note(EntryKind.DIGITS, menu=flow, node=node, digits=keyed)


def fits(node: DigitsNode, keyed: str) -> bool:
    """Are these digits what the node asks for?"""
    if not node.least <= len(keyed) <= node.most:
        return False
    if node.masks and not any(matches(mask, keyed) for mask in node.masks):
        return False
    return luhn(keyed) if node.luhn else True
