"""Asks for pages one after the other and prints how many milliseconds each took, as a JSON list.

`python -m bench.web.asking PORT COOKIE THINK COUNT PATH...`; THINK seconds are added to each answer.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Sequence

PAUSE = 0.01


def ask(port: int, cookie: str, think: float, count: int, paths: Sequence[str]) -> list[float]:
    """Milliseconds from each request to the last byte of its answer. Any status but 200 ends it."""
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip", "Accept": "text/html"}
    for number in range(count):
        path = paths[number % len(paths)]
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        time.sleep(think)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        time.sleep(PAUSE)
    connection.close()
    return times


if __name__ == "__main__":
    port, cookie, think, count, *paths = sys.argv[1:]
    sys.stdout.write(json.dumps(ask(int(port), cookie, float(think), int(count), paths)))
