"""How long a caller of the store can wait: set where somebody waits for an answer, obeyed by all that is called."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_END: ContextVar[float | None] = ContextVar("store_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let everything that this thread asks of the store end within so many seconds, with a StoreError if need be.

    Within another deadline the earlier one holds.
    """
    outer, end = _END.get(), time.monotonic() + seconds
    token = _END.set(end if outer is None else min(outer, end))
    try:
        yield
    finally:
        _END.reset(token)


def left() -> float | None:
    """Return the seconds that are left, 0 when it is over; None where nobody waits."""
    end = _END.get()
    return None if end is None else max(0.0, end - time.monotonic())
