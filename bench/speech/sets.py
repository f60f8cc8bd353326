"""What is said to which menu. A set is a list of `Clip`s; whoever speaks in one set is not in the other."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.speech import voices
from bench.speech.voices import RATE, Samples, Voice

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
Menu = tuple[str, ...]

CALIBRATION_MENUS: tuple[Menu, ...] = (
    DIGITS,
    ("yes", "no"),
    ("accounts", "orders", "delivery"),
    ("repairs", "reception", "bookings", "information"),
    ("manager", "complaints", "new customer"),
    ("technical support", "invoices", "opening hours", "something else"),
    ("english", "spanish", "german"),
    ("parts", "service", "warranty", "rental"),
    ("sales", "support", "billing", "operator"),
    ("monday", "tuesday", "thursday", "sunday"),
    ("urgent", "tomorrow", "later"),
    ("cancel", "confirm", "change"),
)
TEST_MENUS: tuple[Menu, ...] = (
    ("sales", "support", "billing", "operator"),
    ("yes", "no"),
    ("appointments", "prescriptions", "results", "emergency"),
    ("bookings", "lost property", "tickets"),
    ("returns", "refunds desk", "head office", "workshop"),
)
#: Said to a menu that has none of them.
OTHER_CALIBRATION = (
    "hello", "what", "pardon", "wait a moment", "who is this", "i don't know", "the weather is nice today",
    "okay", "um", "thank you", "come here please", "apple", "window", "mother", "water", "seventeen", "green",
    "paper", "can you hear me", "goodbye", "never mind", "it is broken", "telephone", "hold on",
    "my name is peter",
)  # fmt: skip
OTHER_TEST = (
    "hi there", "excuse me", "just a second", "what did it say", "i'm not sure", "put the kettle on", "right",
    "er", "thanks a lot", "sit down", "banana", "garden", "brother", "coffee", "twenty three", "yellow",
    "pencil", "is anybody there", "bye bye", "forget it", "it does not work", "computer", "hang on",
    "my name is susan",
)  # fmt: skip
PROMPTS = Path("/usr/share/asterisk/sounds")
KTUBERLING = Path("/usr/share/ktuberling/sounds")
MUSIC = Path("/usr/share/asterisk/moh")
_CALIBRATION_TONGUES = ("da", "de", "fr", "nn", "ru", "ro")
_TEST_TONGUES = ("en", "ca", "uk", "lt", "el", "sl", "wa", "gl")


@dataclass(frozen=True)
class Clip:
    """`word` is "" when none of the menu's words is said. `kind`: menu, digits, other, foreign, noise."""

    kind: str
    menu: Menu
    word: str
    speaker: str
    sound: Samples
    natural: bool = True


def spoken(people: Sequence[Voice], menus: Sequence[Menu], others: Sequence[str]) -> Iterator[Clip]:
    """Every word of every menu by everybody, words of other menus, and other words."""
    chance = random.Random(1)
    said = [word for menu in (*menus, others) for word in menu]
    voices.say((voice, word) for voice in people for word in said)
    for voice in people:
        for menu in menus:
            kind = "digits" if menu == DIGITS else "menu"
            for word in menu:
                yield Clip(kind, menu, word, voice.label, voices.sound(voice, word), voice.natural)
        foreign = [word for menu in menus for word in menu]
        for word in (*others, *chance.sample(foreign, 8)):
            menu = chance.choice([menu for menu in menus if word not in menu])
            yield Clip("other", menu, "", voice.label, voices.sound(voice, word), voice.natural)


def prompted(name: str = "en_US_f_Allison") -> Iterator[Clip]:
    """Ten digits by a prompt speaker."""
    for place, word in enumerate(DIGITS):
        yield Clip("digits", DIGITS, word, "Allison", voices.load(PROMPTS / name / f"digits/{place}.wav"))


def sentences(menus: Sequence[Menu], test: bool, most: int) -> Iterator[Clip]:
    """Prompt speakers say something else: one half of the prompts is the calibration's."""
    chance = random.Random(2)
    sets = ("en_US_f_Allison",) if test else ("en_US_f_Allison", "fr_CA_f_June")
    said = {word for menu in menus for words in menu for word in words.split()} | {"for", "to"}
    files = sorted(
        path
        for name in sets
        for path in (PROMPTS / name).glob("*.wav")
        if not said & set(path.stem.split("-"))  # "vm-no" says no
    )
    for path in chance.sample(files[int(test) :: 2], most):
        found = voices.load(path)[: 3 * RATE]
        if found.size > RATE // 5:
            yield Clip("other", chance.choice(list(menus)), "", path.parent.name, found)


def foreign(menus: Sequence[Menu], test: bool, most: int) -> Iterator[Clip]:
    """Single words by people, in other languages (and English ones that no menu has)."""
    chance = random.Random(3)
    tongues = _TEST_TONGUES if test else _CALIBRATION_TONGUES
    for tongue in tongues:
        files = sorted((KTUBERLING / tongue).glob("*.ogg"))
        for path in chance.sample(files, min(most, len(files))):
            yield Clip("foreign", chance.choice(list(menus)), "", f"ktuberling {tongue}", voices.load(path))


def noises(menus: Sequence[Menu], test: bool, most: int) -> Iterator[Clip]:
    """Bursts of noise, tones, pieces of music, clicks."""
    chance = np.random.default_rng(4 + test)
    pieces = sorted(MUSIC.glob("*.wav"))
    music = voices.load(pieces[-1 if test else 0])
    for place in range(most):
        length = int(RATE * chance.uniform(0.15, 1.5))
        time = np.arange(length) / RATE
        kind = ("burst", "tone", "music", "click")[place % 4]
        if kind == "burst":
            found = chance.standard_normal(length) * np.hanning(length)
        elif kind == "tone":
            found = np.sin(2 * np.pi * chance.uniform(300, 2000) * time) + np.sin(
                2 * np.pi * chance.uniform(300, 2000) * time
            )
        elif kind == "music":
            start = int(chance.integers(0, music.size - length))
            found = music[start : start + length].astype(np.float64)
        else:
            found = np.zeros(length)
            found[chance.integers(0, length, 6)] = 1.0
        menu = menus[int(chance.integers(len(menus)))]
        yield Clip("noise", menu, "", kind, found.astype(np.float32))
