"""Settings of the box's upkeep: where copies of it go and when, and what the disk is kept for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from appliance.config.model import Model

_MARKS = frozenset('"\\*?[]')  # they mean something to sftp
_HOST = r"^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:]{2,45})?$"


class BackupSettings(Model):
    """Encrypted copies of the box. `recipient` is the public half of the backup key (age)."""

    recipient: str = Field(default="", pattern=r"^(age1[0-9a-z]{58})?$", description="Public backup key")
    destination: Literal["none", "usb", "sftp"] = "none"
    folder: str = Field(default="/media/usb", max_length=200, description="Where the USB stick is mounted")
    host: str = Field(default="", pattern=_HOST, description="Name or address of the SFTP server")
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(default="", pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.@-]{0,63})?$")
    path: str = Field(default="callbox", max_length=200, description="Folder on the SFTP server")
    host_key: str = Field(
        default="", pattern=r"^([a-z0-9@.-]{3,60} [A-Za-z0-9+/=]{20,2000})?$", description="Key of the server"
    )
    schedule: Literal["off", "daily", "weekly"] = "off"
    day: int = Field(default=6, ge=0, le=6, description="Day of a weekly backup; 0 is Monday")
    hour: int = Field(
        default=3, ge=0, le=23, description="Hour of a scheduled backup, in the box's time zone"
    )
    keep: int = Field(default=7, ge=1, le=100, description="Copies that are kept at the destination")
    recordings: bool = Field(default=False, description="Recordings of calls are part of it")

    @field_validator("folder")
    @classmethod
    def _whole_path(cls, value: str) -> str:
        if not value.startswith("/") or ".." in value.split("/") or not value.isprintable():
            raise ValueError("This is not the path of a folder. An example is /media/usb.")
        return value

    @field_validator("path")
    @classmethod
    def _plain_path(cls, value: str) -> str:
        if not value.isprintable() or value.startswith("-") or not value.strip("/ ") or set(value) & _MARKS:
            raise ValueError("This is not the name of a folder. An example is callbox.")
        return value


class StorageSettings(Model):
    """What the data disk is kept for."""

    recordings_percent: int = Field(
        default=60, ge=1, le=90, description="Share of the data disk recordings may use; then the oldest go"
    )
    reserve_mb: int = Field(
        default=200,
        ge=20,
        le=100_000,
        description="Kept free for records and settings: below it nothing is recorded",
    )
