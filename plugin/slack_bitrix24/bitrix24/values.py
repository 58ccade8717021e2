"""Values as a portal's JSON has them: numbers as text, too long or not finite, lists for empty objects. No I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

LONGEST = 18
"""Digits of an id, so that any database takes it."""
LATEST = 1e15
"""A moment or a number of seconds beyond it, some 30 million years, is none."""


def whole(value: object) -> int | None:
    """Return a whole number from 0 that came as such or as its digits; None for everything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**LONGEST else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= LONGEST:
        return int(value)
    return None


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object, an empty one for everything else: PHP writes an empty one as a list."""
    return value if isinstance(value, Mapping) else {}


def times(value: object) -> Mapping[str, Any]:
    """Return what an answer's `time` says, without the numbers that can be no time: they would never leave the limits.

    NaN, `1e999` and numbers of hundreds of digits are JSON to Python.
    """
    if not isinstance(value, Mapping):
        return {}
    return {str(name): one for name, one in value.items() if not isinstance(one, int | float) or _is_time(one)}


def _is_time(value: float) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or math.isfinite(value)) and 0 <= value < LATEST
