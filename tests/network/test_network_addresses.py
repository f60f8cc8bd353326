"""The kernel's answer about our addresses, against what the program ip says."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from appliance.network.addresses import own_addresses


@pytest.mark.skipif(shutil.which("ip") is None, reason="needs iproute2")
def test_our_addresses_are_those_ip_shows() -> None:
    shown = subprocess.run(["ip", "-j", "-4", "address"], capture_output=True, text=True, check=True).stdout
    expected = {
        f"{row['local']}/{row['prefixlen']}"
        for interface in json.loads(shown)
        for row in interface["addr_info"]
        if not row["local"].startswith("127.")
    }
    found = {f"{one.address}/{one.network.prefixlen}" for one in own_addresses()}
    assert found <= expected
    assert len(found) == len(expected), "an address without a label of its own is listed, too"
