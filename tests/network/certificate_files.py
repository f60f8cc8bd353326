"""Certificates as an owner may bring them, made by the openssl program."""

from __future__ import annotations

import subprocess
from pathlib import Path


def run(*words: str | Path) -> str:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Company:
    """A company's authority with one authority beneath it, and what they sign."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._signed_by("root", None, "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign")
        self._signed_by("middle", "root", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign")

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()

    def server(
        self,
        name: str = "server",
        by: str | None = "middle",
        days: int = 90,
        names: str = "DNS:phones.example",
        key: tuple[str, ...] = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
        usage: str = "serverAuth",
    ) -> tuple[str, str]:
        """Certificate and key, PEM."""
        more = f"extendedKeyUsage={usage}\n" + (f"subjectAltName={names}\n" if names else "")
        self._signed_by(name, by, more, days, key)
        return self.text(f"{name}.pem"), self.text(f"{name}.key")

    def _signed_by(
        self,
        name: str,
        by: str | None,
        extensions: str,
        days: int = 90,
        key: tuple[str, ...] = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    ) -> None:
        own, made = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        run("genpkey", *key, "-out", own)
        request, extra = self.folder / "request", self.folder / "extensions"
        extra.write_text(extensions)
        run("req", "-new", "-key", own, "-subj", f"/CN={name}", "-out", request)
        signer: tuple[str | Path, ...] = ("-signkey", own)
        if by is not None:
            signer = (
                "-CA",
                self.folder / f"{by}.pem",
                "-CAkey",
                self.folder / f"{by}.key",
                "-CAcreateserial",
            )
        run("x509", "-req", "-in", request, *signer, "-days", str(days), "-extfile", extra, "-out", made)
