"""What every part of the settings is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Unknown names are errors: a typo never passes quietly.

    What checks a part alone is built when a part alone is checked: the whole has its own.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True, defer_build=True)
