"""What no database stores as text. No I/O."""

from __future__ import annotations


def clean(text: str) -> str:
    """Replace NUL and halves of surrogate pairs, both of which JSON from outside may hold."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
