"""What can go wrong with a backup, each said in one sentence."""

from __future__ import annotations

from appliance.contract.errors import CallboxError


class CareError(CallboxError):
    """A backup, a restore or a clean-up that could not be done."""


class DamagedBackupError(CareError):
    """The file is not what a Callbox wrote, or was cut or changed since."""


class WrongKeyError(CareError):
    """The backup key does not open this backup."""


DAMAGED = "This backup is damaged: {0}. Nothing was changed; try another copy."
WRONG_KEY = "This backup key does not open this backup. Nothing was changed."
NO_BACKUP = "This file is no backup of a Callbox."
NO_KEY = (
    "This is no backup key: it begins with AGE-SECRET-KEY-1 and has 74 characters; a typing error is noticed."
)


def damaged(why: str) -> DamagedBackupError:
    """The error for a backup that is not whole."""
    return DamagedBackupError(DAMAGED.format(why))
