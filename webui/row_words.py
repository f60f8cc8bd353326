"""Why a row of a file was left out, in the reader's language: the sentences of `care.lead_form` and its
neighbours, found in what they said of the row. A sentence that is not known stays as it is."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _

_SAID = (
    (r"There are (?P<values>\d+) values for (?P<columns>\d+) columns\.",
     _("There are %(values)s values for %(columns)s columns.")),
    (r"This is a formula, not a value\.", _("This is a formula, not a value.")),
    (r"This would be a formula in a spreadsheet\.", _("This would be a formula in a spreadsheet.")),
    (r"A lead has at most (?P<most>\d+) numbers\.", _("A lead has at most %(most)s numbers.")),
    (r"(?P<number>\+\d+) is in line (?P<line>\d+) already\.",
     _("%(number)s is in line %(line)s already.")),
    (r"(?P<number>\+\d+) is in this list already \(line (?P<line>\d+)\)\.",
     _("%(number)s is in this list already (line %(line)s).")),
    (r"(?P<number>\+\d+) is in another list already \(line (?P<line>\d+)\)\.",
     _("%(number)s is in another list already (line %(line)s).")),
    (r"There is no telephone number\.", _("There is no telephone number.")),
    (r"(?P<zone>\S+) is no time zone\. An example is Europe/Berlin\.",
     _("%(zone)s is no time zone. An example is Europe/Berlin.")),
    (r"Nobody can tell the time zone of this number; give it in a column\.",
     _("Nobody can tell the time zone of this number; give it in a column.")),
    (r"A spreadsheet has cut this number; format the column as text and export again\.",
     _("A spreadsheet has cut this number; format the column as text and export again.")),
    (r"This is no telephone number\.", _("This is no telephone number.")),
    (r"This is no whole telephone number in (?P<country>\w+); write it with \+ and the country code\.",
     _("This is no whole telephone number in %(country)s; write it with + and the country code.")),
    (r"Numbers of this kind \((?P<kind>[^)]*)\) are not called\.",
     _("Numbers of this kind are not called: %(kind)s.")),
    (r"(?P<value>\S+) is neither yes nor no\.", _("%(value)s is neither yes nor no.")),
    (r"A priority is a whole number from -100 to 100\.",
     _("A priority is a whole number from -100 to 100.")),
    (r"Consent is none, customer, express, written or withdrawn\.",
     _("Consent is none, customer, express, written or withdrawn.")),
    (r"(?P<value>\S+) is no date\. Write it as 2026-11-22\.",
     _("%(value)s is no date. Write it as 2026-11-22.")),
    (r"Taken, but:", _("Taken, but:")),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), said) for pattern, said in _SAID)


def row_reason(text: str) -> str:
    """What the box said of a row, with each known sentence in the reader's language."""
    for pattern, said in _PATTERNS:
        text = pattern.sub(_Said(str(said)), text)
    return text


class _Said:
    """A found sentence as another."""

    def __init__(self, said: str) -> None:
        self._said = said

    def __call__(self, found: re.Match[str]) -> str:
        return self._said % found.groupdict()
