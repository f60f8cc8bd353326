"""Callers on a GSM line say what they want: the right node, a question, or keys; never a wrong node."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

from appliance.contract.journal import Entry, EntryKind
from appliance.planning.replay import path_of
from appliance.store.reader import RecordReader
from simulator import Call, CallState, Press, Say, WaitForSilence, WaitForSound
from simulator.script import Step
from tests.support.box import wait_for
from tests.support.office import Office

WORDS = {"1": "sales", "2": "support", "3": "billing"}
_BYE = {"kind": "hangup", "prompt": {"text": "Goodbye."}}
_MENU = {
    "kind": "menu", "prompt": {"text": "Say what you want."}, "seconds": 15.0, "timeout": "bye",
    "invalid": "bye", "keys": {key: {"to": word, "words": [word]} for key, word in WORDS.items()},
}  # fmt: skip
_ENDS = {
    word: {"kind": "prompt", "prompt": {"text": f"This is {word}."}, "next": "bye"} for word in WORDS.values()
}
FLOW = {"name": "main", "label": "Spoken", "start": "menu", "otherwise": "bye",
        "nodes": {"menu": _MENU, **_ENDS, "bye": _BYE}}  # fmt: skip
ASKED: list[Step] = [WaitForSound(), WaitForSilence(0.8)]  # the menu, or whatever is said next


@pytest.fixture(scope="module")
def flow(office: Office) -> None:
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["flows"] = [FLOW]
        control.save_settings(version, settings, "test")


def spoken(text: str, folder: Path) -> Say:
    """By flite's voice "rms", at the level people speak."""
    path, quieter = folder / "full.wav", folder / f"{text.replace(' ', '-')}.wav"
    subprocess.run(["flite", "-voice", "rms", "-o", path, "-t", text], check=True, timeout=60)
    subprocess.run(
        ["sox", path, "-r", "8000", "-b", "16", quieter, "gain", "-n", "-10"], check=True, timeout=60
    )
    return Say(quieter)


class Caller:
    """Somebody on a GSM line who does these things."""

    def __init__(self, office: Office, line: str, number: str, *script: Step) -> None:
        self._office, self._number = office, number
        self._call: Call = office.call(line, list(script), number)

    def entries(self) -> list[Entry]:
        """Everything the journal has of the call, when it is over."""
        assert self._call.wait_for(CallState.ENDED, 120)
        office, number = self._office, self._number
        (record,) = wait_for(
            lambda: [one for one in office.all_records() if one.number == number], 30, "the call's record"
        )
        with contextlib.closing(RecordReader(office.box.options.records)) as reader:
            found = wait_for(lambda: reader.call(record.call), 30, "the call's entries")
        return found[1]


def nodes(entries: list[Entry]) -> list[str]:
    return [node for _, node in path_of(entries)]


def results(entries: list[Entry]) -> list[object]:
    return [entry.data["result"] for entry in entries if entry.kind is EntryKind.SPEECH]


def words(entries: list[Entry]) -> list[object]:
    """Words that were taken for their keys."""
    digits = (entry.data for entry in entries if entry.kind is EntryKind.DIGITS)
    return [data["word"] for data in digits if "word" in data]


def test_a_key_is_enough_and_wakes_the_worker_for_those_after(flow: None, office: Office) -> None:
    found = Caller(office, "gsm1", "+12025550101", *ASKED, Press("2"), WaitForSilence(3.0)).entries()
    assert nodes(found) == ["menu", "support", "bye"]
    assert office.box.child("appliance.speech")


def test_a_word_leads_to_its_node_and_other_words_to_the_keys(
    flow: None, office: Office, tmp_path: Path
) -> None:
    # Whoever is asked "Did you say ...?", or is not understood, presses a key in the end.
    sales = [*ASKED, spoken("sales", tmp_path), *ASKED, WaitForSilence(2.0), Press("1"), WaitForSilence(3.0)]
    other = spoken("good morning", tmp_path)
    greets = [*ASKED, other, *ASKED, *ASKED, other, *ASKED, *ASKED, Press("3"), WaitForSilence(3.0)]
    callers = [
        Caller(office, "gsm1", "+12025550102", *sales),
        Caller(office, "gsm2", "+12025550103", *greets),
    ]
    wanted, greeted = (caller.entries() for caller in callers)
    assert nodes(wanted)[:2] == ["menu", "sales"], results(wanted)
    assert words(wanted) == ["sales"] or results(wanted), "neither taken nor asked about"
    assert nodes(greeted)[:2] == ["menu", "billing"], results(greeted)
    assert "rejected" in results(greeted)
    assert words(greeted) == []


def test_a_worker_that_is_killed_costs_nobody_a_call(flow: None, office: Office, tmp_path: Path) -> None:
    worker = office.box.child("appliance.speech")
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{worker}").exists(), 20, "the worker has gone")
    script = [*ASKED, spoken("sales", tmp_path), Press("2"), WaitForSilence(3.0)]
    found = Caller(office, "gsm1", "+12025550104", *script).entries()
    assert nodes(found) == ["menu", "support", "bye"]
