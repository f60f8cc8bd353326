"""The core loads its libraries beside `callbox prepare`, and begins when that has ended."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from appliance import start
from appliance.config.options import Options


@pytest.fixture
def options(tmp_path: Path) -> Options:
    (tmp_path / "run").mkdir()
    return Options(data=tmp_path / "data", run_folder=tmp_path / "run")


def test_it_begins_when_prepare_has_ended(options: Options) -> None:
    began = threading.Event()

    def begin() -> None:
        start.after_prepare(options, 60)
        began.set()

    waiting = threading.Thread(target=begin)
    waiting.start()
    assert not began.wait(0.2)
    (options.run / "prepared").touch()
    assert began.wait(10)
    waiting.join()


def test_it_begins_without_it_in_the_end(options: Options) -> None:
    assert start.after_prepare(options, 0.1) == options


def test_a_prepare_that_fails_has_ended_too(
    options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: Options) -> start.Prepared:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(start, "prepare", full)
    assert start.main(options) == 1
    assert "not ready to start" in "".join(capsys.readouterr())
    assert (options.run / "prepared").exists()


def test_a_prepare_without_its_data_makes_a_certificate_for_the_page_that_says_so(options: Options) -> None:
    options.data.mkdir()
    (options.data / "lock").mkdir()  # as good as a read-only folder, also for root
    options.tls.mkdir()
    assert start.main(options) == 1
    assert (options.tls / "server.pem").exists()


def test_prepare_waits_for_the_data_partition(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, asked = options.run / "data-is-there", threading.Event()

    def there(_: Options) -> start.Prepared:
        assert mark.exists()
        asked.set()
        raise OSError(5, "that is all")

    monkeypatch.setattr(start, "prepare", there)
    monkeypatch.setenv("CALLBOX_AFTER_FILE", str(mark))
    preparing = threading.Thread(target=start.main, args=(options,))
    preparing.start()
    assert not asked.wait(0.2)
    mark.touch()
    assert asked.wait(10)
    preparing.join()


def test_an_address_that_came_meanwhile_is_taken(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    (options.run / "prepared").touch()
    monkeypatch.setattr(start, "lan_address", lambda: "192.0.2.77")
    assert start.after_prepare(replace(options, follow=True), 1).host == "192.0.2.77"
    assert start.after_prepare(options, 1).host == options.host
