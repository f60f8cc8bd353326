"""Rules that nftables refuses never leave a guarded box unguarded, and never one without telephones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from appliance.network import packet_filter
from appliance.network.firewall import Wanted, fallback, rules
from appliance.network.packet_filter import bring_into_force
from tests.network.lan import Place, may_make_namespaces

pytestmark = pytest.mark.skipif(
    not may_make_namespaces(), reason="needs the right to make network namespaces"
)
WANTED = Wanted()
BROKEN = "table inet callbox { chain input { this is no rule } }"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Place]:
    """A machine of its own that nft works on."""
    with ExitStack() as stack:
        made = Place(stack)
        program = tmp_path / "nft"
        program.write_text(f'#!/bin/sh\nexec nsenter -t {made.pid} -n /usr/sbin/nft "$@"\n')
        program.chmod(0o755)
        monkeypatch.setattr(packet_filter, "_NFT", (str(program), "-f", "-"))
        yield made


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "firewall.nft"


def loaded(place: Place) -> str:
    return place.run("nft", "list", "ruleset")


def break_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet_filter, "rules", lambda _wanted: BROKEN)


def test_good_rules_are_loaded_and_kept(place: Place, kept: Path) -> None:
    assert bring_into_force(WANTED, kept).as_wanted
    assert "set talk" in loaded(place) and kept.read_text() == rules(WANTED)
    assert bring_into_force(WANTED, kept).as_wanted, "and once more"
    assert loaded(place).count("table inet callbox") == 1


def test_others_tables_stay(place: Place, kept: Path) -> None:
    place.run("nft", "add", "table", "ip", "somebody")
    bring_into_force(WANTED, kept)
    assert "table ip somebody" in loaded(place)


def test_refused_rules_leave_those_of_before(
    place: Place, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_into_force(WANTED, kept)
    before = loaded(place)
    break_rules(monkeypatch)
    found = bring_into_force(WANTED, kept)
    assert not found.as_wanted and "stay in force" in found.why and "\n" not in found.why
    assert loaded(place) == before and kept.read_text() == rules(WANTED)


def test_at_boot_the_last_good_ones_come_first(
    place: Place, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write_text(rules(Wanted(sip_port=5099)))
    break_rules(monkeypatch)
    found = bring_into_force(WANTED, kept)
    assert not found.as_wanted and "last good rules are in force" in found.why
    assert "udp dport 5099 accept" in loaded(place)


def first(place: Place) -> None:
    place.run("nft", "-f", str(ROOT / "systemd" / "first.nft"))


def test_a_starting_box_is_guarded_and_these_rules_give_way_to_all_others(
    place: Place, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first(place)
    assert "policy drop" in loaded(place)
    kept.write_text(rules(Wanted(sip_port=5099)))
    with monkeypatch.context() as broken:
        broken.setattr(packet_filter, "rules", lambda _wanted: BROKEN)
        assert "last good rules are in force" in bring_into_force(WANTED, kept).why
    assert bring_into_force(WANTED, kept).as_wanted
    assert "chain first" not in loaded(place)
    with pytest.raises(AssertionError, match="exists"):
        first(place)
    assert "set talk" in loaded(place), "rules of the settings are not replaced by the first ones"


def test_when_nothing_else_is_taken_the_first_rules_stay(
    place: Place, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first(place)
    break_rules(monkeypatch)
    monkeypatch.setattr(packet_filter, "fallback", lambda _wanted: BROKEN)
    assert "rules of a starting box are in force" in bring_into_force(WANTED, kept).why
    assert "policy drop" in loaded(place)


@pytest.mark.parametrize("content", [None, BROKEN, "\x00\xff"])
def test_then_the_simplest_ones(
    place: Place, kept: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is not None:
        kept.write_text(content, encoding="latin-1")
    break_rules(monkeypatch)
    found = bring_into_force(WANTED, kept)
    assert not found.as_wanted and "simplest rules are in force" in found.why
    text = loaded(place)
    assert "policy drop" in text and "tcp dport { 80, 443, 5060, 5061 } accept" in text


def test_without_nft_calls_go_on_and_it_is_said(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet_filter, "_NFT", ("/nowhere/nft", "-f", "-"))
    found = bring_into_force(WANTED, kept)
    assert not found.as_wanted
    assert "nft is missing" in found.why and "calls go on" in found.why


def test_the_command_loads_them_in_a_namespace(tmp_path: Path) -> None:
    """`callbox firewall` as systemd runs it, then what the kernel has."""
    script = f"{sys.executable} -m appliance firewall && nft list table inet callbox"
    (tmp_path / "state").mkdir()
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "CALLBOX_DATA": str(tmp_path),
            "CALLBOX_SIP_PORT": "5088",
        },
    )
    assert done.returncode == 0, done.stderr
    assert "The packet filter is in force." in done.stdout and "udp dport 5088 accept" in done.stdout
    assert (tmp_path / "state" / "firewall.nft").read_text() == rules(_office(tmp_path))


def _office(data: Path) -> Wanted:
    from appliance.config.options import Options
    from appliance.config.schema import Settings
    from appliance.network.command import wanted

    inside = wanted(Options(data, sip_port=5088), Settings())
    return Wanted(lan=inside.lan[:4], sip_port=5088)  # a namespace has no address of its own


def test_the_simplest_rules_are_taken_by_themselves(place: Place) -> None:
    place.run("nft", "-f", "-", stdin=fallback(WANTED))
    assert "table inet callbox" in loaded(place)
