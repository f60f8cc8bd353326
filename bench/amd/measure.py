"""How often persons are taken for machines and machines for persons, on made-up calls: `make bench NAME=amd`.

Voices and words are those training never had. One operating point (the wish "balanced") throughout. The same
calls are heard by Asterisk's app_amd, and by trees that know nothing of noise.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.media import amd_trees
from appliance.media.amd_trees import Limits, Trees
from appliance.speech.recogniser import Recogniser
from bench.amd import app_amd, sets, words
from bench.amd.calls import PERSONS, SNRS
from bench.amd.hear import Verdict, hear, hear_all
from bench.amd.limits import exact
from bench.peers.asterisk import PeerAbsentError
from bench.result import Result, must_miss, percentile, result

FAMILY = "amd"
WITHOUT_NOISE = Path(__file__).with_name("without_noise.txt")
_KNOWS_NOTHING = Limits(0.99, 0.9, ((0.4, 0.05), (1.7, 0.5)))
_LATE = 0.3  # s after its end a beep must be told
_MACHINES = ("long", "brief", "screen", "network", "fax")


_OTHERS = {"fax": AnsweredBy.FAX, "tone": AnsweredBy.TONE, "silence": AnsweredBy.SILENT}


def mistaken(heard: Verdict) -> bool:
    """A fax, a tone or silence that was taken for something else."""
    return heard.kind is not _OTHERS[heard.label.kind]


def lost(heard: Verdict) -> bool:
    """A person who is not joined to anybody."""
    return not heard.person


def passed(heard: Verdict) -> bool:
    """A machine that reaches an agent."""
    return heard.kind in (AnsweredBy.PERSON, AnsweredBy.SILENT)


def share(heard: Sequence[Verdict], wrong: Callable[[Verdict], bool]) -> float:
    """Percent."""
    return 100 * sum(map(wrong, heard)) / max(1, len(heard))


def line(name: str, heard: Sequence[Verdict], wrong: Callable[[Verdict], bool]) -> str:
    """A row of the table: errors, their share, and its exact 95 % limits."""
    hits = sum(map(wrong, heard))
    low, high = exact(hits, len(heard))
    limits = f"({100 * low:.2f} .. {100 * high:.2f})"
    return f"  {name:34} {hits:4} of {len(heard):5}  {share(heard, wrong):6.2f} %  {limits}"


def of(heard: Iterable[Verdict], *kinds: str) -> list[Verdict]:
    """The calls of these kinds."""
    return [one for one in heard if one.label.kind in kinds]


def times(persons: Sequence[Verdict]) -> list[float]:
    """From the greeting's end to the decision, of those joined after it."""
    return [one.after for one in persons if one.person and one.after >= 0]


def table(title: str, heard: Sequence[Verdict]) -> None:
    """By kind and by SNR."""
    persons, machines = of(heard, *PERSONS), of(heard, *_MACHINES)
    print(f"\n{title}: {len(persons)} persons, {len(machines)} machines")
    print(line("persons lost", persons, lost))
    for kind in PERSONS:
        print(line(f"  {kind}", of(persons, kind), lost))
    for snr in SNRS:
        print(line(f"  at {snr:.0f} dB", [one for one in persons if one.label.snr == snr], lost))
    print(line("machines passed", machines, passed))
    for kind in _MACHINES:
        print(line(f"  {kind}", of(machines, kind), passed))
    for snr in SNRS:
        print(line(f"  at {snr:.0f} dB", [one for one in machines if one.label.snr == snr], passed))
    late = times(persons)
    early = [one for one in persons if one.person and one.after < 0]
    print(f"  {len(early)} persons joined in a pause of their greeting; the others after its end:")
    print(f"    all: {percentile(late, 50):.2f} s, 95 % {percentile(late, 95):.2f} s")
    for snr in SNRS:
        some = times([one for one in persons if one.label.snr == snr])
        print(f"    at {snr:.0f} dB: {percentile(some, 50):.2f} s, 95 % {percentile(some, 95):.2f} s")
    known = [one.at for one in machines if one.kind is AnsweredBy.MACHINE]
    print(f"  machines, after the answer: {percentile(known, 50):.2f} s, 95 % {percentile(known, 95):.2f} s")
    print(f"  the latest decision: {max(one.at for one in heard):.2f} s after the answer")


def beeps(heard: Sequence[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """Machines known as such that beep: all, and those of whose beep it was told in time."""
    with_beep = [one for one in heard if one.label.beep == one.label.beep and one.kind is AnsweredBy.MACHINE]
    found = [one for one in with_beep if any(-0.05 <= at - one.label.beep <= _LATE for at in one.beeps)]
    return with_beep, found


def other_kinds(heard: Sequence[Verdict]) -> None:
    """Fax, tones, silence, beeps."""
    for kind in _OTHERS:
        print(line(f"{kind} taken for something else", of(heard, kind), mistaken))
    with_beep, found = beeps(heard)
    beepless = [one for one in heard if one.label.beep != one.label.beep]
    false = [one for one in beepless if one.kind is AnsweredBy.MACHINE and one.beeps]
    print(f"  beeps told within {_LATE} s of their end: {len(found)} of {len(with_beep)}")
    silent = [
        one for one in of(heard, "long", "brief", "network", "screen") if one.label.beep != one.label.beep
    ]
    print(f"  machines without a beep where one was told: {len(false)} of {len(silent)}")


def app_amd_errors(whole: sets.Set, heard: Sequence[Verdict], part: int) -> dict[str, int]:
    """Persons app_amd calls machines, by settings; empty where it cannot be had."""
    try:
        said = app_amd.kept(whole.pcm, sets.CACHE / f"app_amd-{sets.VERSIONS['test']}.json")
    except PeerAbsentError as problem:
        print(f"  app_amd: {problem}")
        return {}
    errors = {}
    for name, answers in said.items():
        mine = [(one, word) for one, word in zip(heard, answers[::part], strict=True) if one.label.natural]
        persons = [(one, word) for one, word in mine if one.label.answered == "person"]
        machines = [(one, word) for one, word in mine if one.label.answered in ("machine", "fax")]
        wrong = sum(word == "MACHINE" for _, word in persons)
        through = sum(word in ("HUMAN", "NOTSURE", "") for _, word in machines)
        short = [word for one, word in persons if one.label.kind == "short"]
        print(
            f"  app_amd, {name} settings: {wrong} of {len(persons)} persons called machines"
            f" ({100 * wrong / len(persons):.1f} %; short {100 * short.count('MACHINE') / len(short):.1f} %),"
            f" {through} of {len(machines)} machines passed ({100 * through / len(machines):.1f} %)"
        )
        errors[name] = wrong
    return errors


def control(made: sets.Set) -> None:
    """Trees that know nothing must let the machines through."""
    nothing = Trees(amd_trees.shipped().features, 0.0, dict.fromkeys(AnswerWish, _KNOWS_NOTHING), ())
    few = sets.Set(made.labels[::20], made.pcm[::20])
    heard = of(hear_all(few, nothing), *_MACHINES)
    must_miss(result("amd.machine_passed_percent.control", [share(heard, passed)], "%", 4.0))


def with_words(made: sets.Set) -> None:
    """Each second call in English sentences, with their words and without."""
    ear = Recogniser()
    mine = [number for number, label in enumerate(made.labels) if words.english(label)][::2]
    pairs = [(made.labels[number], made.pcm[number]) for number in mine]
    heard = [hear(label, pcm, None, AnswerWish.BALANCED, quick=True) for label, pcm in pairs]
    table("English sentences alone", heard)
    read = [hear(label, pcm, None, AnswerWish.BALANCED, words.Written(ear), True) for label, pcm in pairs]
    table("The same, their words written down by the speech worker's recogniser", read)


def processor(made: sets.Set) -> float:
    """Percent of one that a watched call takes while it is watched, with the box's own spectra."""
    few = [
        hear(label, made.pcm[40 * place], None, AnswerWish.BALANCED)
        for place, label in enumerate(made.labels[::40])
    ]
    seconds = sum(12.0 if one.kind is AnsweredBy.MACHINE else one.at for one in few)
    return 100 * sum(one.cpu for one in few) / seconds


def without_noise(made: sets.Set) -> None:
    """The same with trees that know nothing of it, on each third call."""
    if not WITHOUT_NOISE.is_file():
        print("\nThe trees without what depends on noise are not there: python -m bench.amd.train.")
        return
    third = sets.Set(made.labels[::3], made.pcm[::3])
    blind = hear_all(third, amd_trees.read(WITHOUT_NOISE.read_text("ascii")))
    known = [one for one in blind if one.label.natural]
    table("Each third call, natural voices, trees without what depends on noise", known)


def run() -> list[Result]:
    """The figures of the issue; with CALLBOX_AMD_PART=4 on each fourth call."""
    whole, part = sets.load("test"), int(os.environ.get("CALLBOX_AMD_PART", "1"))
    made = sets.Set(whole.labels[::part], whole.pcm[::part])
    if part > 1:
        print(f"Only each {part}th call: these figures are not those of the issue, and not to be kept.")
    control(made)
    print(
        "\nMade-up calls: recorded people and synthetic voices in a made-up telephone. No real answered call."
    )
    everything = hear_all(made)
    heard = [one for one in everything if one.label.natural]
    table("Natural voices", heard)
    other_kinds(heard)
    table("espeak-ng alone, ten languages", [one for one in everything if not one.label.natural])
    without_noise(made)
    with_words(made)
    peers = app_amd_errors(whole, everything, part)
    persons, late = of(heard, *PERSONS), times(of(heard, *PERSONS))
    wrong = sum(map(lost, persons))
    with_beep, found = beeps(heard)
    cpu = processor(made)
    least = min(peers.values(), default=0)
    rows = [
        result("amd.short_person_lost_percent", [share(of(heard, "short"), lost)], "%", 0.5),
        result("amd.person_lost_percent", [share(persons, lost)], "%", 2.0),
        result("amd.machine_passed_percent", [share(of(heard, *_MACHINES), passed)], "%", 4.0),
        result("amd.after_greeting_p50_s", [percentile(late, 50)], "s", 0.6),
        result("amd.after_greeting_p95_s", [percentile(late, 95)], "s", 2.0),
        result("amd.beep_found_percent", [100 * len(found) / len(with_beep)], "%", 98.0, "more"),
        result("amd.cpu_per_call_percent", [cpu], "%", 1.0),
    ]
    if least:
        rows.append(result("amd.person_errors_vs_app_amd", [wrong / least], "ratio", 0.1, peer=float(least)))
    return rows
