"""The page of the upkeep: key, backup, restore with its difference first, disk, support file."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.care.care_box import WAIT_SECONDS, CareBox
from tests.web.site import PASSWORD, Browser, Site, said, site

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed"),
]


class Office:
    """Pages, the box behind them, and an admin who is logged in."""

    def __init__(self, pages: Site, box: CareBox) -> None:
        self.pages, self.box = pages, box
        self.admin: Browser = pages.admin()

    def text(self) -> str:
        return self.admin.text("/care")

    def post(self, path: str, /, **form: object) -> TestResponse:
        self.admin.get("/care")
        return self.admin.post(path, form)

    def make_key(self) -> str:
        answer = self.post("/care/key", password=PASSWORD)
        found = re.search(r"AGE-SECRET-KEY-1[A-Z0-9]{58}", answer.get_data(as_text=True))
        assert found is not None
        return found.group()

    def wait(self) -> str:
        """Until no job runs; the page then."""
        deadline = time.monotonic() + WAIT_SECONDS
        while said(self.admin.get("/care/now", headers={"Accept": "application/json"}))["busy"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return self.text()

    def download(self) -> bytes:
        """A backup, made and downloaded as a person does."""
        assert self.post("/care/backup", to="download", recordings="on").status_code == 303
        found = re.search(r'href="(/care/download/[^"]+)"', self.wait())
        assert found is not None
        answer = self.admin.get(found.group(1))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return answer.get_data()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    data = tmp_path / "box"
    data.mkdir()
    boxes: list[CareBox] = []

    def make(store: object) -> object:
        boxes.append(CareBox(data, store))  # type: ignore[arg-type]
        return boxes[0].care

    with site(data, care=make) as pages:  # type: ignore[arg-type]
        boxes[0].add_calls(4)
        boxes[0].add_sounds()
        yield Office(pages, boxes[0])
    boxes[0].close()


def _upload(office: Office, content: bytes, part: int = 10_000) -> str:
    """In parts, as the page's script does."""
    office.admin.get("/care")
    upload = ""
    for start in range(0, len(content), part):
        path = f"/care/restore/part?start={start}&upload={upload}"
        answer = office.admin.client.post(
            path,
            data=content[start : start + part],
            headers={"X-CSRFToken": office.admin._token, "Accept": "application/json"},
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        upload = said(answer)["upload"]
    return upload


def test_from_the_key_to_the_restore(office: Office) -> None:
    assert "Make the backup key" in office.text()
    key = office.make_key()
    assert key not in office.text(), "it is shown once"
    backup = office.download()
    assert backup.startswith(b"age-encryption.org/v1")
    settings = office.pages.settings()
    settings.queues[0].ring_seconds = 44
    office.pages.save(settings)
    answer = office.post("/care/restore", key=key, upload=_upload(office, backup))
    assert answer.status_code == 303
    text = office.wait()
    assert "queue sales: ring seconds 44 → 20" in text and "This is in the backup" in text
    assert office.post("/care/restore/apply", password="wrong", settings="on").status_code == 422
    assert not office.box.restarted.is_set()
    done = office.post("/care/restore/apply", password=PASSWORD, settings="on", records="on")
    assert done.status_code == 200 and "starts anew" in done.get_data(as_text=True)
    assert office.box.restarted.is_set()
    assert not list(office.box.options.spool.iterdir()), "the uploaded file is gone"


def test_a_small_backup_comes_with_the_form_alone(office: Office, tmp_path: Path) -> None:
    key = office.make_key()
    path = tmp_path / "copy.age"
    path.write_bytes(office.download())
    office.admin.get("/care")
    with path.open("rb") as file:
        answer = office.admin.post("/care/restore", {"key": key, "file": (file, "copy.age")})
    assert answer.status_code == 303
    assert "Nothing: they are the same." in office.wait()
    office.post("/care/restore/drop")
    assert "This is in the backup" not in office.text()


def test_what_fails_is_one_sentence_on_the_page(office: Office) -> None:
    key = office.make_key()
    backup = office.download()
    other = "AGE-SECRET-KEY-1" + "Q" * 58
    for content, given, sentence in (
        (b"no backup at all", key, "This file is no backup of a Callbox."),
        (backup[:-10], key, "This backup is damaged"),
        (backup, other, "This is no backup key"),
    ):
        office.post("/care/restore", key=given, upload=_upload(office, content))
        assert sentence in office.wait()
    assert "Choose the file of a backup first." in office.post("/care/restore", key=key).get_data(
        as_text=True
    )
    assert office.post("/care/restore", key="", upload=_upload(office, backup)).status_code == 409
    assert "No USB stick and no SFTP server" in office.post("/care/copies").get_data(as_text=True)


def test_without_a_key_there_is_no_backup(office: Office) -> None:
    assert office.post("/care/key", password="wrong").status_code == 422
    answer = office.post("/care/backup", to="download")
    assert answer.status_code == 409 and "no backup key yet" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["start=-1", "start=5", "start=x", "", "start=0&upload=../../x", "start=9&upload=" + "ab" * 16]
)
def test_parts_that_do_not_fit_are_refused(office: Office, path: str) -> None:
    office.admin.get("/care")
    headers = {"X-CSRFToken": office.admin._token, "Accept": "application/json"}
    answer = office.admin.client.post(f"/care/restore/part?{path}", data=b"x", headers=headers)
    assert answer.status_code in (400, 409)
    assert not list(office.box.options.spool.iterdir())


@pytest.mark.parametrize("name", ["x", "..%2Fsettings.json", "settings.json", "callbox-a.tar.age"])
def test_only_copies_are_handed_out(office: Office, name: str) -> None:
    assert office.admin.get(f"/care/download/{name}").status_code == 404


def test_where_and_when_is_set_and_wrong_things_are_said(office: Office) -> None:
    form = {"destination": "usb", "folder": "/media/usb", "host": "", "port": "22", "user": "",
            "path": "callbox", "schedule": "weekly", "day": "2", "hour": "23", "keep": "3",
            "recordings": "on"}  # fmt: skip
    assert office.post("/care/backup-settings", **form).status_code == 303
    backup = office.pages.settings().backup
    assert (backup.destination, backup.schedule, backup.day, backup.hour, backup.keep) == (
        "usb",
        "weekly",
        2,
        23,
        3,
    )
    text = office.admin.text("/care/backup-settings")
    assert '<option value="23" selected>' in text
    wrong = office.post("/care/backup-settings", **{**form, "folder": "media", "keep": "0"})
    assert wrong.status_code == 422 and "An example is /media/usb." in wrong.get_data(as_text=True)
    assert office.post("/care/storage-settings", recordings_percent="40", reserve_mb="500").status_code == 303
    assert office.pages.settings().storage.recordings_percent == 40
    assert office.post("/care/storage-settings", recordings_percent="99", reserve_mb="1").status_code == 422


def test_another_server_has_to_be_confirmed_anew(office: Office) -> None:
    settings = office.pages.settings()
    settings.backup.host, settings.backup.host_key = "old.example", "ssh-ed25519 " + "A" * 60
    office.pages.save(settings)
    form = {"destination": "sftp", "folder": "/media/usb", "host": "127.0.0.1", "port": "1", "user": "u",
            "path": "callbox", "schedule": "off", "day": "2", "hour": "23", "keep": "3"}  # fmt: skip
    answer = office.post("/care/backup-settings", **form)
    assert answer.headers["Location"] == "/care/server"
    assert office.pages.settings().backup.host_key == ""
    text = office.admin.text("/care/server")
    assert "ssh-ed25519 AAAA" in text and "Nobody answers as an SSH server" in text
    assert office.post("/care/server", key="ssh-ed25519 " + "B" * 60).status_code == 303
    assert office.pages.settings().backup.host_key == "ssh-ed25519 " + "B" * 60
    assert office.post("/care/server", key="x\ny").status_code == 422


def test_the_disk_is_a_bar_with_words(office: Office) -> None:
    text = office.text()
    widths = [
        float(width)
        for width in re.findall(r'<rect class="care-\w+" x="[\d.]+" y="0" width="([\d.]+)"', text)
    ]
    assert len(widths) == 8 and abs(sum(widths) - 100) < 0.1
    assert "are free" in text and "Recordings may use" in text


def test_the_support_file_is_a_download_without_secrets(office: Office) -> None:
    answer = office.post("/care/support")
    assert answer.headers["Content-Disposition"].endswith('.txt"') and answer.mimetype == "text/plain"
    text = answer.get_data(as_text=True)
    assert "Callbox support file" in text and "Last words with line gsm1" in text
    assert office.pages.settings().handsets[0].secret.get_secret_value() not in text
    assert "4155550134" not in text


def test_the_page_in_other_languages(office: Office) -> None:
    for language, words in (("de", "Sicherung"), ("es", "Copia de seguridad")):
        answer = office.admin.get("/care", headers={"Accept": "text/html", "Accept-Language": language})
        assert words in answer.get_data(as_text=True)
