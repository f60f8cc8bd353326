"""The line's one thread: order, timers, and nothing left behind."""

from __future__ import annotations

import threading

from drivers.fxo.loop import Loop


def ended(loop: Loop) -> bool:
    """Let everything posted so far run."""
    done = threading.Event()
    loop.post(done.set)
    return done.wait(5)


def test_actions_run_in_order_and_outlive_a_bad_one() -> None:
    loop = Loop("loop-order")
    loop.start()
    ran: list[int] = []
    loop.post(lambda: ran.append(1))
    loop.post(lambda: ran.append(1 // 0))
    loop.post(lambda: ran.append(2))
    assert ended(loop)
    loop.stop()
    assert ran == [1, 2]


def test_timers_run_at_their_time_and_not_when_cancelled() -> None:
    loop = Loop("loop-timers")
    loop.start()
    ran: list[str] = []
    done = threading.Event()
    loop.after(0.04, lambda: ran.append("late"))
    loop.after(0.05, done.set)
    loop.after(0.01, lambda: ran.append("early"))
    loop.after(0.02, lambda: ran.append("cancelled")).cancel()
    assert done.wait(5)
    loop.stop()
    assert ran == ["early", "late"]


def test_stop_ends_the_thread_and_forgets_the_rest() -> None:
    loop = Loop("loop-stop")
    loop.start()
    ran: list[int] = []
    loop.after(60, lambda: ran.append(1))
    states = [loop.running]
    loop.stop()
    loop.stop()
    loop.post(lambda: ran.append(2))
    assert [*states, loop.running] == [True, False]
    assert "loop-stop" not in [thread.name for thread in threading.enumerate()]
    loop.start()
    assert ended(loop)
    loop.stop()
    assert ran == []
