"""Gets envelopes to the app: which connection, was it acknowledged in time, again when.

https://docs.slack.dev/apis/events-api and https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from slack_bitrix24.sandbox.workspace.faults import Faults
from slack_bitrix24.sandbox.workspace.feed import Feed
from slack_bitrix24.sandbox.workspace.people import JSON
from slack_bitrix24.sandbox.workspace.timers import Timers

ACK_TIMEOUT = 3.0  # seconds: https://docs.slack.dev/apis/events-api#responding
RETRY_DELAYS = (0.0, 60.0, 300.0)  # seconds after a failed attempt: https://docs.slack.dev/apis/events-api#retries
KEPT = 2000  # deliveries that can be looked at afterwards


class Route(Protocol):
    """A way to the app."""

    name: str

    def send(self, envelope: JSON) -> bool:
        """Start sending; False when that is known not to work. The acknowledgement comes through the courier."""


@dataclass(slots=True)
class Attempt:
    """One try at delivering. `reason` is why it failed, empty while it may still succeed or when it did."""

    envelope_id: str
    route: str
    at: float
    reason: str = ""


@dataclass(slots=True)
class Delivery:
    """One payload on its way to the app."""

    kind: str
    payload: JSON
    retried: bool
    answer: Callable[[JSON], None] | None = None
    attempts: list[Attempt] = field(default_factory=list)
    acked: bool = False
    ms: float | None = None
    response: JSON | None = None
    failed: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def as_json(self) -> JSON:
        """Return what the control interface shows."""
        return {
            "kind": self.kind,
            "type": (self.payload.get("event") or self.payload).get("type") or self.payload.get("command"),
            "event_id": self.payload.get("event_id"),
            "acked": self.acked,
            "ms": self.ms,
            "failed": self.failed,
            "response": self.response,
            "attempts": [{"route": a.route, "reason": a.reason} for a in self.attempts],
            "payload": self.payload,
        }


class Courier:
    """Every payload to exactly one route, acknowledged within 3 s or failed; events are tried again."""

    def __init__(
        self,
        faults: Faults,
        feed: Feed,
        *,
        ack_timeout: float = ACK_TIMEOUT,
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self.ack_timeout = ack_timeout
        self.retry_delays = tuple(retry_delays)
        self.deliveries: list[Delivery] = []
        self.routes: list[Route] = []
        self.timers = Timers()
        self._faults = faults
        self._feed = feed
        self._lock = threading.RLock()
        self._waiting: dict[str, tuple[Delivery, Attempt]] = {}
        self._turn = 0

    def add_route(self, route: Route) -> None:
        """Let payloads go this way too."""
        with self._lock:
            self.routes.append(route)
        self._feed.publish("connections", count=len(self.routes))

    def remove_route(self, route: Route) -> None:
        """Let no more payloads go this way."""
        with self._lock:
            if route in self.routes:
                self.routes.remove(route)
        self._feed.publish("connections", count=len(self.routes))

    def send(self, delivery: Delivery) -> Delivery:
        """Start delivering; `delivery.done` is set when it is acknowledged or given up."""
        with self._lock:
            self.deliveries.append(delivery)
            del self.deliveries[:-KEPT]
        self._try(delivery)
        if delivery.retried and self._faults.take("duplicate"):
            self._try(delivery, duplicate=True)
        return delivery

    def _try(self, delivery: Delivery, *, duplicate: bool = False) -> None:
        number = 0 if duplicate else len(delivery.attempts)
        route = self._next_route()
        attempt = Attempt(str(uuid.uuid4()), route.name if route else "", time.monotonic())
        envelope = {
            "envelope_id": attempt.envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": not delivery.retried,
        }
        if delivery.retried:
            envelope |= {"retry_attempt": number, "retry_reason": "timeout" if number else ""}
        with self._lock:
            delivery.attempts.append(attempt)
            self._waiting[attempt.envelope_id] = (delivery, attempt)
        if route is None:
            self.fail(attempt.envelope_id, "connection_failed")
        # Lost on its way, it was sent as far as Slack knows: nothing but the time tells.
        elif self._faults.take("lose") or route.send(envelope):
            self.timers.after(self.ack_timeout, lambda: self.fail(attempt.envelope_id, "timeout"))
        else:
            self.fail(attempt.envelope_id, "connection_failed")

    def _next_route(self) -> Route | None:
        with self._lock:
            self._turn += 1
            return self.routes[self._turn % len(self.routes)] if self.routes else None

    def acknowledge(self, envelope_id: str, payload: JSON | None) -> None:
        """Take the app's acknowledgement; one that is late, or of nothing that was sent, changes nothing."""
        if envelope_id in self._waiting and self._faults.take("ignore_acks"):
            return
        with self._lock:
            delivery, attempt = self._waiting.pop(envelope_id, (None, None))
            if delivery is None or attempt is None or delivery.acked:
                return
            delivery.acked = True
            delivery.ms = round((time.monotonic() - attempt.at) * 1000, 3)
            delivery.response = payload
        if delivery.answer is not None:
            delivery.answer(payload or {})
        self._finish(delivery)

    def fail(self, envelope_id: str, reason: str, *, final: bool = False) -> None:
        """Take note that an attempt came to nothing; `final` when the app asked for no more of them."""
        with self._lock:
            delivery, attempt = self._waiting.pop(envelope_id, (None, None))
            if delivery is None or attempt is None or delivery.acked:
                return
            attempt.reason = reason
            retries = len(delivery.attempts) - 1
        if delivery.retried and not final and retries < len(self.retry_delays):
            self.timers.after(self.retry_delays[retries], lambda: self._try(delivery))
            return
        delivery.failed = "operation_timeout" if reason == "timeout" else "dispatch_failed"
        self._finish(delivery)

    def _finish(self, delivery: Delivery) -> None:
        delivery.done.set()
        self._feed.publish("delivery", type=delivery.kind, acked=delivery.acked, ms=delivery.ms, failed=delivery.failed)
