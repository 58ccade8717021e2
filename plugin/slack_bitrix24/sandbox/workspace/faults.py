"""Faults on demand: what goes wrong next, and how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(slots=True)
class Fault:
    """Something that goes wrong the next `times` times.

    kind: `status` (an HTTP status with an HTML body), `error` (Slack's error word), `ratelimited` (429, `seconds` in
    Retry-After), `slow` (the answer takes `seconds` longer): these concern a Web API `method`, "*" for any, or
    "response_url". `ignore_acks` (an acknowledgement is not heard), `duplicate` (an event comes twice), `lose` (an
    envelope is not sent at all): these concern deliveries.
    """

    kind: str
    times: int = 1
    method: str = "*"
    status: int = 500
    error: str = "internal_error"
    seconds: float = 1.0


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Ask for a fault."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._faults.clear()

    def take(self, *kinds: str, method: str = "*") -> Fault | None:
        """Return the next fault of these kinds for this method, counting it as happened."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in kinds and fault.method in {"*", method}:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None
