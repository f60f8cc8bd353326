"""What is said to one caller: the words of the caller's language, with variables in their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from appliance.contract.flow import Grammar, Said
from appliance.contract.media import Pause, Prompt, Sound, Speech

#: {name}, {name:form}, {name:form argument}
SLOT = re.compile(r"\{([a-z][a-z0-9_.-]{0,60})(?::([a-z]{1,12})(?: ([A-Za-z0-9]{1,12}))?)?\}")

Look = Callable[[str], str | None]


def fill(text: str, look: Look, grammar: Grammar, language: str) -> str:
    """The text with each variable said by the grammar; one that is not set is left out."""

    def said(slot: re.Match[str]) -> str:
        name, form, argument = slot.group(1), slot.group(2) or "", slot.group(3) or ""
        value = look(name)
        if not value:
            return ""
        try:
            return grammar(value, form, argument, language) if form else value
        except ValueError:  # not of that form: better said as it is than not at all
            return value

    return SLOT.sub(said, text)


def choose(said: Said, language: str) -> Prompt:
    """The words for `language`, for its family ("de" of "de-AT"), or the box's own."""
    return next((said[name] for name in names(language) if name in said), ())


def names(language: str) -> tuple[str, str, str]:
    """Where words for `language` may stand, the best first."""
    return language, language.partition("-")[0], ""


def prompt(said: Said, language: str, look: Look, grammar: Grammar) -> Prompt:
    """What to play to who speaks `language` ("": the box's own); parts without words are left out."""

    def parts() -> Iterator[Speech | Sound | Pause]:
        for part in choose(said, language):
            if not isinstance(part, Speech) or "{" not in part.text:
                yield part
                continue
            text = fill(part.text, look, grammar, part.language)
            if text.strip():
                yield Speech(text, part.language)

    return tuple(parts())
