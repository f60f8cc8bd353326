"""A robot agent: baresip as a SIP telephone that answers by itself and says a sentence again and again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

MODULES = Path("/usr/lib/baresip/modules")
_SENTENCE = "Hello, this is the robot agent of Callbox. I hear you well. How can I help?"


class RobotAgent:
    """Registers `user` at `server` ("address:port") from `folder`, which it fills, until closed."""

    def __init__(self, folder: Path, user: str, secret: str, server: str) -> None:
        if shutil.which("baresip") is None:
            raise FileNotFoundError("The program baresip is missing. `make demo` installs it.")
        folder.mkdir(parents=True, exist_ok=True)
        _speak(folder)
        (folder / "config").write_text(_config(folder))
        account = folder / "accounts"
        account.touch(mode=0o600)
        account.write_text(
            f"<sip:{user}@{server}>;auth_pass={secret};regint=60;answermode=auto;audio_codecs=PCMU,PCMA\n"
        )
        with (folder / "log").open("w") as log:
            self._process = subprocess.Popen(
                ["baresip", "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the telephone."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)


def _speak(folder: Path) -> None:
    """The sentence at 8 kHz with a pause behind it, for ten minutes: baresip hangs up at a file's end."""
    spoken = folder / "spoken.wav"
    subprocess.run(["espeak-ng", "-w", str(spoken), _SENTENCE], check=True, timeout=30)
    subprocess.run(
        [
            "sox",
            str(spoken),
            "-r",
            "8000",
            "-c",
            "1",
            "-b",
            "16",
            str(folder / "voice.wav"),
            "pad",
            "0",
            "2",
            "repeat",
            "60",
        ],
        check=True,
        timeout=30,
    )
    spoken.unlink()


def _config(folder: Path) -> str:
    lines = [
        "sip_listen 127.0.0.1:0",
        "net_interface 127.0.0.1",
        f"module_path {MODULES}",
        f"audio_source aufile,{folder}/voice.wav",
        "audio_player aubridge,nowhere",
        "audio_alert aubridge,nowhere",
        "audio_srate 8000",
        "audio_channels 1",
        "rtp_timeout 0",
        *(f"module {name}.so" for name in ("g711", "aufile", "aubridge")),
        "module_tmp account.so",
        "module_app menu.so",
    ]
    return "\n".join(lines) + "\n"
