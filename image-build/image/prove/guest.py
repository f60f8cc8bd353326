"""One run of the image in QEMU: its serial console is read, a root shell answers on a second console.

The image itself offers nobody a shell. Whoever holds the kernel's command line holds the machine: systemd's
debug shell is asked for there, on a console that only this QEMU has, and the image stays as it was built.
"""

from __future__ import annotations

import base64
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

SECTOR = 512
BOOT_SECONDS = 600.0  # on a busy machine; a minute on a quiet one
TREE = "bcm2837-rpi-3-b.dtb"
# An emulator has no speculation to guard against; what guards costs it dearly at every call of the kernel.
PLAIN = "nokaslr mitigations=off"
Found = TypeVar("Found")


class GuestError(Exception):
    """What was expected of the guest did not come; the text says what, with its last words."""


def free_port() -> int:
    """A TCP port of the loopback that nobody has now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def boot_files(image: Path, folder: Path) -> str:
    """Take kernel and RAM disk from the boot partition, as the board's firmware would; the kernel's words."""
    start = _start(image)
    for name in ("vmlinuz", "initrd.img", "cmdline.txt", TREE):
        command = ["mcopy", "-n", "-i", f"{image}@@{start * SECTOR}", f"::/a/{name}", str(folder / name)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    words = (folder / "cmdline.txt").read_text("utf-8").split()
    return " ".join(word for word in words if not word.startswith("console="))


def _start(image: Path) -> int:
    with image.open("rb") as disk:
        disk.seek(446 + 8)
        return int.from_bytes(disk.read(4), "little")


def _virt(card: str, shell: Path) -> list[str]:
    """The board that proves everything: fast disk, network, a second console."""
    return [
        "-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024",
        "-drive", f"if=none,id=card,{card}", "-device", "virtio-blk-pci,drive=card",
        "-device", "virtio-net-pci,netdev=lan,romfile=", "-device", "virtio-rng-pci",
        "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=shell",
        "-chardev", f"socket,id=shell,path={shell},server=on,wait=off",
    ]  # fmt: skip


def _pi3(card: str, tree: Path) -> list[str]:
    """A Raspberry Pi 3B with its own device tree, card reader and USB; slow, and without a second console."""
    return [
        "-M", "raspi3b", "-dtb", str(tree), "-drive", f"if=sd,{card}", "-device", "usb-net,netdev=lan",
    ]  # fmt: skip


class Guest:
    """A running QEMU. `keep` writes to the image itself; without it every change is gone at the end."""

    def __init__(
        self,
        image: Path,
        work: Path,
        words: str = "",
        keep: bool = False,
        pi3: bool = False,
        clock: str = "utc",
    ) -> None:
        work.mkdir(parents=True, exist_ok=True)
        cmdline = boot_files(image, work)
        self.https = free_port()
        self._console = work / "console.log"
        shell = work / "shell"
        shell.unlink(missing_ok=True)
        card = f"format=raw,file={image},snapshot={'off' if keep else 'on'}"
        if not pi3:
            words += " systemd.debug_shell=1 systemd.default_debug_tty=hvc0"
        self.started = time.monotonic()
        with (work / "qemu.log").open("w") as log:
            self.process = subprocess.Popen(
                [
                    "qemu-system-aarch64", "-accel", "tcg,thread=multi,tb-size=512", "-no-reboot",
                    *(_pi3(card, work / TREE) if pi3 else _virt(card, shell)),
                    "-rtc", f"base={clock}", "-display", "none", "-monitor", "none",
                    "-serial", f"file:{self._console}",
                    "-netdev", f"user,id=lan,hostfwd=tcp:127.0.0.1:{self.https}-:443",
                    "-kernel", str(work / "vmlinuz"), "-initrd", str(work / "initrd.img"),
                    "-append", f"{cmdline} console=ttyAMA0,115200 systemd.show_status=1 {PLAIN} {words}",
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        self.shell = Shell(shell, self)

    def console(self) -> str:
        """All that was printed so far."""
        return self._console.read_text("utf-8", "replace") if self._console.exists() else ""

    def wait(self, what: Callable[[], Found | None], seconds: float, why: str) -> Found:
        """The first true answer of `what`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise GuestError(f"QEMU ended before {why}:\n{self.console()[-2000:]}")
            found = what()
            if found:
                return found
            time.sleep(0.1)
        raise GuestError(f"not within {seconds:.0f} s: {why}\n{self.console()[-2000:]}")

    def saw(self, pattern: str) -> re.Match[str] | None:
        """The first match of a pattern on the console so far, without colours."""
        return re.search(pattern, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.console()))

    def expect(self, pattern: str, seconds: float = BOOT_SECONDS) -> re.Match[str]:
        """Wait for a pattern on the console."""
        return self.wait(lambda: self.saw(pattern), seconds, f"{pattern!r} on the console")

    def kill(self) -> None:
        """The power is cut."""
        self.process.kill()
        self.process.wait(30)
        self.shell.close()

    def power_off(self) -> None:
        """An orderly end."""
        self.shell.send("systemctl poweroff\n")
        try:
            self.process.wait(180)
        except subprocess.TimeoutExpired:
            raise GuestError(f"it does not power off:\n{self.console()[-2000:]}") from None
        finally:
            self.kill()


class Shell:
    """The root shell on the second console."""

    def __init__(self, path: Path, guest: Guest) -> None:
        self._path, self._guest = path, guest
        self._socket: socket.socket | None = None
        self._read = b""
        self._news = threading.Condition()
        self._count = 0

    def connect(self, seconds: float = BOOT_SECONDS) -> None:
        """Wait until it answers."""
        self._guest.wait(self._path.exists, 30, "QEMU makes the shell's socket")
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(self._path))
        threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()
        hello = "hello-$((41+1))"

        def greeted() -> bool:
            self.send(f"\nstty -echo; PS1=; PS2=; export SYSTEMD_COLORS=0; echo {hello}\n")
            time.sleep(2)
            return b"hello-42" in self._read

        self._guest.wait(greeted, seconds, "the shell answers")

    def _listen(self, connection: socket.socket) -> None:
        while True:
            try:
                data = connection.recv(65536)
            except OSError:
                return
            if not data:
                return
            with self._news:
                self._read += data
                self._news.notify_all()

    def send(self, text: str) -> None:
        """Type."""
        assert self._socket is not None  # noqa: S101 - connect() came first
        self._socket.sendall(text.encode())

    def run(self, command: str, seconds: float = 120.0, check: bool = True) -> str:
        """A command's output; GuestError when it fails or takes too long."""
        self._count += 1
        mark = f"end-{self._count}-"
        pattern = re.compile(rb"begin-%d-\r?\n(.*?)%s(\d+)-" % (self._count, mark.encode()), re.DOTALL)
        self.send(f"echo begin-{self._count}-; {{ {command}\n}} 2>&1 </dev/null; echo {mark}$?-\n")
        end = time.monotonic() + seconds
        with self._news:
            while not (found := pattern.search(self._read)):
                left = end - time.monotonic()
                if left <= 0 or self._guest.process.poll() is not None:
                    raise GuestError(f"no answer to {command!r}: {self._read[-800:]!r}")
                self._news.wait(min(left, 1.0))
        text = found[1].decode("utf-8", "replace").replace("\r\n", "\n")
        if check and found[2] != b"0":
            raise GuestError(f"{command} failed ({found[2].decode()}): {text[-1500:]}")
        return text.strip("\n")

    def seen(self) -> str:
        """All that the shell's console showed so far."""
        return self._read.decode("utf-8", "replace")

    def put(self, source: Path, target: str) -> None:
        """Copy a file into the guest."""
        text = base64.encodebytes(source.read_bytes()).decode()
        self.run(f"mkdir -p $(dirname {target}); base64 -d >{target} <<'END-OF-FILE'\n{text}END-OF-FILE")

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
