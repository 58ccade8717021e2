"""The hash of the local password: made on the command line, checked at the sign-in."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106's second choice: 64 MB of memory for each try.
_HASHER = PasswordHasher()
_ONE_AT_A_TIME = threading.Lock()
SHORTEST = 12
"""Characters of a password."""


def hashed(password: str) -> str:
    """Return the hash to be written into the configuration."""
    return _HASHER.hash(password)


def is_right(password: str, kept: str) -> bool:
    """Tell whether a password has this hash. One is checked at a time, so that many tries do not take all memory."""
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
