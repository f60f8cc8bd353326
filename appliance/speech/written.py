"""How a word may be written by a model that learned from written speech."""

from __future__ import annotations

_ALSO = {
    "zero": ("0", "oh"),
    "one": ("1", "won"),
    "two": ("2", "to", "too"),
    "three": ("3",),
    "four": ("4", "for"),
    "five": ("5",),
    "six": ("6",),
    "seven": ("7",),
    "eight": ("8", "ate"),
    "nine": ("9",),
    "ten": ("10",),
    "yes": ("yeah",),
    "ok": ("okay",),
    "okay": ("ok",),
}


def forms(word: str) -> tuple[str, ...]:
    """The texts that count as this word, without and with what people add."""
    plain = " ".join(word.split())
    lower = plain.lower()
    found: list[str] = []
    for text in (plain, lower, *_ALSO.get(lower, ())):
        capital = text[:1].upper() + text[1:]
        for one in (text, capital):
            found += [one, f"{one}.", f"{one}!", f"{one}?", f"{one},"]
        found += [f"{capital}, please.", f"{capital} please.", f"{capital}, please", f"{capital} please"]
    return tuple(dict.fromkeys(found))
