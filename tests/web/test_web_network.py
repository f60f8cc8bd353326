"""The pages of the network: names of the box, who may reach it, the certificate."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from appliance.network.certificates import Certificates
from appliance.network.desk import CertificateDesk
from tests.network.certificate_files import Company
from tests.web.site import Browser, Site, site
from webui import create_app
from webui.pages.certificate import _forget

NAMES = ["callbox.local", "localhost", "127.0.0.1"]


@pytest.fixture
def changes() -> list[str]:
    """One entry each time the SIP edge was told to read the certificate again."""
    return []


@pytest.fixture
def https(tmp_path: Path, changes: list[str]) -> Iterator[Site]:
    """A box with a certificate."""
    Certificates(tmp_path / "tls").ensure(NAMES, datetime.now(UTC))
    desk = CertificateDesk(tmp_path / "tls", lambda: changes.append("changed"))
    with site(tmp_path, certificate=desk) as found:
        yield found


@pytest.fixture
def secured(https: Site) -> Browser:
    return https.admin()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(tmp_path_factory.mktemp("company"))


def send(browser: Browser, certificate: str, key: str) -> TestResponse:
    files = {"certificate": certificate, "key": key}
    return browser.post(
        "/setup/certificate",
        {name: (io.BytesIO(text.encode()), f"{name}.pem") for name, text in files.items()},
    )


def test_the_certificate_in_force_is_shown(secured: Browser) -> None:
    text = secured.text("/setup/certificate")
    assert "callbox.local, localhost, 127.0.0.1" in text and "renews it by itself" in text
    assert "Go back" not in text and "PRIVATE KEY" not in text


def test_the_authority_is_handed_out_and_no_key(secured: Browser, https: Site) -> None:
    answer = secured.get("/setup/certificate/authority.crt")
    assert answer.mimetype == "application/x-x509-ca-cert"
    assert answer.get_data(as_text=True) == (https.folder / "tls" / "ca.pem").read_text()


def test_the_owners_certificate_comes_into_force_and_goes(
    secured: Browser, https: Site, changes: list[str], company: Company
) -> None:
    leaf, key = company.server()
    assert send(secured, leaf + company.text("middle.pem"), key).status_code == 303
    text = secured.text("/setup/certificate")
    assert "phones.example" in text and "signed by middle" in text
    assert changes == ["changed"]
    assert list(https.control.spool.iterdir()) == [], "no key stays in the spool"
    assert secured.post("/setup/certificate/undo").status_code == 303
    assert "callbox.local" in secured.text("/setup/certificate")
    assert changes == ["changed", "changed"]


def test_what_cannot_be_used_is_said_in_one_sentence(
    secured: Browser, https: Site, changes: list[str], company: Company
) -> None:
    leaf, _key = company.server("one")
    _leaf, other = company.server("two")
    answer = send(secured, leaf, other)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "The key does not belong to this certificate." in text and "Nothing was changed." in text
    assert secured.post("/setup/certificate").status_code == 422
    assert secured.post("/setup/certificate/undo").status_code == 422
    assert send(secured, "x" * 150_000, "").status_code == 422
    assert changes == [] and list(https.control.spool.iterdir()) == []


def test_a_box_without_https_says_so(admin: Browser) -> None:
    assert "without HTTPS" in admin.text("/setup/certificate")
    assert admin.get("/setup/certificate/authority.crt").status_code == 404
    assert send(admin, "a", "b").status_code == 422


def test_the_network_form_takes_names_and_networks(admin: Browser, pages: Site) -> None:
    admin.text("/setup/network")
    form = {"hosts": "Phones.Example, 10.9.8.7", "lan": "10.9.8.0/24 192.168.7.9/16", "rtp_from_lan": "on"}
    assert admin.post("/setup/network", form).status_code == 303
    saved = pages.settings().network
    assert saved.hosts == ["phones.example", "10.9.8.7"]
    assert saved.lan == ["10.9.8.0/24", "192.168.0.0/16"]
    assert admin.client.get("/login", headers={"Host": "phones.example"}).status_code == 200
    assert admin.client.get("/login", headers={"Host": "10.9.8.7"}).status_code == 200
    refused = admin.post("/setup/network", {"hosts": "not_a_name!", "lan": "everywhere"})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "not_a_name! is not a host name" in text and "everywhere is not a network" in text
    assert pages.settings().network == saved


def test_the_address_that_was_asked_counts_on_the_word_of_the_terminator_alone(pages: Site) -> None:
    asked = {"Host": "192.168.7.9", "X-Callbox-Address": "192.168.7.9"}
    assert pages.app.test_client().get("/login", headers=asked).status_code == 400
    pages.apps.append(_proxied(pages))
    behind = pages.apps[-1].test_client()
    assert behind.get("/login", headers=asked).status_code == 200
    assert behind.get("/login", headers={**asked, "Host": "evil.example"}).status_code == 400
    assert behind.get("/login", headers={"Host": "192.168.7.9"}).status_code == 400


def test_the_hosts_own_name_is_served(pages: Site) -> None:
    name = socket.gethostname()
    for host in (name, name if "." in name else f"{name}.local"):
        assert pages.app.test_client().get("/login", headers={"Host": host}).status_code == 200


def _proxied(pages: Site) -> Flask:
    return create_app({**pages.environment(), "CALLBOX_PROXIED": "1"})


def test_a_key_in_the_spool_is_overwritten_before_it_goes(tmp_path: Path) -> None:
    path, same = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"secret")
    same.hardlink_to(path)
    _forget(path, 6)
    assert not path.exists() and same.read_bytes() == bytes(6)
