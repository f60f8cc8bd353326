"""The ladder's parts: back-off, and the USB device behind a port."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from drivers.gsm.recovery import SENTENCES, BackOff, Step, reset_usb, switch_usb, usb_device


def test_waits_double_to_the_most_and_begin_anew() -> None:
    back_off = BackOff(5.0, 30.0)
    assert [back_off.next() for _ in range(5)] == [5.0, 10.0, 20.0, 30.0, 30.0]
    back_off.reset()
    assert back_off.next() == 5.0


def test_every_step_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Step)
    assert "5 s" in SENTENCES[Step.BACK_OFF].format(seconds=5.0)


def _usb(root: Path) -> tuple[Path, Path]:
    """A sysfs as the kernel shows a USB serial port: class link -> interface -> device with its switch."""
    device = root / "sys" / "devices" / "usb1" / "1-1" / "1-1.2"
    interface = device / "1-1.2:1.2" / "ttyUSB2"
    interface.mkdir(parents=True)
    (device / "idVendor").write_text("1e0e\n")
    (device / "authorized").write_text("1\n")
    tty = root / "sys" / "class" / "tty" / "ttyUSB2"
    tty.mkdir(parents=True)
    (tty / "device").symlink_to(interface)
    port = root / "dev" / "ttyUSB2"
    port.parent.mkdir()
    port.write_text("")
    stable = root / "dev" / "by-path"
    stable.symlink_to(port)
    return stable, device


def test_the_usb_device_is_found_behind_a_stable_path_and_switched(tmp_path: Path) -> None:
    stable, device = _usb(tmp_path)
    found = usb_device(tmp_path / "sys", str(stable))
    assert found == device
    assert switch_usb(device, on=False)
    assert (device / "authorized").read_text() == "0"
    assert switch_usb(device, on=True)
    assert (device / "authorized").read_text() == "1"


def test_a_port_on_no_usb_has_no_switch(tmp_path: Path) -> None:
    assert usb_device(tmp_path / "sys", str(tmp_path / "pts")) is None
    assert not switch_usb(tmp_path / "gone", on=True)


def test_a_device_whose_node_is_no_usb_device_is_not_reset(tmp_path: Path) -> None:
    device, bus = tmp_path / "1-1", tmp_path / "bus"
    device.mkdir()
    (device / "busnum").write_text("1\n")
    (device / "devnum").write_text("7\n")
    assert not reset_usb(device, bus), "there is no node"
    (bus / "001").mkdir(parents=True)
    (bus / "001" / "007").write_bytes(b"")
    assert not reset_usb(device, bus), "a file takes no ioctl"


def test_a_reset_asks_the_kernel_at_the_devices_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "bus" / "002" / "013"
    node.parent.mkdir(parents=True)
    node.write_bytes(b"")
    (tmp_path / "busnum").write_text("2\n")
    (tmp_path / "devnum").write_text("13\n")
    asked = []

    def ioctl(handle: int, request: int, _: int) -> None:
        asked.append((os.readlink(f"/proc/self/fd/{handle}"), request))

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    assert reset_usb(tmp_path, tmp_path / "bus")
    assert asked == [(str(node), 0x5514)]
