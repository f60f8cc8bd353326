"""Lists what is in a root file system as CycloneDX 1.6 JSON: Debian's packages and the box's Python packages.

    sbom.py ROOT FILE

Read from dpkg's status and the wheels' metadata; the same root gives the same bytes.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import uuid
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from typing import Any
from urllib.parse import quote


def debian(root: Path) -> Iterator[dict[str, Any]]:
    """Every installed Debian package."""
    for paragraph in (root / "var/lib/dpkg/status").read_text("utf-8").split("\n\n"):
        fields = Parser().parsestr(paragraph)
        if not fields["Package"] or "installed" not in (fields["Status"] or "").split():
            continue
        name, version, machine = fields["Package"], fields["Version"], fields["Architecture"]
        yield {
            "type": "library",
            "bom-ref": f"deb/{name}",
            "name": name,
            "version": version,
            "publisher": fields["Maintainer"],
            "description": (fields["Description"] or "").splitlines()[0],
            "purl": f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={machine}&distro=debian-13",
            "properties": [{"name": "debian:source", "value": fields["Source"] or name}],
        }


def python(root: Path) -> Iterator[dict[str, Any]]:
    """Every package of the box's virtual environment."""
    for metadata in sorted(
        (root / "usr/lib/callbox").glob("lib/python3*/site-packages/*.dist-info/METADATA")
    ):
        fields = Parser().parsestr(metadata.read_text("utf-8"), headersonly=True)
        name, version = fields["Name"], fields["Version"]
        part = {
            "type": "application" if name == "callbox" else "library",
            "bom-ref": f"pypi/{name.lower()}",
            "name": name,
            "version": version,
            "description": fields["Summary"] or "",
            "purl": f"pkg:pypi/{quote(name.lower())}@{quote(version)}",
        }
        if licence := fields["License-Expression"]:
            part["licenses"] = [{"expression": licence}]
        elif licence := fields["License"]:
            part["licenses"] = [{"license": {"name": licence.splitlines()[0]}}]
        yield part


def document(root: Path) -> dict[str, Any]:
    """The whole list."""
    parts = sorted((*debian(root), *python(root)), key=lambda part: str(part["bom-ref"]))
    version = next((part["version"] for part in parts if part["bom-ref"] == "pypi/callbox"), "unknown")
    when = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.UTC)
    identity = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(parts, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "firmware", "name": "callbox-image", "version": version},
        },
        "components": parts,
    }


def main() -> None:
    """The command line."""
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document(root), indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
