"""Masks: patterns for numbers that cannot take long, whatever is keyed (a regular expression can)."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def _compiled(mask: str) -> re.Pattern[str]:
    """`x` is any digit, [2-9] one of a range, a last `.` whatever follows; all else stands for itself."""
    parts = re.findall(r"\[[0-9]-[0-9]\]|.", mask.removesuffix("."), re.DOTALL)
    body = "".join(_part(part) for part in parts)
    return re.compile(body + (".*" if mask.endswith(".") else ""), re.DOTALL)


def _part(part: str) -> str:
    if part == "x":
        return "[0-9]"
    if len(part) == 5:
        first, last = sorted((part[1], part[3]))
        return f"[{first}-{last}]"
    return re.escape(part)


def matches(mask: str, text: str) -> bool:
    """Is the whole `text` of this form?"""
    return _compiled(mask).fullmatch(text) is not None


def luhn(digits: str) -> bool:
    """Is the last digit the check digit of the others (ISO/IEC 7812-1, annex B)?"""
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
