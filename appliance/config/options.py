"""How one start of the box differs from another: folder, addresses, ports. Not edited on the page."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Where the box keeps its data and where it listens. Every path below `data` belongs to the core."""

    data: Path
    host: str = "127.0.0.1"
    sip_port: int = 5060  # the SIP edge, for handsets
    sip_tls_port: int = 5061  # over TLS, where there is a certificate
    engine_port: int = 5070  # pjsua2 behind it, loopback only
    web_port: int = 8080
    rtp_port: int = 10000  # first of 1,000
    lines: Path | None = None  # folder of simulated lines
    run_folder: Path | None = None  # where `run` is, when it is not below `data`
    follow: bool = False  # `host` is the address of now, and another one when the network gives another

    @property
    def settings(self) -> Path:
        """The settings document."""
        return self.data / "settings.json"

    @property
    def records(self) -> Path:
        """The SQLite file with journal and tables."""
        return self.data / "records.sqlite"

    @property
    def recordings(self) -> Path:
        """Folder of recordings."""
        return self.data / "recordings"

    @property
    def voicemail(self) -> Path:
        """Folder of the messages of callers."""
        return self.data / "voicemail"

    @property
    def messages(self) -> tuple[Path, ...]:
        """Where the sound of a message may lie: as a recording at first."""
        return self.recordings, self.voicemail

    @property
    def sounds(self) -> Path:
        """Folder of rendered prompts; may be deleted at any time."""
        return self.data / "sounds"

    @property
    def uploads(self) -> Path:
        """Folder of uploaded prompts, 8 kHz mono."""
        return self.data / "uploads"

    @property
    def spool(self) -> Path:
        """Where the web process puts a file for the core to take in."""
        return self.data / "spool"

    @property
    def state(self) -> Path:
        """What drivers must remember over a restart, such as a SIM PIN that was refused."""
        return self.data / "state"

    @property
    def tls(self) -> Path:
        """Certificate and key of HTTPS and of SIP over TLS; empty where the box runs in the foreground."""
        return self.data / "tls"

    @property
    def run(self) -> Path:
        """Sockets and files written for the programs beside us."""
        return self.run_folder or self.data / "run"

    @property
    def edge(self) -> Path:
        """Where the SIP edge's configuration lies."""
        return self.run / "edge"

    @property
    def control(self) -> Path:
        """The control socket."""
        return self.run / "control.sock"

    def folders(self) -> tuple[Path, ...]:
        """All folders that must exist before a start."""
        own = (self.data, self.recordings, self.voicemail, self.sounds, self.uploads)
        return (*own, self.spool, self.state, self.run)

    def arguments(self) -> list[str]:
        """The command line that gives these options again to a child process."""
        words = [
            f"--data={self.data}",
            f"--host={self.host}",
            f"--sip-port={self.sip_port}",
            f"--sip-tls-port={self.sip_tls_port}",
            f"--engine-port={self.engine_port}",
            f"--web-port={self.web_port}",
            f"--rtp-port={self.rtp_port}",
        ]
        more = {"run": self.run_folder, "lines": self.lines}
        return words + [f"--{name}={path}" for name, path in more.items() if path is not None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Teach a command line these options; each has an environment variable for its default."""
    environment = os.environ.get
    parser.add_argument("--data", type=Path, default=Path(environment("CALLBOX_DATA", "var")))
    run = environment("CALLBOX_RUN")
    parser.add_argument("--run", type=Path, default=Path(run) if run else None, help="folder of the sockets")
    parser.add_argument(
        "--host", default=environment("CALLBOX_HOST", "127.0.0.1"), help="address for telephones, or auto"
    )
    parser.add_argument("--sip-port", type=_port, default=environment("CALLBOX_SIP_PORT", "5060"))
    parser.add_argument("--sip-tls-port", type=_port, default=environment("CALLBOX_SIP_TLS_PORT", "5061"))
    parser.add_argument("--engine-port", type=_port, default=environment("CALLBOX_ENGINE_PORT", "5070"))
    parser.add_argument("--web-port", type=_port, default=environment("CALLBOX_WEB_PORT", "8080"))
    parser.add_argument("--rtp-port", type=_port, default=environment("CALLBOX_RTP_PORT", "10000"))
    parser.add_argument(
        "--lines", type=Path, default=None, help="folder where a simulator that runs already has its lines"
    )


def options_of(parsed: argparse.Namespace) -> Options:
    """The options of a parsed command line."""
    return Options(
        data=parsed.data.resolve(),
        host=parsed.host,
        sip_port=parsed.sip_port,
        sip_tls_port=parsed.sip_tls_port,
        engine_port=parsed.engine_port,
        web_port=parsed.web_port,
        rtp_port=parsed.rtp_port,
        lines=parsed.lines.resolve() if parsed.lines else None,
        run_folder=parsed.run.resolve() if parsed.run else None,
    )


def parse(arguments: Sequence[str]) -> Options:
    """Options straight from a list of words."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return options_of(parser.parse_args(arguments))


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: a number from 1 to 65535 is wanted.")
    return int(text)
