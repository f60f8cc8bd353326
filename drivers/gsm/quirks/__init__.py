"""The vendors' own ways, one file a vendor: data and pure parsers, each with tests on captured lines.

Code in here does no I/O, keeps no state and knows no call; what a line means for a call is decided in
`gsm.call`.
"""

from drivers.gsm.quirks import generic, huawei, quectel, simcom
from drivers.gsm.quirks.vendor import AudioFrom, AudioKind, AudioPlan, Vendor

_ALL: tuple[Vendor, ...] = (simcom.VENDOR, quectel.VENDOR, huawei.VENDOR, generic.VENDOR)
VENDORS = {vendor.family: vendor for vendor in _ALL}


def vendor_of(identity: str) -> Vendor:
    """The family that a modem's own words (ATI, +CGMI, +CGMM) name; generic when none is known."""
    words = identity.lower()
    for vendor in VENDORS.values():
        if any(maker in words for maker in vendor.makers):
            return vendor
    return generic.VENDOR


__all__ = ["VENDORS", "AudioFrom", "AudioKind", "AudioPlan", "Vendor", "vendor_of"]
