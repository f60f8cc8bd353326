"""The verbs of calls in progress, over the socket."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.contract.errors import ControlError
from appliance.contract.queue_look import AgentLook, QueueLook, WaitingLook
from appliance.control.client import ControlClient
from appliance.control.messages import ErrorCode
from tests.control.running import Box, running


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def client(box: Box) -> Iterator[ControlClient]:
    with contextlib.closing(ControlClient(box.path)) as found:
        yield found


def test_what_is_asked_reaches_the_core(box: Box, client: ControlClient) -> None:
    client.talk.supervise("c1", "14", "listen")
    client.talk.record("c1", "pause")
    client.talk.move("c2", "queue", "support")
    client.talk.take("c2", "14")
    client.talk.escalate("c1")
    client.talk.cancel_callback("b1")
    client.talk.put_back_callback("b1")
    client.talk.try_callback("b2")
    assert box.core.asked == [
        ("supervise", "c1", "14", "listen"),
        ("record", "c1", "pause"),
        ("move", "c2", "queue", "support"),
        ("take", "c2", "14"),
        ("escalate", "c1"),
        ("cancel", "b1"),
        ("put back", "b1"),
        ("try", "b2"),
    ]


def test_what_the_core_refuses_is_said(client: ControlClient) -> None:
    with pytest.raises(ControlError, match="none of listen") as refused:
        client.talk.supervise("c1", "14", "sing")
    assert refused.value.code == ErrorCode.REFUSED
    with pytest.raises(ControlError, match="agent: A text is needed") as invalid:
        client.talk.take("c2", "")
    assert invalid.value.code == ErrorCode.INVALID


def test_a_queue_crosses_the_socket_whole(box: Box, client: ControlClient) -> None:
    waiting = WaitingLook("c1", 1, 12.5, "+1", None, True, 2, None, {"tax": 3}, ("11", "12"), "out 13")
    box.core.queue = QueueLook("sales", "Sales", 4, (waiting,), (AgentLook("13", 2, 1, {"tax": 9}, "out"),))
    assert client.talk.look_at_queue("sales") == box.core.queue
    with pytest.raises(ControlError, match="no queue tea") as refused:
        client.talk.look_at_queue("tea")
    assert refused.value.code == ErrorCode.REFUSED
