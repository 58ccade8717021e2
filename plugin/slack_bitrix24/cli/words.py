"""Times, texts and durations as a table shows them. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from slack_bitrix24.cli.ending import one_line

_SPANS = ((1.0, "s"), (60.0, "min"), (3600.0, "h"), (86_400.0, "days"), (float("inf"), ""))


def span(seconds: float) -> str:
    """Say how long that is, roughly: "40 s", "3 min", "26 h", "12 days"."""
    seconds = max(0.0, seconds)
    for (unit, name), (next_unit, _) in pairwise(_SPANS):
        # Twice the next unit before it is used: "90 min" tells more than "1 h".
        if seconds < 2 * next_unit:
            return f"{int(seconds // unit)} {name}"
    raise AssertionError  # pragma: no cover – the last unit has no end


def cut(text: str, length: int = 60) -> str:
    """Return the beginning of a text as one line."""
    line = one_line(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"


def moment(at: float | None, zone: tzinfo | None = None) -> str | None:
    """Write a time as ISO 8601 to the second, in a zone (UTC where none is given); None stays None."""
    return None if at is None else datetime.fromtimestamp(at, zone or UTC).isoformat(timespec="seconds")
