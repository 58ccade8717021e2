"""A PostgreSQL that takes what we send and says nothing: a stopped process, a proxy that swallows bytes.

TCP knows nothing of it (its acknowledgements come from the kernel), and the server's own time-outs can't fire. So each
wait for the server has an end here; the connection is closed at it, and the next one may do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

# Private, because psycopg 3.3 has no public name for the end of a wait.
from psycopg.errors import _WaitTimeout

from slack_bitrix24.store import deadline

T = TypeVar("T")


def connector(patience: float | None) -> Callable[..., psycopg.Connection[Any]]:
    """Return what opens connections that are given up after so many seconds of silence, or at the caller's deadline."""

    class Impatient(psycopg.Connection[Any]):
        def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
            ends = [each for each in (patience, deadline.left(), timeout) if each is not None]
            try:
                return super().wait(gen, interval, min(ends, default=None))
            except _WaitTimeout:
                if timeout is not None and timeout <= min(ends, default=timeout):
                    raise  # the driver's own, which knows what to do
                # Kept open, it would take the late answer for the next question's.
                self.pgconn.finish()
                raise psycopg.OperationalError("the server does not answer") from None

    return Impatient.connect
