"""The verbs of first boot and reset: the one-time code, modems that are plugged in, a box that forgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient
from appliance.control.messages import ErrorCode
from tests.control.running import Box, running

HASH = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + "A" * 43


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def client(box: Box) -> Iterator[ControlClient]:
    found = ControlClient(box.path)
    yield found
    found.close()


def test_a_code_is_used_once_until_there_is_a_new_one(box: Box, client: ControlClient) -> None:
    client.set_admin_password(HASH, "console", one_time=True)
    assert client.admin_hash() == (HASH, True)
    assert client.settings()[1]["web"]["admin_code_used"] is False
    client.code_used()
    assert client.settings()[1]["web"]["admin_code_used"] is True
    client.set_admin_password(HASH, "console", one_time=True)
    assert client.settings()[1]["web"]["admin_code_used"] is False
    client.set_admin_password(HASH, "admin")
    assert client.admin_hash() == (HASH, False)
    versions = [version["who"] for version in client.versions()]
    assert versions[:3] == ["admin", "console", "Callbox"]


def test_modems_that_are_plugged_in(box: Box, client: ControlClient) -> None:
    assert client.lines_found() == []
    box.core.found = [{"kind": "gsm", "port": "/dev/x", "audio_port": None, "family": "auto", "title": "T"}]
    assert client.lines_found() == box.core.found


def test_trouble_comes_with_the_settings(box: Box, client: ControlClient) -> None:
    assert client.settings_and_trouble()[2] == ""
    box.core.trouble = "The data folder is full."
    assert client.settings_and_trouble()[2] == "The data folder is full."


def test_reset_takes_one_of_two_words(box: Box, client: ControlClient) -> None:
    for word in ("all", "SETTINGS", "recordings"):
        with pytest.raises(ControlError) as refused:
            client.reset_box(word, "admin")
        assert refused.value.code == ErrorCode.INVALID
    assert box.core.asked == []
    client.reset_box("everything", "admin")
    assert box.core.asked == [("reset", "everything")]
