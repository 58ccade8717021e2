"""What a clock that was ahead for a moment leaves behind: times that lie beyond what a rule gives from now. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime

from slack_bitrix24 import when
from slack_bitrix24.errors import PhraseError
from slack_bitrix24.store import Schedule


def mended(schedule: Schedule, now: float) -> float | None:
    """Return when a schedule is due by its rule, where that is sooner than its row says; None where the row is right.

    A time that was sent while the clock was ahead is not owed anew: its key is the same.
    """
    if schedule.next_at is None or schedule.next_at <= now:
        return None
    try:
        following = when.next_after(when.load(schedule.rule), datetime.fromtimestamp(now, UTC))
    except (ValueError, KeyError, PhraseError):  # a row that can't be read is told of when it fires
        return None
    return following.timestamp() if following is not None and following.timestamp() < schedule.next_at else None


class Watched:
    """Remembers which rows were right, so that a tick does not reckon each rule anew.

    A row that was right at one moment is right until it fires, unless the clock goes back to before that moment.
    """

    def __init__(self) -> None:
        self._right: dict[int, tuple[str, float | None, float]] = {}

    def wrong(self, schedules: list[Schedule], now: float) -> list[tuple[Schedule, float]]:
        """Return those that wait for a time beyond their rule's, with the rule's."""
        found, right = [], {}
        for schedule in schedules:
            known = self._right.get(schedule.id)
            if known is not None and known[:2] == (schedule.rule, schedule.next_at) and known[2] <= now:
                right[schedule.id] = known
            elif (at := mended(schedule, now)) is not None:
                found.append((schedule, at))
            else:
                right[schedule.id] = (schedule.rule, schedule.next_at, now)
        self._right = right
        return found
