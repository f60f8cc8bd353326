"""Families of V.253 voice modem: identity, codings and habits."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.sound import Coding


@dataclass(frozen=True, slots=True)
class VoiceFamily:
    """What tells one family from another. `idents` are the answers to ATIn."""

    manufacturer: str
    model: str
    revision: str
    idents: dict[int, str]
    codings: tuple[Coding, ...]
    no_dial_tone: str = "NO DIALTONE"
    id_separator: str = "="  # in DATE=..., NMBR=...
    shielded_digits: bool = False  # DLE / digit ~ instead of the digit alone
    rings_as_event: bool = True  # DLE R instead of RING in voice mode
    reports_underrun: bool = True
    line_modes: tuple[int, ...] = (0, 1, 4, 5, 7)


_UNSIGNED = Coding(1, "UNSIGNED PCM", "unsigned")

FAMILIES = {
    "conexant": VoiceFamily(
        "CONEXANT", "V90", "CX93001-EIS_V0.2002-V92", {0: "56000", 3: "CX93001-EIS_V0.2002-V92"},
        (Coding(0, "SIGNED PCM", "signed"), _UNSIGNED, Coding(4, "ULAW", "ulaw")),
        id_separator=" = ", shielded_digits=True,
    ),
    "usr": VoiceFamily(
        "U.S. Robotics", "U.S. Robotics 56K FAX USB", "V1.2.23",
        {0: "5601", 3: "U.S. Robotics 56K FAX USB V1.2.23"},
        (Coding(128, "8-BIT LINEAR", "unsigned"), Coding(131, "8-BIT ULAW", "ulaw")),
        no_dial_tone="NO DIAL TONE", line_modes=(0, 1, 2, 4, 5),
    ),
    "generic": VoiceFamily(
        "OpenTel", "V.253 Voice Modem", "1.0",
        {0: "OpenTel V.253 Voice Modem", 3: "OpenTel V.253 Voice Modem 1.0", 9: "OpenTel"},
        (Coding(0, "SIGNED PCM", "signed"), _UNSIGNED, Coding(4, "ULAW", "ulaw")),
        shielded_digits=True, reports_underrun=False,
    ),
}  # fmt: skip
