"""Asterisk 22 on loopback, from the chroot that asterisk.sh makes, with a configuration of a few lines."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.sip.sip_client import REALM, SipClient
from tests.support.box import wait_for
from tests.support.ports import free_port

ADDRESS = "127.0.0.21"
SCRIPT = Path(__file__).with_name("asterisk.sh")


class PeerAbsentError(Exception):
    """The peer cannot be had here; the text says why."""


_PLACES = """
[directories]
astetcdir => {home}
astrundir => {home}/run
astlogdir => {home}/log
astspooldir => {home}/spool
astdbdir => {home}/db
astvarlibdir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astmoddir => /usr/lib/{triplet}/asterisk/modules
[options]
verbose = 0
"""
_FILES = {
    # What calls, music and a queue take, and nothing that opens another port.
    "modules.conf": """
[modules]
autoload = no
load = res_sorcery_config.so
load = res_sorcery_memory.so
load = res_sorcery_astdb.so
load = res_timing_timerfd.so
load = res_pjproject.so
load = res_pjsip.so
load = res_pjsip_pubsub.so
load = res_pjsip_session.so
load = res_pjsip_authenticator_digest.so
load = res_pjsip_endpoint_identifier_ip.so
load = res_pjsip_endpoint_identifier_user.so
load = res_pjsip_caller_id.so
load = res_pjsip_sdp_rtp.so
load = res_rtp_asterisk.so
load = res_musiconhold.so
load = chan_pjsip.so
load = codec_ulaw.so
load = format_wav.so
load = format_pcm.so
load = bridge_simple.so
load = bridge_native_rtp.so
load = bridge_builtin_features.so
load = pbx_config.so
load = app_queue.so
""",
    "logger.conf": "[general]\n[logfiles]\nmessages => warning,error\n",
    "rtp.conf": "[general]\nrtpstart = 24000\nrtpend = 24999\nstrictrtp = no\nicesupport = no\n",
    "musiconhold.conf": "[default]\nmode = files\ndirectory = /usr/share/asterisk/moh\n",
    "pjsip.conf": """
[global]
type = global
default_realm = {realm}
[udp]
type = transport
protocol = udp
bind = {address}:{port}
[201]
type = endpoint
context = handsets
disallow = all
allow = ulaw
direct_media = no
auth = 201
aors = 201
[201]
type = auth
auth_type = userpass
username = 201
password = {secret}
[201]
type = aor
contact = sip:201@{phone}
[gateway]
type = endpoint
context = callers
disallow = all
allow = ulaw
direct_media = no
[gateway]
type = identify
endpoint = gateway
{matches}
""",
    "extensions.conf": """
[handsets]
exten => _X.,1,Answer()
 same => n,Wait(600)
[callers]
exten => _X.,1,Answer()
 same => n,Queue(sales)
""",
    "queues.conf": """
[general]
autofill = yes
persistentmembers = no
[sales]
strategy = leastrecent
timeout = 20
retry = 1
wrapuptime = 0
ringinuse = no
musicclass = default
""",
}


class Program:
    """An Asterisk in the chroot, with these configuration files; PeerAbsentError where it cannot be had."""

    def __init__(self, name: str) -> None:
        self.root = root()
        self.home = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root / "tmp"))
        self.inside = "/" + str(self.home.relative_to(self.root))
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, files: Mapping[str, str], values: Mapping[str, object]) -> None:
        """Start it. `files` are filled in with `values`, and with home: its folder as it sees it."""
        triplet = next((self.root / "usr/lib").glob("*-linux-gnu*")).name
        for folder in ("run", "log", "spool", "db"):
            (self.home / folder).mkdir(exist_ok=True)
        for name, text in {"asterisk.conf": _PLACES, **files}.items():
            (self.home / name).write_text(text.format(home=self.inside, triplet=triplet, **values))
        with (self.home / "out").open("wb") as out:
            self._process = subprocess.Popen(self._command("-f"), stdout=out, stderr=out)

    def check(self) -> None:
        """RuntimeError with its last words when it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"Asterisk ended: {(self.home / 'out').read_text()[-2000:]}")

    def tell(self, words: str, seconds: float = 10) -> str:
        """Say something at its console; what it answered, within so long."""
        done = subprocess.run(self._command("-rx", words), capture_output=True, text=True, timeout=seconds)
        return done.stdout

    def stop(self) -> None:
        """End it; its files go."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        shutil.rmtree(self.home)

    def _command(self, *words: str) -> list[str]:
        return ["chroot", str(self.root), "/usr/sbin/asterisk", "-C", f"{self.inside}/asterisk.conf", *words]


class Asterisk:
    """One with a handset and a queue; `server` is where it takes SIP."""

    def __init__(self) -> None:
        self._program = Program("bench")
        self.server = (ADDRESS, free_port())

    def start(self, secret: str, phone: tuple[str, int], gateways: Iterable[tuple[str, int]] = ()) -> None:
        """Run it: handset 201 at `phone` with this secret, callers for the queue from the gateways."""
        values = {
            "realm": REALM,
            "address": ADDRESS,
            "port": self.server[1],
            "secret": secret,
            "phone": f"{phone[0]}:{phone[1]}",
            "matches": "\n".join(f"match = {address}" for address, _ in gateways) or "match = 127.0.0.99",
        }
        # It looks up its own host's name at each call: without a name server that takes seconds at times.
        etc = self._program.root / "etc"
        (etc / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} {socket.gethostname()}\n")
        (etc / "nsswitch.conf").write_text("hosts: files\n")
        self._program.run(_FILES, values)
        wait_for(self._answers, 20, "Asterisk answers")

    def tell(self, words: str) -> str:
        """Say something at its console; what it answered."""
        return self._program.tell(words)

    def stop(self) -> None:
        """End it; its files go."""
        self._program.stop()

    def _answers(self) -> bool:
        self._program.check()
        client = SipClient(self.server, timeout=0.2)
        with contextlib.closing(client):
            return client.ask("OPTIONS", "201") is not None


def root() -> Path:
    """The chroot that has it; PeerAbsentError where there is none."""
    done = subprocess.run([str(SCRIPT)], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise PeerAbsentError((done.stderr.strip().splitlines() or ["asterisk.sh failed"])[-1])
    if os.geteuid() != 0:
        raise PeerAbsentError("entering the peer's chroot takes root")
    return Path(done.stdout.strip())
