"""Who goes next: start-time fair queueing, 50 to a request. No I/O.

Each submission is spread out as if it had the portal to itself: its n-th notification ranks where the request that
would carry it would have ended, counted from where the order has come by now (`served`). So a lone notification ranks a
fiftieth of a request behind the head, before the first request of any broadcast, and two broadcasts alternate.

The place that the order has come to never passes what is still to go: it is one request before the greatest rank that
went out, and no broadcast's request ranks less than one behind that. Hence whoever comes alone is not held up by any
number of broadcasts. (P. Goyal, H. Vin, H. Cheng, "Start-time Fair Queueing", SIGCOMM 1996, is where the idea is from.)

A priority divides or multiplies the distance by eight, so it is a share, not a bar: high, normal and low together get
64 : 8 : 1 requests. And one request in twenty is for those that have waited longest, so that nobody waits for ever
however much comes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slack_bitrix24.model import Priority

REQUEST: Final = 50
"""Notifications in one request (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html)."""

DISTANCE: Final[dict[Priority, int]] = {"high": 1, "normal": 8, "low": 64}
"""How much of the order one notification takes. Whole numbers: both databases compare them exactly."""

STRIDE: Final = REQUEST * DISTANCE["normal"]
"""What a full request of usual notifications takes of the order."""

AGED: Final = 600.0
"""Seconds after which what still waits has a turn of its own."""

TURN: Final = 20
"""So many requests, and one of them is for those that have waited longest, where one has waited for so long."""


def ranks(count: int, *, priority: Priority = "normal", before: int = 0) -> Iterator[int]:
    """Return how far behind `served` each of so many ranks; `before` more came earlier (a broadcast in portions)."""
    total = before + count
    for n in range(before, total):
        end = min(total, (n // REQUEST + 1) * REQUEST)
        yield end * DISTANCE[priority]


def come_to(served: int, rank: int) -> int:
    """Return how far the order has come once this rank has gone out."""
    return max(served, rank - STRIDE)


def back(rank: int, *, served: int) -> int:
    """Return how far behind the head comes in again what had been in hand with this rank."""
    return max(0, rank - served)


def is_turn_of_age(claims: int, oldest_at: float | None, *, now: float) -> bool:
    """Tell whether the request of this number goes by age; `oldest_at`: when what waits longest was accepted."""
    return claims % TURN == 0 and oldest_at is not None and now - oldest_at > AGED
