"""What every part of the settings is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Unknown names are errors: a typo never passes quietly."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)
