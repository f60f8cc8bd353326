"""The ladder's parts: back-off, and the USB device behind a port."""

from __future__ import annotations

from pathlib import Path

from drivers.gsm.recovery import SENTENCES, BackOff, Step, switch_usb, usb_device


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
