"""The box's certificate: made, renewed, replaced by the owner's, taken back; what is refused, and how."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.contract.errors import NetworkError
from appliance.network.authority import may_certify
from appliance.network.certificates import Certificates, own_names
from appliance.network.openssl import read_certificate
from tests.network.certificate_files import Company, run

NAMES = ["callbox.local", "localhost", "127.0.0.1", "192.168.7.20"]
NOW = datetime.now(UTC) + timedelta(hours=1)  # when what the company signs is surely good


@pytest.fixture
def tls(tmp_path: Path) -> Certificates:
    made = Certificates(tmp_path / "tls")
    assert made.ensure(NAMES, NOW)
    return made


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(tmp_path_factory.mktemp("company"))


def served(tls: Certificates, trusted: Path, name: str) -> str:
    """The subject a client that trusts `trusted` sees when it asks for `name`; ssl's own error else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.chain, tls.key)
    client = ssl.create_default_context(cafile=str(trusted))
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def answer() -> None:
            with contextlib.suppress(OSError), context.wrap_socket(theirs, server_side=True) as line:
                line.unwrap()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            with client.wrap_socket(ours, server_hostname=name) as line:
                found = line.getpeercert()
        finally:
            ours.close()
            thread.join(10)
    assert found is not None
    return str(dict(part[0] for part in found["subject"])["commonName"])  # type: ignore[misc]


@pytest.mark.parametrize("name", NAMES)
def test_whoever_trusts_the_authority_trusts_the_box_under_each_of_its_names(
    tls: Certificates, name: str
) -> None:
    assert served(tls, tls.folder / "ca.pem", name) == "callbox.local"


def test_another_name_is_not_certified(tls: Certificates) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        served(tls, tls.folder / "ca.pem", "bank.example")


def test_the_authority_cannot_speak_for_names_of_the_internet(tls: Certificates, tmp_path: Path) -> None:
    """Somebody with its key signs a bank's name: no client that trusts the authority believes it."""
    key, request, extra = tmp_path / "k", tmp_path / "r", tmp_path / "x"
    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    run("req", "-new", "-key", key, "-subj", "/CN=bank.example", "-out", request)
    extra.write_text("subjectAltName=DNS:bank.example")
    by = ("-CA", tls.folder / "ca.pem", "-CAkey", tls.folder / "ca.key", "-CAcreateserial")
    forged = Certificates(tmp_path / "forged")
    forged.folder.mkdir()
    run("x509", "-req", "-in", request, *by, "-days", "9", "-extfile", extra, "-out", forged.chain)
    forged.key.write_text(key.read_text())
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        served(forged, tls.folder / "ca.pem", "bank.example")


def test_two_boxes_have_nothing_in_common(tls: Certificates, tmp_path: Path) -> None:
    other = Certificates(tmp_path / "other")
    other.ensure(NAMES, NOW)
    assert (tls.folder / "ca.key").read_text() != (other.folder / "ca.key").read_text()
    with pytest.raises(ssl.SSLCertVerificationError):
        served(other, tls.folder / "ca.pem", "callbox.local")


def test_its_curve_life_and_use(tls: Certificates) -> None:
    text = run("x509", "-noout", "-text", "-in", tls.chain)
    assert "NIST CURVE: P-256" in text and "TLS Web Server Authentication" in text and "CA:FALSE" in text
    found = read_certificate(tls.chain.read_text())
    assert found.starts < NOW < found.ends < NOW + timedelta(days=398)


def test_nothing_is_done_while_all_is_well(tls: Certificates) -> None:
    before = tls.chain.read_text(), tls.key.read_text(), (tls.folder / "ca.pem").read_text()
    assert not tls.ensure(list(reversed(NAMES)), NOW + timedelta(days=300))
    assert (tls.chain.read_text(), tls.key.read_text(), (tls.folder / "ca.pem").read_text()) == before


@pytest.mark.parametrize("days", [380, 500, 4000])
def test_it_is_renewed_before_its_end_by_the_same_authority(tls: Certificates, days: int) -> None:
    authority = (tls.folder / "ca.pem").read_text()
    before = tls.in_force()
    assert tls.ensure(NAMES, NOW + timedelta(days=days))
    after = tls.in_force()
    assert before is not None and after is not None
    assert after.certificate.ends > NOW + timedelta(days=days + 300)
    assert after.authority == authority == before.authority


def test_a_new_address_makes_a_new_certificate(tls: Certificates) -> None:
    assert tls.ensure([*NAMES[:3], "192.168.7.99"], NOW)
    assert served(tls, tls.folder / "ca.pem", "192.168.7.99") == "callbox.local"
    with pytest.raises(ssl.SSLCertVerificationError):
        served(tls, tls.folder / "ca.pem", "192.168.7.20")


def test_a_box_whose_clock_was_wrong_at_its_first_start_is_trusted_all_the_same(tmp_path: Path) -> None:
    tls = Certificates(tmp_path / "tls")
    tls.ensure(NAMES, datetime(1970, 1, 1, tzinfo=UTC))
    assert served(tls, tls.folder / "ca.pem", "callbox.local") == "callbox.local"
    tls.ensure(NAMES, NOW + timedelta(days=9000))  # far ahead, then right
    assert tls.ensure(NAMES, NOW)
    assert served(tls, tls.folder / "ca.pem", "callbox.local") == "callbox.local"


@pytest.mark.parametrize("name", ["ca.pem", "ca.key", "server.pem", "server.key"])
@pytest.mark.parametrize(
    "damage", ["", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", None]
)
def test_damaged_and_missing_files_are_made_anew(tls: Certificates, name: str, damage: str | None) -> None:
    path = (tls.folder / name).resolve()
    if damage is None:
        path.unlink()
    else:
        path.write_text(damage)
    tls.ensure(NAMES, NOW)
    tls.ensure(NAMES, NOW + timedelta(days=380))  # when it is renewed
    tls.ensure(NAMES, NOW)  # and the clock is right again
    found = tls.in_force()
    assert found is not None and found.made_here
    assert served(tls, tls.folder / "ca.pem", "callbox.local") == "callbox.local"


def test_the_owners_pair_is_served_and_stays_through_renewals(tls: Certificates, company: Company) -> None:
    leaf, key = company.server()
    shown = tls.adopt(f"{key}\n{leaf}\n{company.text('middle.pem')}", NOW)
    assert shown.certificate.names == ("phones.example",) and not shown.made_here and shown.can_undo
    assert served(tls, company.folder / "root.pem", "phones.example") == "server"
    assert not tls.ensure(NAMES, NOW + timedelta(days=40))
    assert served(tls, company.folder / "root.pem", "phones.example") == "server"
    assert tls.warning(NOW) == ""
    assert re.search(r"expires on 20", tls.warning(NOW + timedelta(days=80)))
    assert re.search(r"expired on 20", tls.warning(NOW + timedelta(days=100)))


def test_undo_goes_back_and_undo_of_undo_forth(tls: Certificates, company: Company) -> None:
    with pytest.raises(NetworkError, match="no certificate to go back to"):
        tls.undo()
    leaf, key = company.server()
    tls.adopt(leaf + company.text("middle.pem") + key, NOW)
    tls.ensure(NAMES, NOW + timedelta(days=10))
    assert tls.undo().made_here
    assert served(tls, tls.folder / "ca.pem", "callbox.local") == "callbox.local"
    assert not tls.undo().made_here
    assert served(tls, company.folder / "root.pem", "phones.example") == "server"


def test_pairs_no_longer_wanted_are_removed(tls: Certificates, company: Company) -> None:
    for number in range(4):
        leaf, key = company.server(f"many{number}")
        tls.adopt(leaf + company.text("middle.pem") + key, NOW)
    assert len(list(tls.folder.glob("owner-*"))) == 2
    assert len(list(tls.folder.glob("made-*"))) == 1


def test_a_self_signed_pair_and_rsa_are_taken(tls: Certificates, company: Company) -> None:
    leaf, key = company.server("alone", by=None)
    assert tls.adopt(leaf + key, NOW).certificate.subject == "alone"
    leaf, key = company.server("rsa", key=("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"))
    assert tls.adopt(key + leaf, NOW).certificate.subject == "rsa"


def test_what_cannot_be_used_is_refused_in_one_sentence_and_changes_nothing(
    tls: Certificates, company: Company
) -> None:
    leaf, key = company.server()
    middle, root = company.text("middle.pem"), company.text("root.pem")
    _, other_key = company.server("other")
    old, old_key = company.server("old", days=1)
    weak, weak_key = company.server("weak", key=("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"))
    nameless, nameless_key = company.server("nameless", names="")
    person, person_key = company.server("person", usage="clientAuth")
    locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
    before = tls.chain.read_text(), tls.key.read_text()
    cases = {
        leaf + other_key: "does not belong",
        leaf: "no key",
        key: "no certificate",
        leaf + key + key: "more than one key",
        leaf + locked: "locked with a password",
        leaf[:200] + key: "no certificate",
        leaf.replace("MII", "AAA", 1) + key: "cannot be read",
        leaf + key.replace("MIG", "AAA", 1): "cannot be read",
        middle + leaf + key: "must be the first",
        leaf + root + key: "do not hang together",
        old + middle + old_key: "expired on",
        weak + middle + weak_key: "too weak",
        nameless + middle + nameless_key: "names no host",
        person + middle + person_key: "not one for a server",
        "": "no certificate",
        "x" * 200_000: "too large",
    }
    for text, words in cases.items():
        with pytest.raises(NetworkError, match=words) as refused:
            tls.adopt(text, NOW + timedelta(days=2))
        said = str(refused.value)
        assert said.endswith((".", "?", ")")) and "\n" not in said and "PRIVATE KEY-----" not in said, said
    assert (tls.chain.read_text(), tls.key.read_text()) == before
    assert len(list(tls.folder.glob("owner-*"))) == 0


def test_only_the_folders_group_reads_a_key_and_nobody_the_authoritys(tmp_path: Path) -> None:
    shared, alone = Certificates(tmp_path / "shared"), Certificates(tmp_path / "alone")
    shared.folder.mkdir()
    shared.folder.chmod(0o2750)
    for tls, pair_mode in ((shared, 0o640), (alone, 0o600)):
        tls.ensure(NAMES, NOW)
        assert tls.key.stat().st_mode & 0o777 == pair_mode
        assert (tls.folder / "ca.key").stat().st_mode & 0o777 == 0o600
        assert tls.key.resolve().parent.stat().st_mode & 0o007 == 0


def test_a_machine_without_openssl_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NetworkError, match="openssl is missing"):
        Certificates(tmp_path / "tls").ensure(NAMES, NOW)


def test_own_names_are_ones_it_may_certify() -> None:
    names = own_names()
    assert {"callbox.local", "localhost", "127.0.0.1"} <= set(names)
    assert all(may_certify(name) for name in names)


@pytest.mark.parametrize("name", ["192.0.2.2", "8.8.8.8", "bank.example", "evil-callbox", "xlocal", ""])
def test_names_it_may_not_certify(name: str) -> None:
    assert not may_certify(name)
