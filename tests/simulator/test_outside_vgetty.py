"""vgetty and vm, which nobody here wrote, drive the V.253 voice modems.

All of them run side by side, each on a modem of its own. vgetty's configuration path is compiled in,
so it runs in a mount namespace that shows it ours.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator import (
    Call,
    CallState,
    Exchange,
    HangUp,
    HangUpWay,
    Listen,
    Press,
    Subscriber,
    Tone,
    VoiceModem,
    WaitForSilence,
    WaitForTone,
    sound,
)

PROGRAMS = ("vgetty", "vm", "pvfsine", "pvftormd", "rmdtopvf", "pvftowav", "unshare")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(180),
]

VOICE_CONF = """part generic
voice_log_level 6
voice_dir /var/spool/voice
phone_owner root
phone_group root
phone_mode 0660
message_flag_file .flag
receive_dir incoming
message_dir messages
message_list Index
backup_message standard.rmd
port_speed 38400
rec_compression 0
rec_speed 8000
rec_max_len 20
rec_min_len 0
do_hard_flow true
max_tries 1
enable_command_echo false
program vgetty
rings 2
answer_mode voice
dtmf_program dtmf.sh
program vm
voice_devices ttyNONE
"""
# vm takes a RING between its question AT+FCLASS? and the modem's answer for the answer, and gives up.
TRIPPED = "could not set voice device"
MGETTY_CONF = "debug 9\nspeed 38400\nmodem-type data\n"


@dataclass
class Job:
    """One program on one modem, and what came of it."""

    modem: VoiceModem
    folder: Path
    text: str = ""
    call: Call | None = None

    def path(self, name: str) -> Path:
        return self.folder / name

    @property
    def device(self) -> str:
        """The modem's device, relative to /dev, as these programs want it."""
        return os.readlink(self.modem.port).removeprefix("/dev/")

    def vm(self, *arguments: str) -> None:
        """Run `vm`; the device goes in for the word DEV."""
        command = ["vm", *(self.device if word == "DEV" else word for word in arguments)]
        self.text = run(command, again=f"vm: {TRIPPED}")

    def ring(self, *script: Tone | Listen | Press | HangUp | WaitForTone | WaitForSilence) -> Call:
        self.call = self.modem.exchange.place_call(self.modem.name, script, "5551234", "Test")
        return self.call

    def sine(self, name: str, seconds: int, frequency: int = 440) -> Path:
        """A greeting in vm's own format."""
        pvf, rmd = self.path(f"{name}.pvf"), self.path(f"{name}.rmd")
        run(["pvfsine", "-F", str(frequency), "-L", str(seconds), str(pvf)])
        run(["pvftormd", "V253modem", "8", str(pvf), str(rmd)])
        return rmd


def run(command: list[str], again: str = "never") -> str:
    """What it says; it may say `again` twice before."""
    for _ in range(3):
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
        )
        text = done.stdout.decode("latin-1")
        if again not in text:
            break
    assert done.returncode == 0, f"{command}: exit {done.returncode}: {text}"
    return text


def samples_of(rmd: Path) -> bytes:
    """A recording of vm or vgetty as our samples."""
    pvf, wav = rmd.with_suffix(".pvf"), rmd.with_suffix(".wav")
    run(["rmdtopvf", str(rmd), str(pvf)])
    run(["pvftowav", str(pvf), str(wav)])
    return sound.read_wav(wav)


def detect(job: Job) -> None:
    job.modem.dial_tone = False
    job.vm("devicetest", "-v", "-l", "DEV")


def diagnose(job: Job) -> None:
    job.vm("diagnostics", "DEV")


def record(job: Job) -> None:
    job.ring(Tone((1000.0,), 8.0), Listen(60.0))
    job.vm("record", "-L", "2", "-l", "DEV", str(job.path("got.rmd")))


def play(job: Job) -> None:
    greeting = job.sine("greeting", 3)
    job.ring(Listen(60.0))
    job.vm("play", "-l", "DEV", str(greeting))


def wait_for_digits(job: Job) -> None:
    job.ring(Listen(2.5), Press("402#", 80, 80), Listen(60.0))
    job.vm("wait", "-R", "-l", "DEV", "10")


def send_digits(job: Job) -> None:
    job.ring(Listen(60.0))
    job.vm("dtmf", "-l", "DEV", "159#0*D")


def dial_busy(job: Job) -> None:
    job.vm("dial", "-v", "-l", "DEV", "5550002")


def dial_without_tone(job: Job) -> None:
    job.modem.dial_tone = False
    job.vm("dial", "-v", "-l", "DEV", "5550001")


SHELL_PROGRAM = """#!{python}
import os, signal, sys
source = os.fdopen(int(os.environ["VOICE_INPUT"]), "r", newline="\\n")
sink = int(os.environ["VOICE_OUTPUT"])
log = open({log!r}, "w")

def send(text):
    os.write(sink, (text + "\\n").encode())
    os.kill(int(os.environ["VOICE_PID"]), signal.SIGPIPE)

def until(word):
    while True:
        line = source.readline().strip()
        if not line:
            sys.exit(1)
        print(line, file=log, flush=True)
        if line == word:
            return

until("HELLO SHELL")
for text, word in [("HELLO VOICE PROGRAM", "READY"), ("ENABLE EVENTS", "READY"), ("DIAL 5557777", "READY"),
                   ("PLAY {greeting}", "READY"), ("WAIT 20", "RECEIVED_DTMF"), ("STOP", "READY"),
                   ("RECORD {recording}", "BUSY_TONE"), ("STOP", "READY"), ("GOODBYE", "GOODBYE SHELL")]:
    send(text)
    until(word)
"""


def shell(job: Job) -> None:
    """A program of vm's: dial, play, hear a digit, record until busy tone."""
    answers = (WaitForTone(440.0), WaitForSilence(0.5), Listen(0.5), Press("7"), Listen(0.3),
               Tone((1000.0,), 2.0), HangUp(HangUpWay.BUSY_TONE))  # fmt: skip
    job.modem.exchange.add_subscriber(Subscriber("5557777", answer_after=2.0, script=answers))
    program = job.path("program")
    program.write_text(SHELL_PROGRAM.format(
        python=sys.executable, log=str(job.path("log")), greeting=job.sine("greeting", 2),
        recording=job.path("got.rmd"),
    ))  # fmt: skip
    program.chmod(0o755)
    job.vm("shell", "-l", "DEV", "-S", sys.executable, str(program))


def vgetty(job: Job) -> None:
    """A whole answering machine: greeting, beep, a message that ends in busy tone."""
    places = {"etc": "/etc/mgetty", "spool": "/var/spool/voice", "log": "/var/log/mgetty"}
    for name in (*places, "spool/incoming", "spool/messages"):
        job.path(name).mkdir()
    job.path("etc/mgetty.config").write_text(MGETTY_CONF)
    job.path("etc/voice.conf").write_text(VOICE_CONF)
    shutil.copy(job.sine("standard", 3), job.path("spool/messages/standard.rmd"))
    job.path("spool/messages/Index").write_text("standard.rmd\n")
    mounts = " && ".join(f"mount --bind {job.path(name)} {place}" for name, place in places.items())
    # As root the mounts need no user namespace, and a container may refuse one.
    flags = "-m" if os.geteuid() == 0 else "-Urm"
    command = ["unshare", flags, "bash", "-c", f"{mounts} && exec vgetty {job.device}"]
    getty = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        exchange, name = job.modem.exchange, job.modem.name
        assert exchange.wait(lambda: job.modem.commands.settings["+VDR"] == "1,15", 30)
        after_beep = WaitForTone(440.0), WaitForTone(933.0), WaitForSilence(0.3)
        call = job.ring(*after_beep, Tone((1000.0,), 2.0), HangUp(HangUpWay.BUSY_TONE))
        assert call.wait_for(CallState.ENDED, 60)
        assert exchange.wait(lambda: bool(exchange.entries("on hook", name)), 10)
        getty.wait(20)
    finally:
        if getty.poll() is None:
            getty.terminate()
            getty.wait(10)


JOBS: dict[str, Callable[[Job], None]] = {
    job.__name__: job
    for job in (detect, diagnose, record, play, wait_for_digits, send_digits, dial_busy, dial_without_tone,
                shell, vgetty)
}  # fmt: skip
Results = dict[str, Job]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """Each job after it ran."""
    folder = tmp_path_factory.mktemp("vgetty")
    with Exchange(speed=3) as exchange:
        jobs = {name: Job(VoiceModem(exchange, name, "generic"), folder / name) for name in JOBS}
        for job in jobs.values():
            job.folder.mkdir()
        with ThreadPoolExecutor(len(JOBS)) as pool:
            for future in [pool.submit(JOBS[name], job) for name, job in jobs.items()]:
                future.result()
        assert exchange.errors == []
        yield jobs


def heard_by(job: Job) -> bytes:
    assert job.call is not None
    return job.call.heard


def test_nothing_was_unknown_to_the_modems(results: Results) -> None:
    unknown = {name: job.modem.unscripted for name, job in results.items() if name != "diagnose"}
    assert {name: commands for name, commands in unknown.items() if commands} == {}


def test_vm_finds_a_v253_modem_and_tries_its_line_modes(results: Results) -> None:
    lines = results["detect"].text
    assert re.search(r"Test Dialup Line: *OK", lines) and re.search(r"Test No Device: *OK", lines)
    assert re.search(r"Test Ext. Microphone: *not supported", lines)


def test_vm_reads_the_identification(results: Results) -> None:
    assert "OpenTel V.253 Voice Modem 1.0" in results["diagnose"].text


def test_vm_records_what_the_caller_says(results: Results) -> None:
    pcm = samples_of(results["record"].path("got.rmd"))
    assert 2.0 <= len(pcm) / 16000 <= 3.5
    assert sound.power_at(pcm, 1000.0) > 0.95


def test_vm_plays_to_the_caller(results: Results) -> None:
    heard = heard_by(results["play"])
    loud = [frame for frame in sound.frames(heard) if sound.power_at(frame, 440.0) > 0.9]
    assert 2.9 <= len(loud) * 0.02 <= 3.1


def test_vm_hears_the_callers_digits(results: Results) -> None:
    assert "402" in results["wait_for_digits"].text


def test_the_caller_hears_vms_digits(results: Results) -> None:
    call = results["send_digits"].call
    assert call is not None
    assert call.digits == "159#0*D"


def test_vm_is_told_of_busy_and_of_no_dial_tone(results: Results) -> None:
    exchange = results["dial_busy"].modem.exchange
    assert [entry.detail["cause"] for entry in exchange.entries("ended", "dial_busy")] == [17]
    assert exchange.entries("dialled", "dial_without_tone") == []
    assert len(exchange.entries("on hook", "dial_without_tone")) == 1


def test_vm_shell_dials_plays_hears_a_digit_and_busy_tone(results: Results) -> None:
    job = results["shell"]
    log = job.path("log").read_text().split("\n")
    steps = ("DIALING", "PLAYING", "WAITING", "RECEIVED_DTMF", "RECORDING", "BUSY_TONE", "GOODBYE SHELL")
    assert [line for line in log if line in steps] == list(steps)
    assert log[log.index("RECEIVED_DTMF") + 1] == "7"
    assert sound.power_at(samples_of(job.path("got.rmd"))[8000:24000], 1000.0) > 0.9


def test_vgetty_answers_greets_beeps_and_keeps_the_message(results: Results) -> None:
    job = results["vgetty"]
    heard = heard_by(job)
    assert any(sound.power_at(frame, 440.0) > 0.9 for frame in sound.frames(heard))
    messages = list(job.path("spool/incoming").glob("v-*.rmd"))
    assert len(messages) == 1 and "5551234" in messages[0].name
    pcm = samples_of(messages[0])
    # Busy tone ended it: a second of what the caller said, two of the tone, far from rec_max_len.
    assert sum(sound.power_at(frame, 1000.0) > 0.9 for frame in sound.frames(pcm)) >= 50
    assert len(pcm) / 16000 < 8
    rings = job.modem.exchange.entries("ring", "vgetty")
    assert [entry.detail["count"] for entry in rings] == [1, 2]
