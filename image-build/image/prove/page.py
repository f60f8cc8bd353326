"""The box's page as a browser has it: HTTPS with the box's own authority, cookies, forms with their token."""

from __future__ import annotations

import http.client
import http.cookies
import json
import re
import ssl
from typing import Any
from urllib.parse import urlencode

NAME = "callbox.local"


class Page:
    """One browser. `authority` is the certificate it trusts; None: it only looks whether somebody answers."""

    def __init__(self, port: int, authority: str | None) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        if authority is None:
            self._context = ssl._create_unverified_context()  # noqa: S323 - before the shell can be asked for it
        else:
            self._context = ssl.create_default_context(cadata=authority)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, bytes]:
        """Status, place of a redirect, body."""
        connection = _Connection(self._port, self._context)
        try:
            headers = {"Host": NAME, "Origin": f"https://{NAME}", "Referer": f"https://{NAME}/login"}
            if self._cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            body = None
            if form is not None:
                body = urlencode(form)
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    self._cookies |= {key: one.value for key, one in http.cookies.SimpleCookie(value).items()}
            return answer.status, answer.getheader("Location") or "", answer.read()
        finally:
            connection.close()

    def send(self, page: str, action: str, **fields: str) -> tuple[int, str, bytes]:
        """Fill in the form of a page."""
        _, _, body = self.ask("GET", page)
        found = re.search(rb'name="csrf_token" value="([^"]+)"', body)
        token = found[1].decode() if found else ""
        return self.ask("POST", action, {"csrf_token": token, **fields})

    def log_in(self, password: str) -> tuple[int, str]:
        """Status and where it leads."""
        status, place, _ = self.send("/login", "/login", user="admin", password=password, next="/")
        return status, place

    def calls(self) -> list[dict[str, Any]]:
        """The call records, newest first."""
        status, _, body = self.ask("GET", "/api/v1/calls")
        if status != 200:
            raise ConnectionError(f"/api/v1/calls answered {status}")
        return list(json.loads(body)["calls"])


class _Connection(http.client.HTTPSConnection):
    """To a port of this machine, with the box's name in the handshake."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(NAME, port, timeout=60, context=context)
        self._tls = context

    def connect(self) -> None:
        self.host, name = "127.0.0.1", self.host
        http.client.HTTPConnection.connect(self)
        self.host = name
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=NAME)
