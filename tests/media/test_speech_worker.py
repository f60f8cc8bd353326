"""The speech worker: where words begin and end, what its loop says, and both models on made-up voices."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.speech.confidence import Confidence
from appliance.speech.endpoint import FRAME, HANG, LIKELY, MOST, Endpointer, Utterance
from appliance.speech.moonshine import tree
from appliance.speech.recogniser import FEATURES, Heard, Recogniser
from appliance.speech.sound import doubled, leveled, purity, voicing
from appliance.speech.worker import Worker
from appliance.speech.written import forms

Pcm = NDArray[np.int16]
MENU = ("sales", "support", "billing", "operator")


def noise(seconds: float, level: float, seed: int = 1) -> Pcm:
    """`level` in dBFS."""
    chance = np.random.default_rng(seed)
    return (chance.standard_normal(round(seconds * 8000)) * 32768 * 10 ** (level / 20)).astype(np.int16)


def found(pcm: Pcm) -> list[tuple[float, Utterance]]:
    """When an utterance was given, and the utterance."""
    endpointer = Endpointer()
    given = []
    for start in range(0, pcm.size - FRAME + 1, FRAME):
        utterance = endpointer.feed(pcm[start : start + FRAME])
        if utterance is not None:
            given.append(((start + FRAME) / 8000, utterance))
    return given


@pytest.mark.parametrize("line", [-75.0, -50.0, -40.0])
def test_a_word_is_found_between_the_line_s_own_noise(line: float) -> None:
    pcm = noise(4.0, line)
    pcm[8000:12000] += noise(0.5, -22, seed=2)
    (at, utterance), *others = found(pcm)
    assert not others
    assert at == pytest.approx(1.5 + HANG, abs=0.06)
    assert utterance.spoken == pytest.approx(0.5, abs=0.06)
    assert not utterance.cut
    assert 0.5 < utterance.pcm.size / 8000 < 0.5 + 0.35 + HANG


def test_neither_silence_nor_steady_noise_nor_a_click_is_a_word() -> None:
    assert found(np.zeros(40000, np.int16)) == []
    assert found(noise(5.0, -30)) == []
    click = noise(3.0, -60)
    click[12000:12160] += noise(0.02, -15, seed=3)
    assert found(click) == []


def test_two_words_apart_are_two_and_a_short_gap_parts_none() -> None:
    pcm = noise(5.0, -60)
    for start in (8000, 11000, 24000):  # the second after 0.125 s
        pcm[start : start + 2000] += noise(0.25, -22, seed=start)
    assert [round(utterance.spoken, 1) for _, utterance in found(pcm)] == [0.5, 0.2]


def looked_at(pcm: Pcm) -> list[tuple[str, float, Utterance]]:
    """When a word was likely over, and when it was."""
    endpointer = Endpointer()
    given = []
    for start in range(0, pcm.size - FRAME + 1, FRAME):
        utterance, at = endpointer.feed(pcm[start : start + FRAME]), (start + FRAME) / 8000
        if (likely := endpointer.likely()) is not None:
            given.append(("likely", at, likely))
        if utterance is not None:
            given.append(("over", at, utterance))
    return given


def test_a_word_is_likely_over_before_it_is_over() -> None:
    pcm = noise(3.0, -60)
    pcm[8000:12000] += noise(0.5, -22, seed=2)
    (_, early, likely), (_, late, over) = looked_at(pcm)
    assert late - early == pytest.approx(HANG - LIKELY, abs=0.001)
    assert over.alike(likely)
    assert (over.spoken, over.snr) == (likely.spoken, likely.snr)
    assert over.pcm.size == likely.pcm.size
    waited = round((HANG - LIKELY) * 8000)
    assert np.array_equal(over.pcm[:-waited], likely.pcm[:-waited])
    assert np.array_equal(likely.pcm[-waited:], likely.pcm[-2 * waited : -waited][::-1])


def test_who_speaks_on_was_not_over() -> None:
    pcm = noise(3.0, -60)
    for start in (8000, 11800):  # the second after 0.225 s
        pcm[start : start + 2000] += noise(0.25, -22, seed=start)
    first, second, over = looked_at(pcm)
    assert [first[0], second[0], over[0]] == ["likely", "likely", "over"]
    assert not over[2].alike(first[2])
    assert over[2].alike(second[2])


def test_who_talks_on_is_cut_off() -> None:
    pcm = noise(8.0, -60)
    pcm[8000:56000] += noise(6.0, -22, seed=2)
    first = found(pcm)[0]
    assert first[1].cut
    assert first[0] == pytest.approx(1.0 + MOST, abs=0.4)


def test_sound_is_doubled_without_a_mirror_image_and_leveled() -> None:
    time = np.arange(8000) / 8000
    tone = np.sin(2 * np.pi * 1000 * time).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(doubled(tone)[2000:14000] * np.hanning(12000)))
    assert abs(int(spectrum.argmax()) * 16000 / 12000 - 1000) < 2
    assert spectrum[5000:].max() < spectrum.max() / 50  # its image lies at 7 kHz
    for loud in (300, 20000):
        level = leveled((tone * loud).astype(np.int16))
        assert float(np.sqrt((level**2).mean())) == pytest.approx(0.1, rel=0.05)
    assert not leveled(np.zeros(800, np.int16)).any()


def test_texts_share_what_they_have_in_common() -> None:
    root = tree([((1, 2), 0), ((1, 2, 3), 0), ((1, 4), 1), ((1, 2), 1)])
    assert set(root.children) == {1}
    assert set(root.children[1].children) == {2, 4}
    assert root.children[1].children[2].word == 0  # the first has it
    assert root.children[1].children[4].word == 1
    assert "Five." in forms("five") and "5." in forms("five") and "Five, please." in forms("five")


class Ear:
    """Hears the word whose place is the number of loud tenths of a second."""

    def __init__(self) -> None:
        self.prepared: list[Sequence[str]] = []
        self.looked = 0

    def prepare(self, words: Sequence[str]) -> None:
        if "" in words:
            raise ValueError("no word")
        self.prepared.append(words)

    def read(self, pcm: Pcm) -> str:
        return f"{pcm.size} samples, {pcm[0]} first"

    def hear(self, utterance: Utterance, words: Sequence[str]) -> Heard:
        assert words in self.prepared
        self.looked += 1
        return Heard(round(utterance.spoken * 10) % len(words), 0.75)


class Host:
    """The other side of the worker's socket."""

    def __init__(self) -> None:
        self.ear = Ear()
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._link.settimeout(30)
        self._thread = threading.Thread(target=Worker(theirs, self.ear, 0.8, 0.4).run)
        self._thread.start()
        assert self.told() == {"say": "ready"}
        self._theirs = theirs

    def wish(self, **wish: Any) -> None:
        self._link.send(json.dumps(wish).encode())

    def raw(self, data: bytes) -> None:
        self._link.send(data)

    def sound(self, number: int, pcm: Pcm, step: int = FRAME) -> None:
        for start in range(0, pcm.size, step):
            self.raw(b"\0" + struct.pack("<I", number) + pcm[start : start + step].tobytes())

    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._link.recv(4096))
        return answer

    def close(self) -> None:
        self._link.close()
        self._thread.join(30)
        assert not self._thread.is_alive()
        self._theirs.close()


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.close()


def word(tenths: int) -> Pcm:
    pcm = noise(2.0, -70)
    pcm[8000 : 8000 + 800 * tenths] += noise(tenths / 10, -22, seed=tenths)
    return pcm


@pytest.mark.parametrize("step", [FRAME, 100, 1000])
def test_the_loop_says_that_somebody_speaks_and_what(host: Host, step: int) -> None:
    host.wish(do="hear", id=7, words=MENU)
    host.sound(7, word(5), step)
    assert host.told() == {"say": "began", "id": 7}
    heard = {"say": "heard", "id": 7, "word": "support", "confidence": 0.75, "sure": 0.8, "ask": 0.4}
    assert host.told() == heard


def test_a_greeting_is_read_as_often_as_asked_until_it_is_stopped(host: Host) -> None:
    host.wish(do="keep", id=3)
    host.wish(do="read", id=3)
    assert host.told() == {"say": "text", "id": 3, "text": ""}
    for part, read in ((400, 400), (1600, 2000), (80000, 82000)):
        host.sound(3, np.full(part, 11, np.int16), 400)
        host.wish(do="read", id=3)
        assert host.told() == {"say": "text", "id": 3, "text": f"{read} samples, 11 first"}
    host.wish(do="stop", id=3)
    host.sound(3, np.full(400, 11, np.int16), 400)
    host.wish(do="read", id=3)
    assert host.told() == {"say": "text", "id": 3, "text": ""}


def test_a_word_is_looked_for_once_while_its_end_is_waited_for(host: Host) -> None:
    host.wish(do="hear", id=7, words=MENU)
    said = word(5)
    host.sound(7, said[: 12000 + round((LIKELY + HANG) / 2 * 8000)])
    host.wish(do="hear", id=8, words=("yes", "no"))
    host.sound(8, word(5))
    assert [host.told()["id"] for _ in range(3)] == [7, 8, 8]
    assert host.ear.looked == 2  # the first word's end is still waited for
    host.sound(7, said[12000 + round((LIKELY + HANG) / 2 * 8000) :])
    assert host.told()["word"] == "support"
    assert host.ear.looked == 2


def test_a_word_with_a_gap_is_heard_whole(host: Host) -> None:
    host.wish(do="hear", id=7, words=MENU)
    pcm = noise(3.0, -70)
    for start in (8000, 11800):
        pcm[start : start + 2400] += noise(0.3, -22, seed=start)
    host.sound(7, pcm)
    assert host.told()["say"] == "began"
    assert host.told()["word"] == MENU[6 % len(MENU)]
    assert host.ear.looked == 2


def test_a_menu_that_cannot_be_learned_is_not_listened_for(host: Host) -> None:
    host.wish(do="hear", id=1, words=("sales", ""))
    host.sound(1, word(5))
    host.wish(do="hear", id=2, words=MENU)
    host.sound(2, word(5))
    assert [host.told()["id"], host.told()["id"]] == [2, 2]


def test_listenings_do_not_mix_and_what_is_not_asked_for_is_not_heard(host: Host) -> None:
    host.wish(do="hear", id=1, words=MENU)
    host.wish(do="hear", id=2, words=MENU)
    host.wish(do="stop", id=1)
    host.sound(1, word(5))
    host.sound(3, word(5))
    host.sound(2, word(6))
    assert [host.told()["id"], host.told()["word"]] == [2, "billing"]


def test_whatever_comes_the_loop_goes_on(host: Host) -> None:
    for data in (b"{", b"\xff\xfe", b"[1]", b'{"do": "hear"}', b'{"id": "x"}', b"\0", b"\0\0\0\0", b"null"):
        host.raw(data)
    host.wish(do="hear", id=1, words=[])
    host.wish(do="dance", id=1)
    host.wish(do="hear", id=1, words=MENU)
    host.raw(b"\0" + struct.pack("<I", 1) + b"x")  # half a sample
    host.sound(1, word(5))
    assert host.told()["say"] == "began"


# ------------------------------------------------------------------------------ the models


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser()


def said(text: str, folder: Path) -> Utterance:
    """By espeak-ng, as it comes over a line."""
    path = folder / "said.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-w", str(path), text], check=True, timeout=60)
    plain = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", "8000", "-"]
    made = subprocess.run(["sox", str(path), *plain], check=True, capture_output=True, timeout=60).stdout
    pcm = np.concatenate([noise(0.5, -60), np.frombuffer(made, np.int16) // 2, noise(0.8, -60)])
    return found(pcm)[0][1]


@pytest.mark.parametrize("text", MENU)
def test_a_menu_s_words_are_recognised(recogniser: Recogniser, text: str, tmp_path: Path) -> None:
    place, features = recogniser.features(said(text, tmp_path), MENU)
    assert MENU[place] == text
    assert features.shape == (len(FEATURES),)
    heard = recogniser.hear(said(text, tmp_path), MENU)
    assert heard.confidence > recogniser.hear(said("window", tmp_path), MENU).confidence


def test_noise_and_who_talks_on_are_none_of_the_words(recogniser: Recogniser) -> None:
    shipped = Confidence.shipped()
    burst = Utterance(noise(1.0, -25), 0.6, 20.0, cut=False)
    assert recogniser.hear(burst, MENU).confidence < shipped.ask < shipped.sure
    assert recogniser.hear(Utterance(noise(1.0, -25), 0.6, 20.0, cut=True), MENU).confidence == 0.0


def test_a_tone_is_no_word_whatever_the_models_say(recogniser: Recogniser, tmp_path: Path) -> None:
    time = np.arange(8000) / 8000
    for pitches in ((440.0,), (697.0, 1209.0)):
        tone = sum((np.sin(2 * np.pi * pitch * time) for pitch in pitches), np.zeros(8000))
        pcm = (tone * 5000).astype(np.int16) + noise(1.0, -40)
        assert purity(pcm) > 0.9
        assert recogniser.hear(Utterance(pcm, 0.8, 20.0, cut=False), MENU).confidence == 0.0
    assert max(purity(said(text, tmp_path).pcm) for text in MENU) < 0.75


def test_noise_is_no_word_whatever_the_models_say(recogniser: Recogniser, tmp_path: Path) -> None:
    swelling = (noise(1.0, -20) * np.hanning(8000)).astype(np.int16) + noise(1.0, -50, seed=2)
    assert voicing(swelling) < 0.35
    assert voicing(np.zeros(8000, np.int16)) == 0.0
    assert recogniser.hear(Utterance(swelling, 0.6, 20.0, cut=False), MENU).confidence == 0.0
    said_once = [said(text, tmp_path).pcm for text in MENU]
    assert min(voicing(pcm) for pcm in said_once) > 0.6
    assert min(voicing(pcm // 30) for pcm in said_once) > 0.6  # however quiet


def test_a_buzz_of_each_pitch_is_voiced() -> None:
    for pitch in (70, 110, 180, 300, 390):
        buzz = np.zeros(8000)
        buzz[:: 8000 // pitch] = 9000.0
        assert voicing(buzz.astype(np.int16) + noise(1.0, -60)) > 0.8


def test_words_no_dictionary_knows_are_heard_all_the_same(recogniser: Recogniser, tmp_path: Path) -> None:
    place, features = recogniser.features(said("sales", tmp_path), ("sales", "qwrtzk", "Xylokratz"))
    assert place == 0
    assert features[FEATURES.index("agrees")] == 0.5


def test_the_shipped_table_is_one_of_these_features() -> None:
    shipped = Confidence.shipped()
    assert shipped.features == FEATURES
    assert 0 < shipped.ask < shipped.sure < 1
    low = [-25.0, -25.0, 0.0, 0.0, 0.0, -3.0, 0.0, 0.1, 0.01, 0.0, 4.0]
    high = [-0.02, 0.0, 10.0, -25.0, 1.0, -0.1, 1.0, 0.5, 0.1, 30.0, 4.0]
    assert shipped.of(low) < shipped.ask < shipped.sure < shipped.of(high)


def test_the_program_loads_its_models() -> None:
    command = [sys.executable, "-P", "-m", "appliance.speech", "--check"]
    done = subprocess.run(command, timeout=60, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
