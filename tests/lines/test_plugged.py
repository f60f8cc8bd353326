"""Modems that are plugged in, as Linux's sysfs shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.at_channel.usb import plugged_in
from drivers.fxo.plugged import modems as voice_modems
from drivers.gsm.plugged import modems as gsm_modems


class Tree:
    """A sysfs and a /dev to plug things into."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.dev = folder / "sys", folder / "dev"
        (self.sys / "class" / "tty").mkdir(parents=True)
        self.links = self.dev / "serial" / "by-path"
        self.links.mkdir(parents=True)

    def plug(
        self, tty: str, device: str, interface: int, ids: str, title: str = "", deep: bool = True
    ) -> None:
        """One serial port of a USB device; `deep` as usb-serial has it, else as CDC ACM."""
        usb = self.sys / "devices" / "usb1" / device
        port = usb / f"{device}:1.{interface}" / (tty if deep else "")
        port.mkdir(parents=True, exist_ok=True)
        vendor, product = ids.split(":")
        (usb / "idVendor").write_text(f"{vendor}\n")
        (usb / "idProduct").write_text(f"{product}\n")
        if title:
            (usb / "product").write_text(f"{title}\n")
        (usb / f"{device}:1.{interface}" / "bInterfaceNumber").write_text(f"{interface:02x}\n")
        entry = self.sys / "class" / "tty" / tty
        entry.mkdir()
        (entry / "device").symlink_to(port)
        (self.dev / tty).touch()
        (self.links / f"pci-usb-0:{device}:1.{interface}-port0").symlink_to(self.dev / tty)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_a_bare_machine_has_none(tree: Tree, tmp_path: Path) -> None:
    (tree.sys / "class" / "tty" / "tty0").mkdir()  # no device behind it
    assert gsm_modems(tree.sys, tree.dev) == [] == voice_modems(tree.sys, tree.dev)
    assert plugged_in(tmp_path / "none", tmp_path / "none") == []


def test_a_simcom_modem_with_its_voice_port(tree: Tree) -> None:
    for number in range(5):
        tree.plug(f"ttyUSB{number}", "1-1.2", number, "1e0e:9001", "SimTech, Incorporated")
    (modem,) = gsm_modems(tree.sys, tree.dev)
    assert modem.family == "simcom" and modem.title == "SimTech, Incorporated"
    assert modem.port == str(tree.links / "pci-usb-0:1-1.2:1.2-port0")
    assert modem.audio_port == str(tree.links / "pci-usb-0:1-1.2:1.4-port0")
    assert voice_modems(tree.sys, tree.dev) == []


def test_several_modems_by_their_places(tree: Tree) -> None:
    tree.plug("ttyUSB0", "1-1.4", 0, "12d1:1001")
    tree.plug("ttyUSB1", "1-1.4", 1, "12d1:1001")
    tree.plug("ttyUSB2", "1-1.4", 2, "12d1:1001")
    tree.plug("ttyUSB3", "1-1.1", 2, "2c7c:0125", "EC25")
    tree.plug("ttyACM0", "1-1.3", 0, "0baf:0303", "USR5637", deep=False)
    tree.plug("ttyACM1", "1-1.5", 0, "0572:1329", deep=False)
    tree.plug("ttyACM2", "1-1.6", 0, "2341:0043", "Arduino", deep=False)
    found = gsm_modems(tree.sys, tree.dev)
    assert [(one.family, one.title, one.audio_port is None) for one in found] == [
        ("quectel", "EC25", True),
        ("huawei", "Huawei", False),
    ]
    assert found[1].port.endswith("1-1.4:1.2-port0") and str(found[1].audio_port).endswith("1.1-port0")
    analog = voice_modems(tree.sys, tree.dev)
    assert [(one.family, one.title) for one in analog] == [
        ("usr", "USR5637"),
        ("conexant", "Conexant USB modem"),
    ]


def test_without_names_by_place_the_kernel_s_own_serves(tree: Tree) -> None:
    tree.plug("ttyUSB2", "1-1", 2, "2c7c:0125")
    for link in tree.links.iterdir():
        link.unlink()
    assert gsm_modems(tree.sys, tree.dev)[0].port == str(tree.dev / "ttyUSB2")


def test_what_cannot_be_read_is_left_out(tree: Tree) -> None:
    tree.plug("ttyUSB2", "1-1", 2, "2c7c:0125")
    tree.plug("ttyUSB9", "1-2", 2, "1e0e:9001")
    (tree.sys / "devices" / "usb1" / "1-2" / "1-2:1.2" / "bInterfaceNumber").write_bytes(b"\xffzz")
    (tree.sys / "class" / "tty" / "ttyUSB8").mkdir()
    (tree.sys / "class" / "tty" / "ttyUSB8" / "device").symlink_to(tree.sys / "nowhere")
    assert [one.family for one in gsm_modems(tree.sys, tree.dev)] == ["quectel"]
