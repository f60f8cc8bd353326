"""Small pictures of figures, as numbers for an SVG: bars that stand side by side. Colours are CSS classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 120.0
_WIDTH = 720.0
_GAP = 0.15  # of a bar's room
_WIDEST = 56.0
_LONGEST = 14  # letters of a label
_LETTER = 13.0  # on a telephone, where the picture is small and its letters are not


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, from below: how much, its colour's class."""

    value: float
    tone: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar and what is said when it is pointed at."""

    label: str
    title: str
    parts: Sequence[Part]

    @property
    def value(self) -> float:
        """All its pieces."""
        return sum(part.value for part in self.parts)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle as SVG takes it."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Rectangles, labels below them (x, text), and what the whole height stands for."""

    boxes: list[Box]
    labels: list[tuple[float, str]]
    most: float
    width: float = _WIDTH
    height: float = HEIGHT


def bars(told: Sequence[Bar], most: float | None = None) -> Picture | None:
    """Bars side by side, the highest as high as the picture, or as `most` says. None when all are empty."""
    top = most or max((bar.value for bar in told), default=0.0)
    if top <= 0 or not any(bar.value > 0 for bar in told):
        return None
    room = _WIDTH / len(told)
    wide_label = (max(len(bar.label[:_LONGEST]) for bar in told) + 1) * _LETTER
    free = 0.0  # where the next label may begin
    boxes, labels = list[Box](), list[tuple[float, str]]()
    for place, bar in enumerate(told):
        left, below = place * room, HEIGHT
        for part in bar.parts:
            high = HEIGHT * min(part.value, top) / top
            below -= high
            if high > 0:
                wide = min(room * (1 - _GAP), _WIDEST)
                at = left + (room - wide) / 2
                boxes.append(Box(*_rounded(at, below, wide, high), part.tone, bar.title))
        middle = left + room / 2
        if free <= middle - wide_label / 2 and middle + wide_label / 2 <= _WIDTH:
            labels.append((round(middle, 1), bar.label[:_LONGEST]))
            free = middle + wide_label / 2
    return Picture(boxes, labels, top)


def _rounded(*values: float) -> tuple[float, float, float, float]:
    x, y, width, height = (round(value, 1) for value in values)
    return x, y, width, height
