"""The control socket under fire: a megabyte of random bytes, and random JSON at every verb."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.control.client import ControlClient
from appliance.control.messages import ErrorCode, Verb
from appliance.store.settings import SettingsStore
from tests.control.running import Box, running

SEEDS = range(4)
_CODES = {code.value for code in ErrorCode}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with running(tmp_path) as started:
        yield started


def _send(box: Box, content: bytes, patience: float = 20.0) -> bytes:
    """All the server says to these bytes before it hangs up, or in `patience` seconds."""
    answer = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sent:
        sent.connect(str(box.path))
        sent.settimeout(patience)
        try:
            sent.sendall(content)
            while part := sent.recv(65536):
                answer += part
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass  # it hung up in the middle, or waits for the rest: both are its right
    return answer


def _serves(box: Box) -> None:
    client = ControlClient(box.path)
    assert client.version() == "0.1.0"
    version, settings = client.settings()
    assert client.save_settings(version, settings, "after the fire") == version + 1
    assert next(client.events()) is not None
    client.close()


def _value(chance: random.Random, depth: int = 3) -> Any:
    kind = chance.randrange(9 if depth else 6)
    if kind == 0:
        return chance.choice([None, True, False, 0, 1, -1, 2**63, 2**70, 1e308, -0.0, float("nan")])
    if kind in (1, 2):
        return "".join(chr(chance.choice([*range(32, 127), 0, 10, 0x202E, 0xD800])) for _ in range(8))
    if kind == 3:
        return chance.choice(["11", "gsm1", "available", "../settings.json", "' OR 1=1", "x" * 5000, ""])
    if kind in (4, 5):
        return chance.randrange(-5, 5)
    if kind == 6:
        return [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {chance.choice(_NAMES): _value(chance, depth - 1) for _ in range(chance.randrange(5))}


_NAMES = [
    *("version", "settings", "who", "path", "text", "language", "agent", "status", "pause_code", "handset"),
    *("call", "trunk", "hash", "trunks", "handsets", "queues", "flows", "box", "web", "name", "__class__"),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_megabyte_of_random_bytes(box: Box, seed: int) -> None:
    chance = random.Random(seed)
    answered = 0
    for _ in range(64):
        head = chance.choice(
            [b"", b"POST ", b"POST /v1/live HTTP/1.1\r\n", b"GET /v1/events HTTP/1.1\r\nA: "]
        )
        answer = _send(box, head + chance.randbytes(16 * 1024), 0.5)
        if answer:
            answered += 1
            _, _, body = answer.partition(b"\r\n\r\n")
            assert json.loads(body.split(b"HTTP/1.1")[0])["code"] in _CODES
    assert answered
    _serves(box)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_json_at_every_verb(box: Box, seed: int) -> None:
    chance = random.Random(seed)
    for verb in Verb:
        for _ in range(40):
            arguments = {chance.choice(_NAMES): _value(chance) for _ in range(chance.randrange(6))}
            body = json.dumps(arguments).encode()
            head = f"POST /v1/{verb.value} HTTP/1.1\r\nHost: c\r\nConnection: close\r\n"
            answer = _send(box, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            status, _, content = answer.partition(b"\r\n\r\n")
            found = json.loads(content)
            if b" 200 " not in status.splitlines()[0]:
                assert found["code"] in _CODES - {ErrorCode.INTERNAL.value}, (verb, arguments, found)
    assert SettingsStore(box.store._path).current() is not None
    _serves(box)


def test_bodies_cut_anywhere_and_many_at_once(box: Box) -> None:
    chance = random.Random(7)
    whole = json.dumps({"version": 1, "who": "x", "settings": {"trunks": []}}).encode()
    head = f"POST /v1/settings.save HTTP/1.1\r\nHost: c\r\nContent-Length: {len(whole)}\r\n\r\n".encode()

    def cut() -> None:
        content = head + whole
        for _ in range(20):
            _send(box, content[: chance.randrange(len(content))], 0.02)

    threads = [threading.Thread(target=cut) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    found = box.store.current()
    assert found is not None
    assert found[0] == 1
    _serves(box)


def test_silent_connections_do_not_keep_others_out(box: Box) -> None:
    silent = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(100)]
    for one in silent:
        one.connect(str(box.path))
        one.send(b"POST /v1/live HTT")
    _serves(box)
    for one in silent:
        one.close()
