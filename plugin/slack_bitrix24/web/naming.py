"""Words in a body that say whom it concerns → addresses and e-mails. No I/O."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"[,;|\s]+")
_ID = re.compile(r"[UWSCG][A-Z0-9]{6,}")
_EMAIL = re.compile(r"[^\s@<>:/]+@[^\s@<>:/]+\.[^\s@<>:/]+")


def addresses(text: str) -> tuple[str, ...]:
    """Return each word as an address: a name of the mapping file needs no `@` here, and e-mails stay as they are."""
    return tuple(dict.fromkeys(_address(word) for word in _BETWEEN.split(text) if word))


def is_email(address: str) -> bool:
    """Tell whether it is an e-mail address."""
    return _EMAIL.fullmatch(address) is not None


def _address(word: str) -> str:
    email = word.strip("<>\"'()").removeprefix("mailto:")
    if is_email(email):
        return email
    return word if word[:1] in "@<#" or ":" in word or _ID.fullmatch(word) else f"@{word}"
