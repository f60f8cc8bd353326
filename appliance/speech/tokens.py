"""Moonshine's tokens: SentencePiece BPE with byte pieces, as Llama's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

START, END = 1, 2
_SPACE = "\u2581"  # how a piece writes a space
_FIRST_PIECE = 259  # below: control tokens and single bytes


class Tokenizer:
    """Texts to token numbers. Of two pieces that can be joined, the one that was learned first is."""

    def __init__(self, path: Path) -> None:
        self._numbers: dict[str, int] = {}
        self._pieces: list[str] = []
        for number, piece in enumerate(_pieces(path.read_bytes())):
            text = piece.decode("utf-8", "replace")
            self._pieces.append(text)
            if number >= _FIRST_PIECE:
                self._numbers.setdefault(text, number)

    def encode(self, text: str) -> tuple[int, ...]:
        """The tokens of a text that begins a sentence, without START and END. ValueError for what no piece
        writes.
        """
        parts = list(_SPACE + text.replace(" ", _SPACE))
        while True:
            pairs = [
                (number, place)
                for place, pair in enumerate(zip(parts, parts[1:], strict=False))
                if (number := self._numbers.get("".join(pair))) is not None
            ]
            if not pairs:
                break
            _, place = min(pairs)
            parts[place : place + 2] = ["".join(parts[place : place + 2])]
        if unknown := [part for part in parts if part not in self._numbers]:
            raise ValueError(f"{text!r} has what cannot be written in tokens: {unknown}")
        return tuple(self._numbers[part] for part in parts)

    def decode(self, tokens: tuple[int, ...]) -> str:
        """What tokens say."""
        return "".join(self._pieces[token] for token in tokens).replace(_SPACE, " ").strip()


def _pieces(data: bytes) -> Iterator[bytes]:
    """Each piece after its length, which takes two bytes from 128 on."""
    place = 0
    while place < len(data):
        length, place = data[place], place + 1
        if length >= 128:
            length, place = (length & 127) | data[place] << 7, place + 1
        yield data[place : place + length]
        place += length
