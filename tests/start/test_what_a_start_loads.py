"""What nobody has asked for is not loaded: a start waits for it, and each stays in memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Drivers of lines that may not be there; libraries for a campaign's days; what only other processes want.
LATER = ("drivers.gsm", "drivers.fxo", "serial", "alsaaudio", "holidays", "numpy", "openpyxl", "flask")


@pytest.mark.timeout(400)
def test_a_core_loads_what_every_box_needs() -> None:
    code = "import appliance.service, appliance.start, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=150, check=True
    )
    loaded = done.stdout.split()
    assert "appliance.core.system" in loaded
    assert [name for name in LATER if name in loaded] == []
