"""The control socket: every verb there and back, errors in one form, the event stream."""

from __future__ import annotations

import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient
from appliance.control.messages import ErrorCode, LiveState, Verb
from appliance.control.server import ControlServer
from tests.control.running import Box, running


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with running(tmp_path) as started:
        yield started


@pytest.fixture
def client(box: Box) -> Iterator[ControlClient]:
    client = ControlClient(box.path)
    yield client
    client.close()


def raw(box: Box, request: bytes) -> tuple[int, bytes]:
    """Send a request that asks for the connection's end, read to it: status and body."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sent:
        sent.settimeout(10)
        sent.connect(str(box.path))
        sent.sendall(request)
        answer = b""
        while part := sent.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def post(box: Box, path: str, body: bytes) -> tuple[int, bytes]:
    head = f"POST {path} HTTP/1.1\r\nHost: core\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return raw(box, head.encode() + body)


def test_the_socket_is_for_the_group_only(box: Box) -> None:
    assert stat.S_IMODE(os.stat(box.path).st_mode) == 0o660


def test_live(client: ControlClient) -> None:
    state = client.live()
    assert isinstance(state, LiveState)
    assert [trunk.label for trunk in state.trunks] == ["GSM1", "FXO1"]


def test_settings_are_saved_then_applied_on_the_cores_thread(box: Box, client: ControlClient) -> None:
    version, settings = client.settings()
    settings["queues"][0]["ring_seconds"] = 33
    assert client.save_settings(version, settings, "Ana") == 2
    assert [applied.queues[0].ring_seconds for applied in box.core.applied] == [33]
    assert box.core.threads == {"core"}
    assert client.settings()[0] == 2
    found = box.store.current()
    assert found is not None
    assert found[1].queues[0].ring_seconds == 33


def test_settings_with_problems_are_refused_at_their_fields(box: Box, client: ControlClient) -> None:
    version, settings = client.settings()
    settings["queues"][0]["ring_seconds"] = 1
    settings["agents"][0]["handset"] = "999"
    with pytest.raises(ControlError, match="2 settings cannot be used") as refused:
        client.save_settings(version, settings, "Ana")
    assert refused.value.code == ErrorCode.INVALID
    assert set(refused.value.problems) == {"queues.0.ring_seconds", "agents.0.handset"}
    assert box.core.applied == []


def test_settings_the_core_cannot_go_by_are_not_saved(box: Box, client: ControlClient) -> None:
    version, settings = client.settings()
    settings["box"]["name"] = "refused by the core"
    with pytest.raises(ControlError, match="cannot go by this") as refused:
        client.save_settings(version, settings, "Ana")
    assert refused.value.code == ErrorCode.REFUSED
    assert client.settings()[0] == version


def test_the_second_save_of_one_version_conflicts(client: ControlClient) -> None:
    version, settings = client.settings()
    client.save_settings(version, settings, "Ana")
    with pytest.raises(ControlError, match="Ana saved version 2") as refused:
        client.save_settings(version, settings, "Ben")
    assert refused.value.code == ErrorCode.CONFLICT


def test_saves_at_once_leave_the_newest_applied(box: Box, client: ControlClient) -> None:
    won: list[int] = []

    def save(seconds: int) -> None:
        version, settings = client.settings()
        settings["queues"][0]["ring_seconds"] = seconds
        try:
            won.append(client.save_settings(version, settings, f"admin {seconds}"))
        except ControlError as refused:
            assert refused.code == ErrorCode.CONFLICT

    threads = [threading.Thread(target=save, args=(10 + number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    found = box.store.current()
    assert found is not None
    assert won
    assert max(won) == found[0] == 1 + len(won)
    assert box.core.applied[-1] == found[1]


def test_versions_and_restore(box: Box, client: ControlClient) -> None:
    version, settings = client.settings()
    settings["box"]["name"] = "Renamed"
    client.save_settings(version, settings, "Ana")
    newest, oldest = client.versions()
    assert (newest["version"], newest["who"], newest["summary"]) == (2, "Ana", "box: name Callbox → Renamed")
    assert client.restore_settings(oldest["version"], "Ben") == 3
    assert box.core.applied[-1].box.name == "Callbox"
    with pytest.raises(ControlError, match="no longer kept"):
        client.restore_settings(77, "Ben")


def test_agents_trunks_and_calls(box: Box, client: ControlClient) -> None:
    client.set_agent_status("11", "on_break", "lunch")
    client.set_agent_status("12", "available", handset="202")
    client.reset_trunk("gsm1")
    assert box.core.asked == [
        ("agent", "11", "on_break", "lunch", None),
        ("agent", "12", "available", None, "202"),
        ("reset", "gsm1"),
    ]
    assert client.black_box("fxo1") == ["fxo1 > AT", "fxo1 < OK"]
    with pytest.raises(ControlError, match="no agent 99") as unknown:
        client.set_agent_status("99", "available")
    assert unknown.value.code == ErrorCode.UNKNOWN
    with pytest.raises(ControlError, match="no call abc in progress") as refused:
        client.release_call("abc")
    assert refused.value.code == ErrorCode.REFUSED


def test_uploads_come_from_the_spool_only(box: Box, client: ControlClient, tmp_path: Path) -> None:
    good, bad = box.spool / "hello.wav", box.spool / "letter.txt"
    good.write_bytes(b"RIFF....")
    bad.write_bytes(b"Dear Sir")
    assert client.upload_prompt(good) == ("ab" * 16, 1.5)
    assert "core" not in box.core.threads
    with pytest.raises(ControlError, match="no audio") as refused:
        client.upload_prompt(bad)
    assert refused.value.code == ErrorCode.INVALID
    secret = tmp_path / "settings.json"
    link = box.spool / "link.wav"
    link.symlink_to(secret)
    for path in (secret, link, box.spool / ".." / "settings.json", box.spool, Path("x" * 300), Path("a\0b")):
        with pytest.raises(ControlError, match="path: ") as outside:
            client.upload_prompt(path)
        assert outside.value.code == ErrorCode.INVALID


def test_preview_and_version(client: ControlClient) -> None:
    assert client.preview_prompt("Hello", "en") == Path("/sounds/en-5.wav")
    assert client.version() == "0.1.0"


def test_the_admin_password(box: Box, client: ControlClient) -> None:
    assert client.admin_hash() == ("", True)
    client.set_admin_password("$argon2id$v=19$abc", "admin")
    assert client.admin_hash() == ("$argon2id$v=19$abc", False)
    assert "abc" not in client.versions()[0]["summary"]
    with pytest.raises(ControlError, match="argon2id"):
        client.set_admin_password("plain", "admin")


def test_a_fault_of_ours_is_named_and_survived(box: Box, client: ControlClient) -> None:
    box.core.fault = ZeroDivisionError("secret detail")
    with pytest.raises(ControlError, match="fault in the core") as failed:
        client.release_call("abc")
    assert failed.value.code == ErrorCode.INTERNAL
    assert "secret detail" not in str(failed.value)
    assert client.version() == "0.1.0"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/reboot", b"{}", 404, ErrorCode.UNKNOWN),
        ("/", b"", 404, ErrorCode.UNKNOWN),
        ("/v1/../v1/live", b"{}", 404, ErrorCode.UNKNOWN),
        ("/v1/live", b"{", 400, ErrorCode.BAD_REQUEST),
        ("/v1/live", b"[]", 400, ErrorCode.BAD_REQUEST),
        ("/v1/live", b"[" * 100_000, 400, ErrorCode.BAD_REQUEST),
        ("/v1/live", b"\xff\xfe", 400, ErrorCode.BAD_REQUEST),
        ("/v1/live", b" " * 1_000_001, 413, ErrorCode.TOO_LARGE),
        ("/v1/call.release", b"{}", 422, ErrorCode.INVALID),
        ("/v1/call.release", b'{"call":1}', 422, ErrorCode.INVALID),
        ("/v1/call.release", b'{"call":"a\\nb"}', 422, ErrorCode.INVALID),
        ("/v1/settings.save", b'{"version":-1,"who":"x","settings":{}}', 422, ErrorCode.INVALID),
        ("/v1/settings.save", b'{"version":1,"who":"x"}', 422, ErrorCode.INVALID),
    ],
)
def test_errors_have_one_form(box: Box, path: str, body: bytes, status: int, code: ErrorCode) -> None:
    import json

    got, answer = post(box, path, body)
    error = json.loads(answer)
    assert (got, error["code"]) == (status, code)
    assert error["error"].endswith(".")
    assert set(error) == {"error", "code", "problems"}


def test_a_chunked_body_without_end_is_cut_at_the_limit(box: Box) -> None:
    head = b"POST /v1/live HTTP/1.1\r\nHost: core\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    status, body = raw(box, head + (b"10000\r\n" + b" " * 0x10000 + b"\r\n") * 20 + b"0\r\n\r\n")
    assert status == 413
    assert b'"too_large"' in body


def test_the_stream_tells_the_state_now_and_after_changes(box: Box, client: ControlClient) -> None:
    stream = client.events()
    first = next(stream)
    assert first is not None
    assert first.notes == []
    box.core.notes.append("The disk is full.")
    box.server.notify()
    second = next(stream)
    assert second is not None
    assert second.notes == ["The disk is full."]
    stream.close()  # type: ignore[attr-defined]


def test_many_changes_are_told_at_most_four_times_a_second(box: Box, client: ControlClient) -> None:
    stream = client.events()
    next(stream)
    stop = threading.Event()

    def change() -> None:
        while not stop.wait(0.001):
            box.core.notes[:] = [str(time.monotonic())]
            box.server.notify()

    changing = threading.Thread(target=change)
    changing.start()
    started = time.monotonic()
    for _ in range(5):
        assert next(stream) is not None
    passed = time.monotonic() - started
    stop.set()
    changing.join()
    assert passed >= 4 * 0.25
    stream.close()  # type: ignore[attr-defined]


def test_the_last_change_is_always_told(box: Box, client: ControlClient) -> None:
    stream = client.events()
    next(stream)
    for number in range(20):
        box.core.notes[:] = [f"change {number}"]
        box.server.notify()
    last = None
    while last is None or last.notes != ["change 19"]:
        last = next(stream)
    stream.close()  # type: ignore[attr-defined]


def test_readers_share_one_state(box: Box) -> None:
    clients = [ControlClient(box.path) for _ in range(8)]
    streams = [client.events() for client in clients]
    for stream in streams:
        next(stream)
    box.core.live_calls = 0
    box.server.notify()
    for stream in streams:
        assert next(stream) is not None
    assert box.core.live_calls == 1
    for stream, client in zip(streams, clients, strict=True):
        stream.close()  # type: ignore[attr-defined]
        client.close()


def test_too_many_readers_are_told_so(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.control.stream.MOST_READERS", 1)
    client, other = ControlClient(box.path), ControlClient(box.path)
    stream = client.events()
    next(stream)
    with pytest.raises(ControlError, match="Too many") as refused:
        next(other.events())
    assert refused.value.code == ErrorCode.BUSY
    stream.close()  # type: ignore[attr-defined]
    client.close()
    other.close()


def test_a_quiet_stream_is_kept_alive(
    box: Box, client: ControlClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.control.stream.HEARTBEAT", 0.05)
    stream = client.events()
    assert next(stream) is not None
    assert next(stream) is None
    stream.close()  # type: ignore[attr-defined]


def test_the_stream_ends_with_the_core(tmp_path: Path) -> None:
    with running(tmp_path) as box:
        client = ControlClient(box.path)
        stream = client.events()
        next(stream)
    with pytest.raises(ControlError) as gone:
        for _ in stream:
            pass
    assert gone.value.code == ErrorCode.UNREACHABLE
    client.close()


def test_closing_the_client_ends_its_streams(box: Box, client: ControlClient) -> None:
    stream = client.events()
    next(stream)
    closing = threading.Timer(0.1, client.close)
    closing.start()
    with pytest.raises(ControlError) as gone:
        next(stream)
    assert gone.value.code == ErrorCode.UNREACHABLE
    closing.join()


def test_a_request_on_the_half_way_gone_is_no_fault(box: Box, client: ControlClient) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sent:
        sent.connect(str(box.path))
        sent.sendall(b"POST /v1/live HTTP/1.1\r\nHost: core\r\nContent-Length: 10\r\n\r\n{")
        sent.shutdown(socket.SHUT_WR)
        assert b" 400 " in sent.recv(4096).splitlines()[0]
    assert client.version() == "0.1.0"


def test_without_a_core_every_verb_is_one_sentence(tmp_path: Path) -> None:
    client = ControlClient(tmp_path / "nobody.sock")
    with pytest.raises(ControlError, match="The core is not running") as gone:
        client.live()
    assert gone.value.code == ErrorCode.UNREACHABLE
    client.close()


def test_a_core_that_came_back_is_found_again(tmp_path: Path) -> None:
    client = ControlClient(tmp_path / "run" / "control.sock")
    for _ in range(2):
        with running(tmp_path):
            assert client.version() == "0.1.0"
    client.close()


def test_an_old_socket_in_the_way_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    old = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old.bind(str(tmp_path / "run" / "control.sock"))
    old.close()
    with running(tmp_path) as box:
        client = ControlClient(box.path)
        assert client.version() == "0.1.0"
        client.close()
    assert not box.path.exists()


def test_a_path_too_long_for_a_socket_is_one_sentence(box: Box, tmp_path: Path) -> None:
    server = ControlServer(tmp_path / ("d" * 120) / "control.sock", box.core.handlers(box.store, box.spool))
    with pytest.raises(ControlError, match="cannot be made: AF_UNIX path too long"):
        box.run(server.start)


def test_every_verb_is_done(box: Box) -> None:
    for verb in Verb:
        status, _ = post(box, f"/v1/{verb.value}", b"{}")
        assert status in (200, 409, 422), verb
