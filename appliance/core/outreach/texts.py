"""Text messages that say STOP: the sender is not called again, and is told so once."""

from __future__ import annotations

import re
from collections.abc import Callable

from appliance.contract.media import Speech
from appliance.core.contacts.refusal import never_again
from appliance.core.kernel import Kernel
from appliance.core.messages.sms import send_sms
from appliance.core.numbers import to_e164
from appliance.core.phrases import Phrase, say

#: The whole message, without case and signs. English words as networks of North America ask for (CTIA
#: Messaging Principles, 5.1.3), and what people write elsewhere.
STOP_WORDS = frozenset(
    {
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit"),
        *("stopp", "abmelden", "abbestellen"),
        *("baja", "alto", "parar", "cancelar"),
        *("arret", "arrêt", "désabonner", "desabonner", "désinscrire"),
    }
)
_SIGNS = re.compile(r"[\W_]+")
ANSWER_SECONDS = (
    24 * 3600.0
)  # who writes again within so long is not answered: two machines would go on for ever
_MOST_ANSWERED = 1000


def says_stop(text: str) -> bool:
    """Is the message nothing but such a word?"""
    return _SIGNS.sub("", text.casefold()) in STOP_WORDS


class StopTexts:
    """Takes the messages that came. `answered` keeps senders for a day, in memory only."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._answered: dict[str, float] = {}

    def came(self, number: str, text: str, kept: Callable[[], None]) -> bool:
        """A message; True when it says STOP: then `kept` is called once the number is on the list."""
        sender = to_e164(number, self._kernel.plan.country)
        if sender is None or not says_stop(text):
            return False

        def saved(good: bool) -> None:
            if good:
                kept()
                self._answer(sender)

        never_again(self._kernel, sender, "text", saved)
        return True

    def _answer(self, number: str) -> None:
        now = self._kernel.clock.now()
        self._answered = {one: at for one, at in self._answered.items() if now - at < ANSWER_SECONDS}
        if number in self._answered or len(self._answered) >= _MOST_ANSWERED:
            return
        self._answered[number] = now
        words = say(self._kernel.plan.language, Phrase.OUTREACH_NEVER_TEXT)
        text = " ".join(part.text for part in words if isinstance(part, Speech))
        send_sms(self._kernel, number, text, lambda problem: None)
