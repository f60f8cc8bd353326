"""Hashes of what people key in: agents' PINs and the admin's password. argon2id, RFC 9106."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest argon2id setting: 19 MiB, two passes, one lane. On a Pi 4 it takes about 0.1 s, and
# even with several logins at once it leaves the audio its memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16)
# What callers key: 4 to 8 digits are guessed from any hash, so an import of thousands need not take minutes.
_CALLERS = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1, hash_len=32, salt_len=16)

# Without the letters and digits people mix up when they read a password from a screen.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_secret(secret: str) -> str:
    """The argon2id hash of a PIN or password, in PHC string form with its parameters and salt."""
    return _HASHER.hash(secret)


def hash_caller_pin(pin: str) -> str:
    """The argon2id hash of a customer's PIN, cheaper than an agent's; `verify` takes both."""
    return _CALLERS.hash(pin)


def verify(hashed: str, secret: str) -> bool:
    """True when `secret` is the one that was hashed; False for another one, and for no or a broken hash."""
    try:
        return _HASHER.verify(hashed, secret)
    except (VerificationError, InvalidHashError):
        return False


def new_pin(digits: int = 4) -> str:
    """A PIN of so many digits that nobody chose."""
    return "".join(secrets.choice("0123456789") for _ in range(digits))


def new_password(length: int = 14) -> str:
    """A password for the first login, easy to copy from a screen (about 69 bits at 14)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
