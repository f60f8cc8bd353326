"""The IPv4 addresses this machine has now, asked of the kernel; works in a sandbox that has no netlink."""

from __future__ import annotations

import array
import fcntl
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

_SIOCGIFCONF = 0x8912  # netdevice(7)
_SIOCGIFNETMASK = 0x891B
_ROW = 16 + 3 * struct.calcsize("P") if struct.calcsize("P") == 8 else 32  # sizeof(struct ifreq)
_MOST = 256


@dataclass(frozen=True, slots=True)
class Address:
    """One address of this machine, with the network it belongs to."""

    interface: str
    address: IPv4Address
    network: IPv4Network


def own_addresses() -> list[Address]:
    """All IPv4 addresses but those of loopback, in the kernel's order."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        found = [_address(probe, row) for row in _rows(probe)]
    return [one for one in found if not one.address.is_loopback]


def _rows(probe: socket.socket) -> list[bytes]:
    room = array.array("B", bytes(_ROW * _MOST))
    place, _length = room.buffer_info()
    asked = struct.pack("iL", len(room), place)
    told, _place = struct.unpack("iL", fcntl.ioctl(probe, _SIOCGIFCONF, asked))
    return [room[start : start + _ROW].tobytes() for start in range(0, told, _ROW)]


def _address(probe: socket.socket, row: bytes) -> Address:
    """The kernel finds the mask of that very address when the request carries both name and address."""
    name, address = row[:16].split(b"\0", 1)[0].decode("utf-8", "replace"), IPv4Address(row[20:24])
    mask = IPv4Address(fcntl.ioctl(probe, _SIOCGIFNETMASK, row)[20:24])
    return Address(name, address, IPv4Network(f"{address}/{mask}", strict=False))
