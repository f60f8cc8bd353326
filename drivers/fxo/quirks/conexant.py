"""Conexant CX930xx and their Rockwell ancestors: most USB voice modems sold today ("56000" to ATI0).

AT Commands for CX930xx Modem Reference Manual, 102752C: +VTR (5-6) ends by <DLE>^ and answers <DLE><ETX>, OK;
+VSM offers 1 "UNSIGNED PCM" at 8000 and, in newer firmware, 131/132 G.711; +VSD's sensitivity is 0 only; +VTS
takes "!" for a hook flash as long as +VTD says, in 10 ms.
"""

from __future__ import annotations

import re

from drivers.fxo.quirks.family import Family

FAMILY = Family(
    name="conexant",
    identity=re.compile(r"\bCX\d{5}|\bConexant|\bRockwell|\bRC56|\bRC336|^56000$", re.I | re.M),
    methods=((1, "unsigned"), (131, "ulaw"), (130, "unsigned")),
    silence="AT+VSD=0,{tenths}",
)
