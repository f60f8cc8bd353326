"""How good a password is, in words; and why one cannot be taken."""

from __future__ import annotations

import re

from flask_babel import gettext as _

SHORTEST = 10
LONGEST = 200  # argon2 is slow on purpose: nobody may have it chew a book
_FEWEST = 5  # different characters
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl", "azertyuiop")
#: What is tried first, in the spellings of the languages of the pages; each also with digits behind it.
_COMMON = re.compile(
    r"(callbox|password|passwort|contraseña|letmein|welcome|willkommen|bienvenido|iloveyou|changeme|administrator"
    r"|admin|telefon|telephone|telefono|qwerty|qwertz)+[\d!.]*"
)


def weakness(password: str) -> str | None:
    """Why nobody should have this password, with what to do; None when it can be taken."""
    if len(password) < SHORTEST:
        return str(_("It needs at least %(shortest)s characters. Three words do well.", shortest=SHORTEST))
    if len(password) > LONGEST:
        return str(_("It may have at most %(longest)s characters.", longest=LONGEST))
    if _guessable(password):
        return str(_("This is guessed at once. Take three words that do not belong together."))
    return None


def _guessable(password: str) -> bool:
    plain = password.casefold()
    if len(set(plain)) < _FEWEST or _COMMON.fullmatch(plain):
        return True
    return any(_is_run(plain, row) or _is_run(plain[::-1], row) for row in _ROWS)


def _is_run(plain: str, row: str) -> bool:
    """Neighbours on a row, such as 0123456789 or 6789012345."""
    return plain in row * (len(plain) // len(row) + 2)
