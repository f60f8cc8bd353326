"""Moonshine's tiny English model (MIT), made to score texts: how likely is it that just this was said?

Encoder and decoder run by onnxruntime on one thread. Scoring walks a tree of the texts' tokens: what texts
have in common is computed once, with the decoder's past kept, and branches that have fallen far behind are
left.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from appliance.speech.tokens import END, START, Tokenizer

Floats = NDArray[np.float32]

_BEHIND = 10.0  # nats: a text so far behind the best is not said
_LAYERS, _HEADS, _WIDTH = 6, 8, 36
_FREE_MOST = 8  # tokens of free text
_READ_MOST = 24  # of a greeting


def model_folder() -> Path:
    """Where the wheel `moonshine-voice` lies; FileNotFoundError when it is not installed."""
    found = importlib.util.find_spec("moonshine_voice")
    for place in () if found is None else found.submodule_search_locations or ():
        folder = Path(place) / "assets" / "tiny-en"
        if (folder / "encoder_model.ort").is_file():
            return folder
    raise FileNotFoundError("The model of moonshine-voice is not installed.")


@dataclass
class Branch:
    """A token in the tree of texts; `word` is the index of the word that ends here, or None."""

    children: dict[int, Branch] = field(default_factory=dict)
    word: int | None = None


def tree(texts: Iterable[tuple[tuple[int, ...], int]]) -> Branch:
    """Tokens and the index of the word they write; of two words with one text the first has it."""
    root = Branch()
    for tokens, word in texts:
        at = root
        for token in tokens:
            at = at.children.setdefault(token, Branch())
        if at.word is None:
            at.word = word
    return root


@dataclass(frozen=True)
class Scores:
    """Logarithms of probabilities: of each word, of the best free text, and of ending at once."""

    words: list[float]
    free: float
    text: str
    silence: float


@dataclass
class _Step:
    """The decoder after some tokens: a row for each text."""

    logp: Floats  # rows x vocabulary
    past: dict[str, Floats]


class _Free:
    """The likeliest text of all, token by token, and its log probability."""

    def __init__(self) -> None:
        self.logp = 0.0
        self.tokens: list[int] = []
        self._ended = False

    def follow(self, logp: Floats) -> bool:
        """Take what is likeliest now; whether the text goes on."""
        if self._ended or len(self.tokens) >= _FREE_MOST:
            return False
        token = int(logp.argmax())
        self.logp += float(logp[token])
        self._ended = token == END
        if not self._ended:
            self.tokens.append(token)
        return not self._ended and len(self.tokens) < _FREE_MOST


class Moonshine:
    """The loaded model."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or model_folder()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3

        def session(name: str) -> Any:
            return onnxruntime.InferenceSession(
                str(folder / name), options, providers=["CPUExecutionProvider"]
            )

        self.tokenizer = Tokenizer(folder / "tokenizer.bin")
        #: Nothing follows these: the sentence has ended.
        self._closing = {self.tokenizer.encode(f"a{mark}")[-1] for mark in ".!?"}
        self._encoder = session("encoder_model.ort")
        self._decoder = session("decoder_model_merged.ort")
        self._outputs = [output.name for output in self._decoder.get_outputs()]

    def score(self, sound: Floats, root: Branch, words: int) -> Scores:
        """Score a tree of texts against 16 kHz sound."""
        encoded = self._encoded(sound)
        first = self._first(encoded)
        found, free = self._walk(encoded, first, root, words)
        return Scores(found, free.logp, self.tokenizer.decode(tuple(free.tokens)), float(first.logp[0, END]))

    def read(self, sound: Floats) -> str:
        """What is likeliest to have been said, of all there is to say; no more than its first words."""
        encoded = self._encoded(sound)
        step, tokens = self._first(encoded), list[int]()
        while len(tokens) < _READ_MOST:
            token = int(step.logp[-1].argmax())
            if token == END:
                break
            tokens.append(token)
            step = self._run(encoded, np.array([[token]]), step.past, cached=True)
        return self.tokenizer.decode(tuple(tokens))

    def _encoded(self, sound: Floats) -> Floats:
        found: Floats = self._encoder.run(
            None, {"input_values": sound[None, :], "attention_mask": np.ones((1, sound.size), np.int64)}
        )[0]
        return found

    def _first(self, encoded: Floats) -> _Step:
        none = np.zeros((1, _HEADS, 0, _WIDTH), np.float32)
        past = {
            f"past_key_values.{layer}.{side}.{what}": none
            for layer in range(_LAYERS)
            for side in ("decoder", "encoder")
            for what in ("key", "value")
        }
        return self._run(encoded, np.array([[START]]), past, cached=False)

    def _run(self, encoded: Floats, tokens: NDArray[Any], past: Mapping[str, Floats], cached: bool) -> _Step:
        rows = tokens.shape[0]
        given = {
            "input_ids": tokens.astype(np.int64),
            "encoder_hidden_states": np.repeat(encoded, rows, axis=0),
            "encoder_attention_mask": np.ones((rows, encoded.shape[1]), np.int64),
            "use_cache_branch": np.array([cached]),
            **past,
        }
        out = dict(zip(self._outputs, self._decoder.run(None, given), strict=True))
        logits = out.pop("logits")[:, -1, :]
        top = logits.max(axis=1, keepdims=True)
        logp = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        kept = {name.replace("present", "past_key_values"): value for name, value in out.items()}
        if cached:  # the encoder's half does not change, and this branch of the model does not give it back
            kept |= {name: value for name, value in past.items() if ".encoder." in name}
        return _Step(logp, kept)

    def _walk(self, encoded: Floats, first: _Step, root: Branch, words: int) -> tuple[list[float], _Free]:
        """Level by level; each level is one batch, in which the free text has the last row."""
        found, free = [-np.inf] * words, _Free()
        step, level = first, [(0.0, 0, root)]  # log probability so far, row in the step, branch
        while True:
            for logp, row, branch in level:
                if branch.word is not None:
                    ended = logp + float(step.logp[row, END])
                    found[branch.word] = float(np.logaddexp(found[branch.word], ended))
            following = [
                (logp + float(step.logp[row, token]), row, token, child)
                for logp, row, branch in level
                for token, child in branch.children.items()
            ]
            best = max([logp for logp, *_ in following] + found, default=0.0)
            following = [one for one in following if one[0] > best - _BEHIND and not self._closes(one, found)]
            rows = [row for _, row, _, _ in following]
            tokens = [[token] for _, _, token, _ in following]
            if free.follow(step.logp[-1]):
                rows.append(len(step.logp) - 1)
                tokens.append([free.tokens[-1]])
            if not rows:
                return found, free
            past = {name: value[rows] for name, value in step.past.items()}
            step = self._run(encoded, np.array(tokens), past, cached=True)
            level = [(logp, place, child) for place, (logp, _, _, child) in enumerate(following)]

    def _closes(self, step: tuple[float, int, int, Branch], found: list[float]) -> bool:
        """Is the word complete with this token? Then the sum is told without another step."""
        logp, _, token, branch = step
        if branch.word is None or branch.children or token not in self._closing:
            return False
        found[branch.word] = float(np.logaddexp(found[branch.word], logp))
        return True
