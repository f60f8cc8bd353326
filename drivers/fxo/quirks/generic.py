"""Any modem that keeps to ITU-T V.253: nothing is assumed that +VSM=? and +VLS do not say."""

from __future__ import annotations

import re

from drivers.fxo.quirks.family import Family

FAMILY = Family(name="generic", identity=re.compile(r"(?!)"))
