"""The units: as closed as promised, known to systemd without complaint, and in agreement with each other."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
SERVICES = sorted(path.name for path in SYSTEMD.glob("*.service"))
#: Tenths of systemd's exposure level: 0 is sealed, 10.0 does as it likes.
MOST_EXPOSED = {"callbox-core.service": 25, "callbox-edge.service": 25, "callbox-front.service": 25}
FOR_THE_REST = 15
#: Those that need root's powers for what they are; each is short-lived, and its unit says why.
PRIVILEGED = {"callbox-firewall.service", "callbox-guard.service", "callbox-reset.service"}
FOR_THE_PRIVILEGED = 45


def directives(unit: str) -> dict[str, list[str]]:
    """What a unit sets, by name, all sections together."""
    found: dict[str, list[str]] = {}
    for line in (SYSTEMD / unit).read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def exposure(path: Path, threshold: int) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says of one unit; it ends with 1 above the threshold."""
    words = ["security", "--no-pager", "--offline=true", f"--threshold={threshold}", str(path)]
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, timeout=50)


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_as_closed_as_promised(unit: str) -> None:
    rest = FOR_THE_PRIVILEGED if unit in PRIVILEGED else FOR_THE_REST
    done = exposure(SYSTEMD / unit, MOST_EXPOSED.get(unit, rest))
    assert "Overall exposure level" in done.stdout, done.stderr
    assert done.returncode == 0, done.stdout[-200:]


def test_an_open_service_is_found(tmp_path: Path) -> None:
    lines = (SYSTEMD / "callbox-web.service").read_text("utf-8").splitlines()
    kept = [
        line
        for line in lines
        if not line.startswith(("Capability", "SystemCallFilter", "Private", "Restrict"))
    ]
    opened = tmp_path / "callbox-web.service"
    opened.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert exposure(opened, FOR_THE_REST).returncode != 0


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with this machine's systemd units, ours, and something to run for each ExecStart."""
    root = tmp_path_factory.mktemp("machine")
    units = root / "usr/lib/systemd/system"
    shutil.copytree("/usr/lib/systemd/system", units, symlinks=True, ignore_dangling_symlinks=True)
    (root / "lib").symlink_to("usr/lib")
    for path in SYSTEMD.iterdir():
        if path.suffix in {".service", ".target", ".timer", ".path"}:
            shutil.copy(path, units)
    for path in SYSTEMD.glob("*.service"):
        for started in re.findall(r"^Exec\w+=[-+!@]*(/\S+)", path.read_text("utf-8"), re.MULTILINE):
            program = root / started.lstrip("/")
            program.parent.mkdir(parents=True, exist_ok=True)
            program.touch(mode=0o755)
    return root


def verify(root: Path, *units: str) -> list[str]:
    """systemd's complaints about our units."""
    command = ["systemd-analyze", "verify", "--no-pager", f"--root={root}", "--man=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert "Failed to" not in done.stderr.replace("Failed to determine whether", ""), done.stderr
    return [line for line in done.stderr.splitlines() if "callbox" in line]


def test_systemd_has_nothing_to_complain_of(machine: Path) -> None:
    assert verify(machine, "callbox.target", "callbox-backup.timer", "callbox-reset.path", *SERVICES) == []


def test_a_word_systemd_does_not_know_is_found(machine: Path) -> None:
    wrong = machine / "usr/lib/systemd/system/callbox-wrong.service"
    text = (SYSTEMD / "callbox-web.service").read_text("utf-8").replace("MemoryMax=", "MemoryMaximum=")
    wrong.write_text(text, encoding="utf-8")
    try:
        assert any("MemoryMaximum" in line for line in verify(machine, wrong.name))
    finally:
        wrong.unlink()


def test_nothing_waits_for_the_network() -> None:
    for path in SYSTEMD.rglob("callbox*"):
        assert "network-online" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("unit", [name for name in SERVICES if name not in PRIVILEGED])
def test_a_service_has_limits_and_a_user_of_ours(unit: str) -> None:
    told = directives(unit)
    people = re.findall(r"^u (\S+)", (SYSTEMD / "sysusers.conf").read_text("utf-8"), re.MULTILINE)
    assert told["User"][0] in people
    assert told["MemoryMax"] and told["TasksMax"] and told["ProtectSystem"] == ["strict"]
    assert told["NoNewPrivileges"] == ["yes"]


def test_groups_a_service_joins_are_made() -> None:
    text = (SYSTEMD / "sysusers.conf").read_text("utf-8")
    made = set(re.findall(r"^[gu] (\S+)", text, re.MULTILINE))
    for unit in SERVICES:
        for groups in directives(unit).get("SupplementaryGroups", []):
            assert set(groups.split()) <= made, unit


def test_users_keep_their_numbers() -> None:
    """A data partition that goes from one image to the next belongs to the same users in both."""
    lines = [line.split() for line in (SYSTEMD / "sysusers.conf").read_text("utf-8").splitlines()]
    ours = [line for line in lines if line and line[0] in {"u", "g"} and line[1].startswith("callbox")]
    numbers = [line[2] for line in ours]
    assert len(ours) >= 6
    assert all(number.isdigit() for number in numbers) and len(set(numbers)) == len(numbers)


def test_folders_belong_to_users_that_are_made() -> None:
    text = (SYSTEMD / "sysusers.conf").read_text("utf-8")
    made = set(re.findall(r"^[gu] (\S+)", text, re.MULTILINE))
    folders = [
        line.split()
        for line in (SYSTEMD / "tmpfiles.conf").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert len(folders) >= 6
    for kind, path, mode, user, group in folders:
        assert kind == "d" and {user, group} <= made, path
        assert int(mode, 8) & 0o007 == 0, f"{path} is open to everybody"


def test_the_core_is_watched_and_kept() -> None:
    told = directives("callbox-core.service")
    assert told["Type"] == ["notify"] and told["Restart"] == ["always"]
    assert 5 <= int(told["WatchdogSec"][0]) <= 30
    assert told["StartLimitAction"] == ["reboot"] and int(told["StartLimitBurst"][0]) > 0
    assert told["LimitRTPRIO"] == ["20"] and "CPUSchedulingPolicy" not in told


def test_a_start_that_fails_in_words_never_reboots() -> None:
    """`service.main` waits before it ends: the burst that reboots is not reached within its interval."""
    from appliance.service import PAUSE

    told = directives("callbox-core.service")
    assert PAUSE * int(told["StartLimitBurst"][0]) >= int(told["StartLimitIntervalSec"][0])


def test_the_page_has_no_network() -> None:
    told = directives("callbox-web.service")
    assert told["PrivateNetwork"] == ["yes"] and told["RestrictAddressFamilies"] == ["AF_UNIX"]


def test_the_hardware_watchdog_is_on_and_within_reach_of_the_chip() -> None:
    found = re.search(
        r"^RuntimeWatchdogSec=(\d+)s$", (SYSTEMD / "watchdog.conf").read_text("utf-8"), re.MULTILINE
    )
    assert found is not None and 5 <= int(found[1]) <= 15


def test_files_put_in_place_are_all_taken_away_again(tmp_path: Path) -> None:
    script = SYSTEMD.parent / "image-build" / "install" / "files.sh"
    for what in ("install", "remove"):
        subprocess.run([str(script), str(SYSTEMD), str(tmp_path), what], check=True, timeout=50)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        if what == "install":
            named = {path.name for path in files}
            assert set(SERVICES) < named and "callbox.target" in named and len(files) >= len(SERVICES) + 6
            old = tmp_path / "usr/lib/systemd/system/callbox-old.service"
            old.touch()
    assert files == [] and not old.exists()
