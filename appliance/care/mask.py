"""Text without secrets and telephone numbers, for whoever helps from outside.

Two nets: every run of four digits or more is masked however it is spaced, and whatever the settings call a
secret or a number is masked wherever it stands and however it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: A digit, and more of them with at most two characters people put between digits.
_RUN = re.compile(r"\d(?:[\s.()/\-]{0,2}\d){3,}")
_SECRETS = frozenset({"pin", "password", "secret", "pin_hash", "admin_hash"})
#: Numbers and what leads to them. Emergency numbers are everybody's.
_NUMBERS = frozenset({"user", "sender", "email"})
#: Settings whose digits say nothing of a person.
_PLAIN = frozenset(
    {
        "schema_version", "kind", "name", "family", "flow", "country", "language", "timezone", "transport",
        "strategy", "music", "start", "end", "upload", "emergency_numbers", "destination", "schedule",
        "port", "audio_port", "alsa_device", "queues", "target", "extension", "handset", "id", "trunk_group",
        "outside_prefix",
    }
)  # fmt: skip
MASK = "…"


def without_numbers(text: str) -> str:
    """The text with each digit of a longer run replaced by #."""
    return _RUN.sub(lambda found: re.sub(r"\d", "#", found.group()), text)


def known_secrets(settings: Mapping[str, Any]) -> set[str]:
    """Every secret and user name in plain settings."""
    return {value for value in _found(settings, _SECRETS | _NUMBERS) if value}


def shown_settings(settings: Any) -> Any:
    """Plain settings as they may be shown: secrets gone, numbers in texts masked."""
    if isinstance(settings, Mapping):
        return {key: _shown(str(key), value) for key, value in settings.items()}
    if isinstance(settings, list):
        return [shown_settings(item) for item in settings]
    return without_numbers(settings) if isinstance(settings, str) else settings


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text without these secrets, longest first; spaces and dashes do not hide one."""
    for secret in sorted((one for one in secrets if len(one) >= 3), key=len, reverse=True):
        text = re.sub(_spaced(secret), MASK, text, flags=re.IGNORECASE)
    return text


def _spaced(secret: str) -> str:
    if secret.lstrip("+").isdigit():
        return r"[\s.()/\-]{0,2}".join(re.escape(digit) for digit in secret.lstrip("+"))
    return re.escape(secret)


def _shown(key: str, value: Any) -> Any:
    if key in _SECRETS | _NUMBERS:
        return MASK if value else value
    return value if key in _PLAIN and not isinstance(value, Mapping) else shown_settings(value)


def _found(value: Any, keys: frozenset[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in keys and isinstance(inner, str):
                yield inner
            else:
                yield from _found(inner, keys)
    elif isinstance(value, list):
        for inner in value:
            yield from _found(inner, keys)
