"""What a browser would send back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any


def form_values(text: str) -> dict[str, Any]:
    """What a browser would send back from a form, read out of its HTML."""
    form = text.split('enctype="multipart/form-data"')[1].split("</form>")[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and 'type="checkbox"' in tag and " checked" not in tag:
            continue
        if name and 'type="file"' not in tag:
            found.setdefault(name.group(1), []).append(
                unescape(value.group(1)) if value else "on" * ("checkbox" in tag)
            )
    for name_, rest in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', rest) or re.search(
            r'<option value="([^"]*)"', rest
        )
        found.setdefault(name_, []).append(unescape(chosen.group(1)) if chosen else "")
    for name_, body in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name_] = [unescape(body)]
    return found
