"""What the columns of a file of leads mean: guessed from the heading, said by the person who imports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

#: What a column can be. "field:NAME" is a field of the person's own, "" is left out.
TARGETS = (
    "mobile", "home", "work", "number", "name", "first_name", "last_name", "zone", "region", "language",
    "priority", "temperature", "business", "consent", "consent_since", "consent_until", "contact",
)  # fmt: skip
NUMBERS = ("mobile", "home", "work", "number")
_ALIASES = {
    "number": "number phone telephone tel phonenumber phone_number telefon telefonnummer rufnummer nummer "
    "telefono numero numero_de_telefono telephone_number",
    "mobile": "mobile cell cellphone mobile_phone mobil handy mobilnummer handynummer movil celular portable",
    "home": "home home_phone private privat telefon_privat particular fixed landline festnetz fijo casa fixe",
    "work": "work work_phone office business_phone telefon_geschaeftlich geschaeftlich trabajo oficina",
    "name": "name full_name fullname customer kunde nombre_completo contact_name ansprechpartner cliente nom",
    "first_name": "first_name firstname given_name vorname nombre prenom",
    "last_name": "last_name lastname surname family_name nachname familienname apellido apellidos",
    "zone": "zone timezone time_zone zeitzone zona_horaria",
    "region": "region state province bundesland estado provincia comunidad",
    "language": "language lang sprache idioma langue",
    "priority": "priority prio prioritaet prioridad",
    "temperature": "temperature warm lead_type kind_of_lead",
    "business": "business b2b company_contact gewerblich geschaeftskunde empresa",
    "consent": "consent opt_in optin einwilligung consentimiento consentement",
    "consent_since": "consent_since consent_date opt_in_date einwilligung_am einwilligung_vom "
    "fecha_consentimiento",
    "consent_until": "consent_until einwilligung_bis consentimiento_hasta",
    "contact": "contact contact_id customer_number customer_id account kundennummer numero_de_cliente cuenta",
}
_KNOWN = {alias: target for target, aliases in _ALIASES.items() for alias in aliases.split()}
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "á": "a", "é": "e", "è": "e", "í": "i",
                          "ó": "o", "ú": "u", "ñ": "n", "ç": "c"})  # fmt: skip
_OWN = "callbox_"  # columns of an export that tell how far a lead is: `reports.dials`
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]{5,}")


def slug(heading: str) -> str:
    """A heading as the name of a field: small letters, digits and _."""
    plain = heading.strip().lower().translate(_LETTERS)
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30]


def guess(heading: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """The target of each column; without any number the column that looks most like one is taken."""
    found = [_target(cell) for cell in heading]
    for place, target in enumerate(found):
        if target in TARGETS and target not in NUMBERS and target in found[:place]:
            found[place] = f"field:{slug(heading[place])}"
    if not any(target in NUMBERS for target in found) and heading:
        likely = [sum(_looks(row, place) for row in sample) for place in range(len(found))]
        if max(likely) * 2 > len(sample) > 0:
            found[likely.index(max(likely))] = "number"
    return found


def problems(mapping: Sequence[str]) -> str | None:
    """What is wrong with a mapping, as one sentence."""
    wrong = [
        one
        for one in mapping
        if one and one not in TARGETS and not re.fullmatch(r"field:[a-z][a-z0-9_]{0,29}", one)
    ]
    if wrong:
        return f"{wrong[0]} is nothing a column can be."
    if not any(target in NUMBERS for target in mapping):
        return "No column holds the telephone number."
    fields = [one for one in mapping if one and one not in NUMBERS]
    twice = next((one for one in fields if fields.count(one) > 1), None)
    return f"Two columns are both {twice}." if twice else None


def _target(cell: str) -> str:
    name = slug(cell)
    numbered = re.sub(r"_?[0-9]$", "", name)
    known: Mapping[str, str] = _KNOWN
    if name in known:
        return known[name]
    if name.startswith(_OWN):
        return ""
    if known.get(numbered) in NUMBERS:
        return known[numbered]
    return f"field:{name}" if name and name[0].isalpha() else ""


def _looks(row: Sequence[str], place: int) -> bool:
    return place < len(row) and _PHONE.fullmatch(row[place].strip()) is not None
