"""Which words sound alike on a telephone: a rough measure by how they are written.

Letters become sounds by the commonest rules of English spelling (other languages with our alphabet fare
tolerably), and two words are as far apart as the sounds that have to be changed, added and left out. Sounds a
telephone line makes alike (p, t, k; f, s, th; m, n) cost less. No dictionary: it has to be small and quick.
"""

from __future__ import annotations

import re
import unicodedata

#: Words nearer than this are likely to be confused; 1 is nothing in common.
NEAR = 0.4

_SPELLINGS = (
    (r"tch", "J"), (r"sch|sh|ti(?=on)|ci(?=a|ou)", "S"), (r"ch", "J"), (r"ph", "f"), (r"th", "T"),
    (r"ck|qu?|x", "k"), (r"^two", "tU"), (r"wh", "w"), (r"^kn|^gn", "n"), (r"^wr", "r"), (r"igh", "I"),
    (r"gh", ""), (r"ng", "N"), (r"dge|j", "J"), (r"c(?=[eiy])|z", "s"), (r"c", "k"), (r"g(?=[ei])", "J"),
    (r"oo|ou|ow|ew|ue|u", "U"), (r"ee|ea|ie|ey|i$|y$", "E"), (r"ai|ay|ei|a(?=[^aeiou]e)", "A"),
    (r"oa|oe|au|aw|o", "O"), (r"y|i", "I"), (r"e$", ""), (r"a|e", "A"), (r"h", ""),
)  # fmt: skip
_RULES = tuple((re.compile(pattern), sound) for pattern, sound in _SPELLINGS)
_VOWELS = frozenset("AEIOU")
#: Sounds that a line from 300 to 3400 Hz tells badly from each other.
_KIN = (*("ptk", "bdg", "fsTSvz", "mnN", "lrw", "SJ"), *("pb", "td", "kg", "fv"))
_KIN_COST, _VOWEL_COST = 0.4, 0.5


def sounds(word: str) -> str:
    """The word in sounds: small letters as they are, capitals for what takes several letters."""
    plain = unicodedata.normalize("NFKD", word.lower())
    found = "".join(letter for letter in plain if letter.isalnum() and letter.isascii())
    made = ""
    while found:
        sound, length = _next(found, bool(made))
        if sound and not made.endswith(sound):
            made += sound
        found = found[length:]
    return made


def _next(rest: str, inside: bool) -> tuple[str, int]:
    """The first sound of what is left, and how many letters write it."""
    for rule, sound in _RULES:
        if inside and rule.pattern.startswith("^"):
            continue
        match = rule.match(rest)
        if match is not None:
            return sound, max(1, match.end())
    return rest[0], 1


def distance(one: str, other: str) -> float:
    """How far apart two words are: 0 the same sounds, 1 nothing in common."""
    first, second = sounds(one), sounds(other)
    row = [float(place) for place in range(len(second) + 1)]
    for number, sound in enumerate(first, 1):
        before, row[0] = row[0], float(number)
        for place, compared in enumerate(second, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, before + _change(sound, compared))
            before, row[place] = row[place], cost
    return row[-1] / max(len(first), len(second), 1)


def _change(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        return _VOWEL_COST
    return _KIN_COST if any(one in kin and other in kin for kin in _KIN) else 1.0


def alike(one: str, other: str) -> bool:
    """Are these two likely to be taken for each other?"""
    return distance(one, other) < NEAR
