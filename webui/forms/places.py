"""Where in the settings something stands: a path as people know the place, and its page."""

from __future__ import annotations

from dataclasses import dataclass

from webui.forms.campaigns import CAMPAIGNS
from webui.forms.catalog import PARTS
from webui.forms.parts import Settings
from webui.forms.sheets import SHEETS


@dataclass(frozen=True, slots=True)
class Place:
    """What people call it, and the page where it is set; no page for what has none."""

    label: str
    page: str = ""


def place_of(path: str, settings: Settings) -> Place:
    """The row or sheet a path of the settings leads into; the path itself where it has no page."""
    kind, _, rest = path.partition(".")
    key = rest.partition(".")[0]
    if kind == "dialer":
        return _campaign(rest, settings)
    if kind in SHEETS:
        return Place(str(SHEETS[kind].title), f"/setup/{kind}")
    part = PARTS.get(kind)
    if part is None:
        return Place(path)
    rows = part.rows(settings)
    found = rows[int(key)] if key.isdigit() and int(key) < len(rows) else None
    found = found or next((row for row in rows if row[part.key] == key), None)
    if found is None:
        return Place(str(part.title), f"/setup/{kind}")
    return Place(f"{part.title}: {part.label(found)}", f"/setup/{kind}/{found[part.key]}")


def _campaign(rest: str, settings: Settings) -> Place:
    place = rest.removeprefix("campaigns.").partition(".")[0]
    rows = CAMPAIGNS.rows(settings)
    if not place.isdigit() or int(place) >= len(rows):
        return Place(str(CAMPAIGNS.title), "/campaigns")
    row = rows[int(place)]
    return Place(f"{CAMPAIGNS.title}: {row['label']}", f"/campaigns/{row['name']}/settings")
