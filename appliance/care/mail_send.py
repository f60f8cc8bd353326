"""The worker that sends one mail: `python -m appliance.care.mail_send`, its order as JSON on standard input.

A process of its own: smtplib, TLS and the attachment's copy stay out of the core, the password out of every
command line. Writes one JSON object: {"problem": "", "said": "", "lasting": false}; `problem` is a sentence
without anybody's address, `said` the server's own words, `lasting` when another try would be no use.
"""

from __future__ import annotations

import json
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

_SECONDS = 30.0
_DECODE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Result:
    """How it went."""

    problem: str = ""
    said: str = ""
    lasting: bool = False


def send(order: dict[str, Any]) -> Result:
    """Send the mail of this order."""
    try:
        message = build(order)
    except (OSError, subprocess.SubprocessError, ValueError) as problem:
        return Result("The mail could not be made: its recording cannot be read.", str(problem), True)
    try:
        with _connected(order) as server:
            if order["user"]:
                server.login(order["user"], order["password"])
            server.send_message(message, order["sender"], [order["recipient"]])
    except smtplib.SMTPException as problem:
        return _refused(problem)
    except ssl.SSLCertVerificationError as problem:
        return Result("The mail server's certificate is not trusted.", problem.verify_message)
    except ssl.SSLError as problem:
        return Result("No encrypted connection to the mail server came about: check port and encryption.",
                      str(problem.reason))  # fmt: skip
    except socket.gaierror:
        return Result("The mail server's name is not known.")
    except TimeoutError:
        return Result("The mail server does not answer.")
    except OSError as problem:
        return Result("The mail server cannot be reached.", problem.strerror or "")
    return Result()


def _connected(order: dict[str, Any]) -> smtplib.SMTP:
    host, port, security = order["host"], int(order["port"]), order["security"]
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    if security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def build(order: dict[str, Any]) -> EmailMessage:
    """The mail itself (RFC 5322), with the recording as Opus or WAV."""
    message = EmailMessage()
    message["From"] = order["sender"]
    message["To"] = order["recipient"]
    message["Subject"] = " ".join(str(order["subject"]).split())
    message["Date"] = order["date"]
    message["Message-ID"] = f"<{order['id']}@{order['sender'].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers
    message.set_content(order["body"])
    source = order.get("attachment")
    if source and order["attach"] == "wav":
        message.add_attachment(_wav(Path(source)), "audio", "wav", filename="message.wav")
    elif source and order["attach"] == "opus":
        message.add_attachment(Path(source).read_bytes(), "audio", "ogg", filename="message.opus")
    return message


def _wav(source: Path) -> bytes:
    """16-bit WAV of one channel: both channels of a message are the same voice."""
    with tempfile.TemporaryDirectory() as folder:
        both, one = Path(folder) / "both.wav", Path(folder) / "one.wav"
        _run("opusdec", "--quiet", "--rate", "8000", "--force-wav", str(source), str(both))
        _run("sox", str(both), "-c", "1", "-b", "16", str(one), "remix", "1")
        return one.read_bytes()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=_DECODE_SECONDS, capture_output=True)


def _refused(problem: smtplib.SMTPException) -> Result:
    code, said = _reply(problem)
    lasting = 500 <= code < 600
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return Result("The mail server refuses user name or password.", said)
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return Result("The mail server offers no encryption, or no login: check port and encryption.", said)
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return Result(f"The mail server takes no mail for this address ({code}).", said, lasting)
    if isinstance(problem, smtplib.SMTPSenderRefused):
        return Result(f"The mail server takes no mail from the box's address ({code}).", said)
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return Result("The mail server ended the connection: check port and encryption.", said)
    return Result(f"The mail server refused the mail ({code}).", said, lasting)


def _reply(problem: smtplib.SMTPException) -> tuple[int, str]:
    code: Any = getattr(problem, "smtp_code", 0)
    said: Any = getattr(problem, "smtp_error", b"")
    for reply in getattr(problem, "recipients", {}).values() if code == 0 else ():
        code, said = reply
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    plain = re.sub(r"\S*@\S*", "…", " ".join(text.split()))  # it may be logged: nobody's address
    return int(code), plain[:300]


def main() -> int:
    """Send the mail of the order on standard input."""
    result = send(json.load(sys.stdin))
    sys.stdout.write(json.dumps(asdict(result)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
