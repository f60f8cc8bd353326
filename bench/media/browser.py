"""Somebody who reloads the live page twice a second, as fast fingers or a bad browser do."""

from __future__ import annotations

import http.cookiejar
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus
from typing import Self

_EVERY = 0.5


class Reloading:
    """Logged in; reloads while the block lasts: the page, and the first event of its stream."""

    def __init__(self, port: int, password: str) -> None:
        self._at = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(cookies)
        self._log_in(password)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.reloads = self.turned_away = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _log_in(self, password: str) -> None:
        with self._browser.open(f"{self._at}/login", timeout=10) as answer:
            token = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
        assert token is not None
        fields = {"csrf_token": token[1], "user": "admin", "password": password}
        with self._browser.open(f"{self._at}/login", urllib.parse.urlencode(fields).encode(), timeout=10):
            pass

    def _run(self) -> None:
        due = time.monotonic()
        while not self._end.is_set():
            with self._browser.open(f"{self._at}/", timeout=10) as page:
                assert page.status == 200 and page.geturl() == f"{self._at}/", page.geturl()
                page.read()
            self._watch()
            self.reloads += 1
            due += _EVERY
            time.sleep(max(0.0, due - time.monotonic()))

    def _watch(self) -> None:
        """The first event. There are streams for twelve: whoever comes before one was missed has none."""
        try:
            with self._browser.open(f"{self._at}/events", timeout=10) as events:
                while not events.readline().startswith(b"data:"):
                    pass
        except urllib.error.HTTPError as problem:
            if problem.code != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            self.turned_away += 1
