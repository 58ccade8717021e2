"""What one answer of Bitrix24 means for one notification: delivered, again, or never. No I/O.

Repeats: 1 s, 2 s, 4 s … up to 15 minutes apart, for 24 hours of attempts that count (103 of them), then dead. An
attempt does not count where the refusal says nothing about the notification: the bucket was full, nobody could be
reached, the portal is stopped.
"""

from __future__ import annotations

from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Dead, Delivered, Outcome, Retry, Stored

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 900.0
GIVE_UP_AFTER = 86_400.0


def pause(attempts: int) -> float:
    """Return the seconds between the attempt of this number (from 1) and the next, before jitter."""
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
    """Return the outcome of an attempt; `result` is what the method returned, or the error.

    `jitter` is from -1 to 1: repeats move by up to a fifth, so that many do not come back together.
    """
    if not isinstance(result, Bitrix24Error):
        return _success(result, stored)
    if result.verdict is Verdict.DEAD:
        return Dead(error=str(result), code=result.code)
    if result.verdict is Verdict.PORTAL:
        return Retry(at=now, error=str(result), code=result.code, counts=False)
    unknown = result.verdict is Verdict.UNKNOWN
    if unknown and stored.attempts >= MOST_ATTEMPTS:
        return Dead(error=f"given up after 24 hours: {result}", code=result.code)
    wait = max(result.retry_after, pause(max(1, stored.attempts)) * (1 + 0.2 * jitter))
    return Retry(at=now + wait, error=str(result), code=result.code, ambiguous=unknown, counts=unknown)


def _success(result: object, stored: Stored) -> Outcome:
    if stored.notification.kind == "delete":
        return Delivered(0)  # false says that there was nothing to delete: the wish is fulfilled
    if isinstance(result, bool) or not str(result).isdigit() or int(str(result)) == 0:
        # https://apidocs.bitrix24.com/api-reference/chats/notifications/ : result may be false, reasons not documented
        return Dead(error=f"Bitrix24 did not create the notification (result: {str(result).lower()[:40]})")
    return Delivered(int(str(result)))


def concerns_portal(error: Bitrix24Error) -> bool:
    """Tell whether every other call of the portal would be refused too."""
    return error.verdict is Verdict.PORTAL


def lane_pause(failures: int) -> float:
    """Return how long a lane rests after so many requests in a row went wrong as a whole, in seconds.

    One or two lost answers are the day's weather; from the third on the portal is taken to be away.
    """
    return 0.0 if failures < 3 else min(30.0, 2.0 ** (failures - 3))


def probe_pause(stops: int) -> float:
    """Return how long a stopped lane waits before it tries one notification again: 5 s, 10 s … up to 5 minutes."""
    return min(300.0, 5.0 * 2.0 ** min(stops, 10))
