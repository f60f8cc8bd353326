"""A SIP client of a few lines for what no phone does: wrong digests, odd methods, byte-for-byte answers."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from dataclasses import dataclass

REALM = "callbox"


@dataclass(frozen=True, slots=True)
class Reply:
    """One response as it came."""

    status: int
    text: str

    def header(self, name: str) -> str | None:
        found = re.search(rf"^{name}:\s*(.*?)\r$", self.text, re.M | re.I)
        return found[1] if found else None


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def digest(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """The Authorization value for a challenge without qop (RFC 2617 3.2.2.1)."""
    found = re.search(r'nonce="([^"]+)"', challenge)
    nonce = found[1] if found else ""
    ha1, ha2 = md5(f"{user}:{REALM}:{secret}"), md5(f"{method}:{uri}")
    response = md5(f"{ha1}:{nonce}:{ha2}")
    return (
        f'Digest username="{user}", realm="{REALM}", nonce="{nonce}", uri="{uri}", response="{response}", '
        "algorithm=MD5"
    )


class SipClient:
    """One UDP socket at a loopback address of its own."""

    def __init__(
        self, server: tuple[str, int], address: str = "127.0.0.1", timeout: float = 1.0, port: int = 0
    ) -> None:
        self.server = server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.socket.settimeout(timeout)
        self.address, self.port = self.socket.getsockname()
        self.cseq = 0

    def close(self) -> None:
        self.socket.close()

    def send(self, text: str) -> None:
        self.socket.sendto(text.encode(), self.server)

    def receive(self) -> Reply | None:
        """The next response; None when nothing comes."""
        try:
            data = self.socket.recv(65535).decode("utf-8", "replace")
        except TimeoutError:
            return None
        first = data.split(" ", 2)
        return Reply(int(first[1]) if first[0] == "SIP/2.0" else 0, data)

    def build(self, method: str, user: str, extra: str = "", to: str | None = None, body: str = "") -> str:
        self.cseq += 1
        uri = self.uri(method, to)
        return (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.address}:{self.port};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
            f"Max-Forwards: 70\r\n"
            f"From: <sip:{user}@{self.server[0]}>;tag={secrets.token_hex(4)}\r\n"
            f"To: <sip:{to or user}@{self.server[0]}>\r\n"
            f"Call-ID: {secrets.token_hex(8)}\r\nCSeq: {self.cseq} {method}\r\n"
            f"Contact: <sip:{user}@{self.address}:{self.port}>\r\n{extra}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def uri(self, method: str, to: str | None) -> str:
        host = f"{self.server[0]}:{self.server[1]}"
        return f"sip:{host}" if method == "REGISTER" or to is None else f"sip:{to}@{host}"

    def ask(
        self, method: str, user: str, extra: str = "", to: str | None = None, body: str = ""
    ) -> Reply | None:
        self.send(self.build(method, user, extra, to, body))
        return self.receive()

    def authorized(
        self, method: str, user: str, secret: str, extra: str = "", to: str | None = None, body: str = ""
    ) -> Reply | None:
        """Ask, answer the challenge, return what came then (or what came instead of a challenge)."""
        first = self.ask(method, user, extra, to, body)
        if first is None or first.status not in (401, 407):
            return first
        name = "Authorization" if first.status == 401 else "Proxy-Authorization"
        challenge = first.header("WWW-Authenticate" if first.status == 401 else "Proxy-Authenticate") or ""
        answer = digest(challenge, method, self.uri(method, to), user, secret)
        return self.ask(method, user, f"{extra}{name}: {answer}\r\n", to, body)

    def register(self, user: str, secret: str, expires: int = 120) -> Reply | None:
        return self.authorized("REGISTER", user, secret, f"Expires: {expires}\r\n")

    def refuse(self, request: str, status: str) -> None:
        """Answer a request that came with any status line but a 2xx to an INVITE."""
        kept = re.findall(r"^(?:Via|From|Call-ID|CSeq|Record-Route): .*\r\n", request, re.M)
        to = re.search(r"^To: (.*)\r$", request, re.M)
        mine = to[1] if to else ""
        tag = "" if "tag=" in mine else f";tag={self.port}"
        self.send(f"SIP/2.0 {status}\r\n{''.join(kept)}To: {mine}{tag}\r\nContent-Length: 0\r\n\r\n")

    def accept(self, request: str) -> None:
        """Answer an INVITE with 200 and an SDP whose RTP goes to this socket's port + 1, where nobody is."""
        kept = re.findall(r"^(?:Via|From|Call-ID|CSeq|Record-Route): .*\r\n", request, re.M)
        to = re.search(r"^To: (.*)\r$", request, re.M)
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {self.port + 1} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
            f"a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
        )
        mine = to[1] if to else ""
        self.send(
            f"SIP/2.0 200 OK\r\n{''.join(kept)}To: {mine}{'' if 'tag=' in mine else f';tag={self.port}'}\r\n"
            f"Contact: <sip:{self.address}:{self.port}>\r\nContent-Type: application/sdp\r\n"
            f"Content-Length: {len(sdp)}\r\n\r\n{sdp}"
        )

    def final(self) -> Reply:
        """The next final response."""
        while True:
            reply = self.receive()
            if reply is None:
                raise AssertionError("no final response came")
            if reply.status >= 200:
                return reply

    def in_dialog(self, method: str, answer: str, kind: str = "", body: str = "") -> str:
        """A request within the dialog that a 200 to our INVITE made."""
        routes = reversed(re.findall(r"^Record-Route: (.*)\r$", answer, re.M))
        target = re.search(r"^Contact: .*?<([^>]*)>", answer, re.M)
        kept = re.findall(r"^(?:From|To|Call-ID): .*\r\n", answer, re.M)
        cseq = int((Reply(200, answer).header("CSeq") or "1").split()[0]) + (method != "ACK")
        return (
            f"{method} {target[1] if target else 'sip:nobody'} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.address}:{self.port};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
            f"Max-Forwards: 70\r\n{''.join(f'Route: {one}{chr(13)}{chr(10)}' for one in routes)}"
            f"{''.join(kept)}CSeq: {cseq} {method}\r\n"
            f"{f'Content-Type: {kind}{chr(13)}{chr(10)}' if kind else ''}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def acknowledge(self, answer: str) -> None:
        self.send(self.in_dialog("ACK", answer))

    def bye(self, answer: str) -> None:
        self.send(self.in_dialog("BYE", answer))


def dialled_invite(client: SipClient, user: str, password: str, number: str) -> str:
    """An INVITE with an offer and with the credentials that the edge has just asked for."""
    sdp = (
        f"v=0\r\no=- 1 1 IN IP4 {client.address}\r\ns=-\r\nc=IN IP4 {client.address}\r\nt=0 0\r\n"
        f"m=audio {client.port + 1} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
        f"a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )
    kind = "Content-Type: application/sdp\r\n"
    client.send(client.build("INVITE", user, kind, number, sdp))
    while True:
        first = client.receive()
        if first is None or first.status in (401, 407):
            break
    asked, name = "Proxy-Authenticate", "Proxy-Authorization"
    if first is not None and first.status == 401:
        asked, name = "WWW-Authenticate", "Authorization"
    challenge = (first.header(asked) or "") if first else ""
    answer = digest(challenge, "INVITE", client.uri("INVITE", number), user, password)
    return client.build("INVITE", user, f"{name}: {answer}\r\n{kind}", number, sdp)
