"""Somebody guesses secrets and is locked out alone; forty handsets call at once and each is spoken to."""

from __future__ import annotations

import csv
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from appliance.contract.media import Speech
from appliance.core.phrases import Phrase, say
from tests.sip.sip_client import SipClient
from tests.support.box import wait_for
from tests.support.ears import Ears
from tests.support.office import Office, prompt
from tests.support.ports import free_port
from tests.support.sounds import SAME, likeness, read_wav

pytestmark = pytest.mark.peer
GUESSES, CALLS = 500, 40
ATTACKER, HANDSETS = "127.0.0.66", "127.0.0.3"
LOGIN = "*50"


def _sipp(office: Office, folder: Path, scenario: str, rows: list[str], address: str, rate: int) -> list[str]:
    """The command that plays a scenario once for each row of values, `rate` of them a second."""
    (folder / "rows.csv").write_text("SEQUENTIAL\n" + "".join(f"{row}\n" for row in rows))
    options, port = office.box.options, free_port()
    words = [
        "sipp",
        f"{options.host}:{options.sip_port}",
        "-i",
        address,
        "-p",
        str(port),
        "-mp",
        str(port + 1),
    ]
    words += ["-sf", str(Path(__file__).with_name(scenario)), "-inf", str(folder / "rows.csv")]
    words += ["-m", str(len(rows)), "-l", str(len(rows)), "-r", str(rate)]
    return [*words, "-timeout", "60", "-nostdin", "-trace_counts", "-fd", "1"]


def _counts(folder: Path) -> dict[str, int]:
    """What sipp counted in the end: "1_401_Recv" and so on."""
    lines = next(folder.glob("*_counts.csv")).read_text().splitlines()
    last = list(csv.DictReader(lines, delimiter=";"))[-1]
    return {name: int(value) for name, value in last.items() if value and value.isdigit()}


def _login_words() -> str:
    (spoken,) = say("en", Phrase.AGENT_NUMBER)
    assert isinstance(spoken, Speech)
    return spoken.text


def test_who_guesses_secrets_is_locked_out_alone(office: Office, tmp_path: Path) -> None:
    guesses = [f"[authentication username=201 password=wrong{number:027d}]" for number in range(GUESSES)]
    words = _sipp(office, tmp_path, "s06_register.xml", guesses, ATTACKER, 50)
    with (tmp_path / "log").open("w") as log:
        attack = subprocess.Popen(words, stdout=log, stderr=log, cwd=tmp_path)
        try:
            wait_for(lambda: office.box.printed(f"{ATTACKER} is banned"), 10, "the ban is logged")
            phone = office.phone("201", 440)
            phone.dial(LOGIN)
            phone.expect("CALL_ESTABLISHED", 5)
            wait_for(
                lambda: phone.heard() and phone.heard()[-1].stat().st_size > 5 * 16000, 10, "it hears 5 s"
            )
            phone.hang_up()
            assert attack.poll() is None, "the attack went on all the while"
            attack.wait(40)
        finally:
            attack.kill()
            attack.wait()
    assert likeness(read_wav(phone.heard()[-1]), prompt(office.folder, _login_words())) > SAME
    counts = _counts(tmp_path)
    assert counts["0_REGISTER_Sent"] == GUESSES, (tmp_path / "log").read_text()[-2000:]
    assert 5 <= counts["3_401_Recv"] <= counts["1_401_Recv"] <= 20, f"answers after the ban: {counts}"
    _right_secret_is_too_late(office)


def _right_secret_is_too_late(office: Office) -> None:
    client = SipClient((office.box.options.host, office.box.options.sip_port), ATTACKER, timeout=1.0)
    try:
        assert client.register("201", office.box.secret("201")) is None
    finally:
        client.close()


def test_40_calls_at_once_each_hear_their_prompt(office: Office, tmp_path: Path) -> None:
    known = SipClient((office.box.options.host, office.box.options.sip_port), HANDSETS)
    known.register("202", office.box.secret("202"))
    known.close()
    secrets = {name: office.box.secret(name) for name in ("201", "202")}
    with ExitStack() as stack:
        ears = Ears(CALLS, stack, HANDSETS)
        rows = [
            f"{LOGIN};{name};{port};[authentication username={name} password={secrets[name]}]"
            for name, port in zip(("201", "202") * (CALLS // 2), ears.ports, strict=True)
        ]
        words = _sipp(office, tmp_path, "s06_star_code.xml", rows, HANDSETS, 40)
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        assert ears.all_at_once() > 3.0
        heard = ears.heard()
    wanted = prompt(office.folder, _login_words())
    scores = sorted(likeness(one, wanted) for one in heard)
    assert len(scores) == CALLS and scores[0] > SAME, scores
    office.idle()
