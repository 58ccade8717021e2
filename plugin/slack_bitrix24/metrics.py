"""The numbers that `/metrics` shows (Prometheus). Names and labels hold no text, no person and no secret.

Counters count since this process began; gauges about the queue are read from the store's own counters at each scrape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()

ACCEPTED = Counter("slack_bitrix24_accepted", "Notifications accepted, by way in", ["source"], registry=REGISTRY)
DELIVERED = Counter("slack_bitrix24_delivered", "Notifications that Bitrix24 has", ["portal"], registry=REGISTRY)
RETRIED = Counter("slack_bitrix24_retried", "Attempts that will be made again", ["portal"], registry=REGISTRY)
DEAD = Counter("slack_bitrix24_dead", "Notifications refused for good, by code", ["portal", "code"], registry=REGISTRY)
LIMITED = Counter(
    "slack_bitrix24_limited", "Requests that Bitrix24 refused for a limit", ["portal", "code"], registry=REGISTRY
)
UNREACHED = Counter(
    "slack_bitrix24_unreached", "Times of schedules and reminders that reached nobody", ["kind"], registry=REGISTRY
)
BATCH_SIZE = Histogram(
    "slack_bitrix24_batch_size",
    "Notifications in one request",
    ["portal"],
    buckets=(1, 2, 5, 10, 20, 30, 40, 50),
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "slack_bitrix24_request_seconds",
    "Duration of one request to Bitrix24",
    ["portal"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 65),
    registry=REGISTRY,
)
WAIT_SECONDS = Histogram(
    "slack_bitrix24_wait_seconds",
    "From acceptance to Bitrix24's answer",
    ["portal"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600),
    registry=REGISTRY,
)
BUCKET_LEVEL = Gauge(
    "slack_bitrix24_bucket_level", "Requests in the portal's leaky bucket, as modelled", ["portal"], registry=REGISTRY
)
OPERATING_SECONDS = Gauge(
    "slack_bitrix24_operating_seconds", "Method time used in ten minutes", ["portal"], registry=REGISTRY
)
LANE_UP = Gauge(
    "slack_bitrix24_lane_up",
    "1 while this node delivers for the portal, 0 while stopped",
    ["portal"],
    registry=REGISTRY,
)
COMMIT_SECONDS = Histogram(
    "slack_bitrix24_commit_seconds",
    "Duration of one durable commit, which several callers share",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5),
    registry=REGISTRY,
)
SHED = Counter(
    "slack_bitrix24_shed",
    "Requests of Slack's that waited longer than Slack does, and were not begun",
    ["way"],
    registry=REGISTRY,
)
SLACK_UP = Gauge("slack_bitrix24_slack_connections", "Open Socket Mode connections of this node", registry=REGISTRY)
REQUESTS = Counter(
    "slack_bitrix24_requests", "Requests of senders, by kind and status", ["sender", "status"], registry=REGISTRY
)
WRONG_SECRETS = Counter(
    "slack_bitrix24_wrong_secrets", "Requests with a wrong token or signature, or none", ["sender"], registry=REGISTRY
)
UNSUPPORTED = Counter(
    "slack_bitrix24_unsupported", "Parts of messages that could not be shown", ["sender"], registry=REGISTRY
)
RELOADED = Gauge(
    "slack_bitrix24_config_last_reload_successful",
    "1 if the configuration was good when it was last read, 0 while an earlier one stays in use",
    registry=REGISTRY,
)
RELOADED_AT = Gauge(
    "slack_bitrix24_config_last_reload_success_timestamp_seconds",
    "When the configuration in use was read",
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Queue:
    """A portal's queue: lengths, the age in seconds of the oldest notification that is due, whether it is stopped.

    `tags`: 1 they are kept, 0 they are not, -1 not known.
    """

    portal: str
    pending: int
    sending: int
    dead: int
    oldest: float
    stopped: bool = False
    tags: int = -1


class _Queues(Collector):
    def __init__(self, read: Callable[[], Iterable[Queue]]) -> None:
        self.read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        length = GaugeMetricFamily("slack_bitrix24_queue", "Notifications by state", labels=["portal", "state"])
        age = GaugeMetricFamily("slack_bitrix24_queue_oldest_seconds", "Age of the oldest due", labels=["portal"])
        stopped = GaugeMetricFamily("slack_bitrix24_portal_stopped", "1 while only probes go out", labels=["portal"])
        tags = GaugeMetricFamily(
            "slack_bitrix24_portal_tags", "1: tags are kept, 0: not, -1: not known", labels=["portal"]
        )
        for queue in self.read():
            length.add_metric([queue.portal, "pending"], queue.pending)
            length.add_metric([queue.portal, "sending"], queue.sending)
            length.add_metric([queue.portal, "dead"], queue.dead)
            age.add_metric([queue.portal], queue.oldest)
            stopped.add_metric([queue.portal], int(queue.stopped))
            tags.add_metric([queue.portal], queue.tags)
        yield length
        yield age
        yield stopped
        yield tags


def reloaded(*, is_good: bool) -> None:
    """Note how reading the configuration went."""
    RELOADED.set(int(is_good))
    if is_good:
        RELOADED_AT.set_to_current_time()


def observe_commit(seconds: float, _operations: int) -> None:
    """Count a commit of the store."""
    COMMIT_SECONDS.observe(seconds)


def watch_queues(read: Callable[[], Iterable[Queue]]) -> Callable[[], None]:
    """Show the queues at each scrape; return what takes them off again."""
    collector = _Queues(read)
    REGISTRY.register(collector)
    return lambda: REGISTRY.unregister(collector)


def totals() -> dict[str, int]:
    """Return how much was accepted, delivered, refused for good and is to be tried again since this process began."""
    counters = {"accepted": ACCEPTED, "delivered": DELIVERED, "to be tried again": RETRIED, "dead": DEAD}
    return {
        name: int(sum(one.value for one in next(iter(counter.collect())).samples if one.name.endswith("_total")))
        for name, counter in counters.items()
    }


WAITS = tuple(WAIT_SECONDS._upper_bounds)  # noqa: SLF001 – where it draws its bounds is told nowhere else
"""The upper bounds in seconds of what is counted as waited; the last is infinity."""


def waits() -> tuple[int, ...]:
    """Return how many waited for so long since this process began, by the bounds of WAITS, at all portals together."""
    found = [0.0] * len(WAITS)
    for sample in next(iter(WAIT_SECONDS.collect())).samples:
        if sample.name.endswith("_bucket"):
            found[WAITS.index(float(sample.labels["le"]))] += sample.value
    # The library's are cumulative.
    return tuple(int(here - before) for before, here in zip((0.0, *found), found, strict=False))


def expose() -> bytes:
    """Return everything in Prometheus' text format."""
    return generate_latest(REGISTRY)
