"""The line's one thread: order, timers, and nothing left behind."""

from __future__ import annotations

import threading

from drivers.worker import Worker


def ended(worker: Worker) -> bool:
    """Let everything posted so far run."""
    done = threading.Event()
    worker.post(done.set)
    return done.wait(5)


def test_actions_run_in_order_and_outlive_a_bad_one() -> None:
    worker = Worker("worker-order")
    worker.start()
    ran: list[int] = []
    worker.post(lambda: ran.append(1))
    worker.post(lambda: ran.append(1 // 0))
    worker.post(lambda: ran.append(2))
    assert ended(worker)
    worker.stop()
    assert ran == [1, 2]


def test_timers_run_at_their_time_and_not_when_cancelled() -> None:
    worker = Worker("worker-timers")
    worker.start()
    ran: list[str] = []
    done = threading.Event()
    worker.after(0.04, lambda: ran.append("late"))
    worker.after(0.05, done.set)
    worker.after(0.01, lambda: ran.append("early"))
    worker.after(0.02, lambda: ran.append("cancelled")).cancel()
    assert done.wait(5)
    worker.stop()
    assert ran == ["early", "late"]


def test_stop_ends_the_thread_and_forgets_the_rest() -> None:
    worker = Worker("worker-stop")
    worker.start()
    ran: list[int] = []
    worker.after(60, lambda: ran.append(1))
    states = [worker.running]
    worker.stop()
    worker.stop()
    worker.post(lambda: ran.append(2))
    assert [*states, worker.running] == [True, False]
    assert "worker-stop" not in [thread.name for thread in threading.enumerate()]
    worker.start()
    assert ended(worker)
    worker.stop()
    assert ran == []
