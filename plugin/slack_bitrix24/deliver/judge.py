"""What one answer of Bitrix24 means for one notification: delivered, again, or never. No I/O.

Repeats come 1 s, 2 s, 4 s … up to 15 minutes after one another, 106 attempts within 24 hours, then the notification is
dead. An attempt does not count where the refusal says nothing about the notification: a limit was reached, nobody
could be reached, the portal is stopped.
"""

from __future__ import annotations

from slack_bitrix24.bitrix24.codes import OWN
from slack_bitrix24.bitrix24.values import whole
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Dead, Delivered, Outcome, Retry, Stored

FIRST_PAUSE = 1.0
"""Seconds between the first attempt and the second."""
LONGEST_PAUSE = 900.0
"""Seconds between two attempts, at most."""
GIVE_UP_AFTER = 86_400.0
"""Seconds of pauses after which a notification is dead."""


def pause(attempts: int) -> float:
    """Return the seconds between the attempt of this number (from 1) and the next, before jitter."""
    # The power is bounded, because a float's overflows from 2 ** 1024 on.
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))


def attempts_allowed() -> int:
    """Return how many attempts fit into the time after which a notification is given up."""
    spent, attempts = 0.0, 1
    while spent < GIVE_UP_AFTER:
        spent += pause(attempts)
        attempts += 1
    return attempts


MOST_ATTEMPTS = attempts_allowed()


def judge(result: object, stored: Stored, *, now: float, jitter: float = 0.0) -> Outcome:
    """Return the outcome of an attempt; `result` is what the method returned, or the error of this very call.

    `jitter` is from -1 to 1: repeats move by up to a fifth, so that many do not come back together.
    """
    if not isinstance(result, Bitrix24Error):
        return _success(result, stored)
    if result.verdict is Verdict.DEAD:
        return Dead(error=result.description if result.code in OWN else str(result), code=result.code)
    # Not AGAIN: a limit or an address that can't be reached says nothing about the notification.
    counts = result.verdict is not Verdict.AGAIN
    if counts and stored.attempts >= MOST_ATTEMPTS:
        return Dead(error=f"given up after 24 hours: {result}", code=result.code)
    wait = max(result.retry_after, pause(max(1, stored.attempts)) * (1 + 0.2 * jitter))
    if result.alone:
        return Retry(at=now, error=str(result), code=result.code, counts=False, alone=True)
    ambiguous = result.verdict is Verdict.UNKNOWN
    return Retry(at=now + wait, error=str(result), code=result.code, ambiguous=ambiguous, counts=counts)


def keep(error: Bitrix24Error, *, now: float) -> Outcome:
    """Return the outcome where the portal as a whole is in trouble: it goes out once the lane starts again."""
    ambiguous = error.verdict is Verdict.UNKNOWN
    return Retry(at=now, error=str(error), code=error.code, ambiguous=ambiguous, counts=False)


def part(error: Bitrix24Error, *, now: float, jitter: float = 0.0) -> Outcome:
    """Return the outcome where a batch failed, maybe for what it carried: it goes out in halves, in the end each alone.

    The pause does not grow: after six such rounds the one that the others suffer from is alone.
    """
    at = now + FIRST_PAUSE * (1 + 0.2 * jitter)
    return Retry(at=at, error=str(error), code=error.code, ambiguous=True)


def _success(result: object, stored: Stored) -> Outcome:
    if stored.notification.kind == "delete":
        return Delivered(0)  # false says that there was nothing to delete: the wish is fulfilled
    number = whole(result)
    if not number:
        # https://apidocs.bitrix24.com/api-reference/chats/notifications/ : result may be false, reasons not documented
        return Dead(error=f"Bitrix24 did not create the notification (result: {str(result).lower()[:40]})")
    return Delivered(number)
