"""How long the box takes to answer a page while 30 calls run.

What is measured: milliseconds from the first byte of a request to the last byte of its answer, seen by a
client on a keep-alive connection that reads one page after the other with 10 ms between them
(`bench.web.asking`, a process of its own that does nothing else). Nothing of the answer is left out: login
check, control socket, records, template, gzip. The pages are those people use: the live page and its changing
part, the call list whole and filtered, one call with its story, a form, the API's live state.

What it is measured on: the whole box as `callbox run` starts it (core, SIP edge, web), 20,000 calls in its
records; 30 calls up through two gateways, 8 of them talked in by agents and recorded, 22 waiting with music,
all with audio both ways, conversations of 15 to 25 s, so that calls end and begin all the while. Three
browsers watch the live page by its event stream, and an agent changes the reason of a break five times a
second, so that the stream tells changes as often as it ever does. The network's end of the calls
(`bench.web.calling`) is a light process of lower priority than the box.

Control that must miss: the same with a client that adds 50 ms of thinking to each answer.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.result import Result, must_miss, percentile, result
from bench.web.office import IDLER, PASSWORD, Office, office

FAMILY = "web"
P99_MS, P50_MS = 25.0, 25.0
ROUNDS, ASKED, WATCHERS = 5, 400, 3
PATHS = ("/", "/calls", "/calls/{call}", "/live/part", "/calls?agent=11", "/setup/flows/main", "/api/v1/live")


def run() -> list[Result]:
    """The figures and the control."""
    with tempfile.TemporaryDirectory(prefix="bench-web-") as folder, office(Path(folder)) as box:
        cookie = _session(box.port)
        call = _newest_call(box.port, cookie)
        paths = [path.format(call=call) for path in PATHS]
        with _changing(box), _watching(box.port, cookie):
            _asked(box.port, cookie, paths, 3 * len(paths))  # what is made at the first request only
            runs = [_asked(box.port, cookie, paths, ASKED) for _ in range(ROUNDS)]
            slow = _asked(box.port, cookie, paths, ASKED // 4, think=0.05)
        box.check()
    control = result("web.control_slow_server_p99_ms", [percentile(slow, 99)], "ms", P99_MS)
    return [
        result("web.server_p50_ms", [percentile(times, 50) for times in runs], "ms", P50_MS),
        result("web.server_p99_ms", [percentile(times, 99) for times in runs], "ms", P99_MS),
        must_miss(control),
    ]


def _session(port: int) -> str:
    """The cookie of a login."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/login")
    answer = connection.getresponse()
    cookie = str(answer.headers["Set-Cookie"]).split(";")[0]
    token = answer.read().decode().split('name="csrf-token" content="')[1].split('"')[0]
    headers = {"Cookie": cookie, "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", f"user=admin&password={PASSWORD.replace(' ', '+')}", headers)
    cookie = str(connection.getresponse().headers["Set-Cookie"]).split(";")[0]
    connection.close()
    return cookie


def _newest_call(port: int, cookie: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/api/v1/calls?limit=1", headers={"Cookie": cookie})
    found = json.loads(connection.getresponse().read())
    connection.close()
    return str(found["calls"][0]["call"])


def _asked(port: int, cookie: str, paths: list[str], count: int, think: float = 0.0) -> list[float]:
    """Milliseconds of each answer, taken by a process of its own."""
    words = (str(port), cookie, str(think), str(count), *paths)
    done = subprocess.run([sys.executable, "-m", "bench.web.asking", *words], capture_output=True, check=True)
    times: list[float] = json.loads(done.stdout)
    return times


@contextmanager
def _changing(box: Office) -> Iterator[None]:
    """Something on the live page changes all the while."""
    end = threading.Event()

    def change() -> None:
        with contextlib.closing(box.box.control) as control:
            for code in itertools.cycle(("lunch", "meeting")):
                control.set_agent_status(IDLER, "on_break", code, None)
                if end.wait(0.2):
                    return

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@contextmanager
def _watching(port: int, cookie: str) -> Iterator[None]:
    """Browsers' event streams, which are read; each must have been told something."""
    end = threading.Event()
    told = [0] * WATCHERS
    ready = threading.Barrier(WATCHERS + 1)

    def watch(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/events", headers={"Cookie": cookie, "Accept": "text/event-stream"})
        stream = connection.getresponse()
        ready.wait()
        while not end.is_set():
            told[number] += stream.read1(65536).count(b"data: ")
        connection.close()

    threads = [threading.Thread(target=watch, args=(number,)) for number in range(WATCHERS)]
    for thread in threads:
        thread.start()
    ready.wait(10)
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()
    if min(told) < 20:
        raise RuntimeError(f"The browsers were told {told} changes: not what is measured.")
