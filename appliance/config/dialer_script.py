"""Scripts of campaigns: what an agent says, in parts, with answers that lead from one to the next.

    Good day {name}, this is … May I ask you two questions?
    > Yes -> questions
    > No -> goodbye

    # questions
    …

A line that begins with # names a part, one with > is an answer and the part it leads to; `{name}` is a field
of the lead. A text without either is a script of one part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"\{([a-z][a-z0-9_]{0,29})\}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person says, and the place of the part that follows."""

    text: str
    to: int


@dataclass(frozen=True, slots=True)
class Part:
    """What the agent says at one point. The first part's name may be empty."""

    name: str
    text: str
    answers: tuple[Answer, ...]


@dataclass(slots=True)
class _Draft:
    name: str
    lines: list[str]
    answers: list[tuple[int, str, str]]  # line number, text, name of the part


def script_of(text: str) -> tuple[Part, ...]:
    """The parts of a script; an answer that leads nowhere is left out."""
    drafts = _drafts(text)
    places = _places(drafts)
    return tuple(
        Part(
            draft.name,
            "\n".join(draft.lines).strip(),
            tuple(
                Answer(said, places[to.casefold()])
                for _, said, to in draft.answers
                if to.casefold() in places
            ),
        )
        for draft in drafts
    )


def script_problems(text: str) -> Iterator[str]:
    """What is wrong with a script, as sentences."""
    drafts = _drafts(text)
    places = _places(drafts)
    names = [draft.name.casefold() for draft in drafts if draft.name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"Two parts of the script are called {name}."
    for draft in drafts:
        for number, said, to in draft.answers:
            if not said or not to:
                yield f"Line {number}: write an answer as > what the person says -> name of the next part."
            elif to.casefold() not in places:
                yield f"Line {number}: there is no part {to}. A part begins with a line such as # {to}"


def filled(text: str, fields: Mapping[str, str]) -> str:
    """The text with the lead's fields; one that the lead does not have stays as it is written."""
    return _FIELD.sub(lambda found: fields.get(found[1]) or found[0], text)


def _drafts(text: str) -> list[_Draft]:
    found = [_Draft("", [], [])]
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if plain.startswith("#"):
            found.append(_Draft(plain.lstrip("#").strip(), [], []))
        elif plain.startswith(">"):
            said, _, to = plain[1:].partition("->")
            found[-1].answers.append((number, said.strip(), to.strip()))
        else:
            found[-1].lines.append(line.rstrip())
    first = found[0]
    empty = not first.answers and not any(first.lines)
    return found[1:] if empty and len(found) > 1 else found


def _places(drafts: list[_Draft]) -> dict[str, int]:
    """Where each named part stands; the first of a name counts."""
    places: dict[str, int] = {}
    for place, draft in enumerate(drafts):
        if draft.name:
            places.setdefault(draft.name.casefold(), place)
    return places
