"""From the commit to Bitrix24, through store and lanes, beside what the limits allow and a bare client in the same run.

The sandbox portal runs in a process of its own and keeps the documented bucket.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.portal import PortalProcess, optimum
from slack_bitrix24.bitrix24.auth import Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.sandbox.portal import Portal as Sandbox
from slack_bitrix24.sandbox.portal import app
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import Store, Submission, Transaction, is_gone, open_store

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from postgres import Cluster, programs
from waiting import until

STANDARD = (50.0, 2.0)
SMALL = (4.0, 0.5)
"""Requests at once and a second: fifty small portals are served on one machine, in seconds instead of minutes."""
MARGIN = 2.0
"""Requests of the bucket that the lane leaves free; the optimum is what is possible without them."""
BATCH = 50
SLEEPER = Path(__file__).parent.parent / "tests" / "deliver" / "sleeper.py"


def run(*, quick: bool = False) -> None:
    """Print the table."""
    print(f"{'what':62} {'result':>34}  target")
    with tempfile.TemporaryDirectory() as name, server(Path(name)) as cluster:
        folder = Path(name)
        folder.chmod(0o711)
        idle(folder, cluster, count=20 if quick else 200)
        one_portal(folder, 3_000 if quick else 10_000)
        if cluster:
            many_portals(cluster, portals=10 if quick else 50, each=200 if quick else 400)
        memory(folder, 20_000 if quick else 1_000_000)


def row(what: str, told: str, target: str = "") -> None:
    print(f"{what:62} {told:>34}  {target}", flush=True)


def notification(number: int, portal: str = "main") -> Notification:
    mark = os.urandom(12).hex()
    return Notification(
        key=mark,
        recipient=Recipient(portal, number % 5000 + 1),
        message="[B]Firing[/B]: disk of host-17 is 93 % full " + "x" * 200,
        tag=f"{mark}|U{number % 5000 + 1}",
    )


def fill(store: Store, count: int, portal: str = "main") -> list[int]:
    ids = []
    for first in range(0, count, 1_000):
        made = [notification(first + each, portal) for each in range(min(1_000, count - first))]
        ids += [one.id for one in store.accept(Submission(made))]
    return ids


@contextmanager
def server(folder: Path) -> Iterator[Cluster | None]:
    found = programs()
    if not found:
        print("PostgreSQL: no server programs here")
        yield None
        return
    folder.chmod(0o711)
    home = folder / "postgres"
    home.mkdir()
    cluster = Cluster(home, found)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def node(store: Store, webhook: str, bucket: tuple[float, float]) -> Iterator[Node]:
    """Run a node in this process."""
    with Client(Webhook(webhook, "bench"), connections=8) as client:
        made = {"main": Portal(client, Limits.of_bucket(*bucket, now=store.now()))}
        running = Node(
            made,
            store=store,
            owner=f"bench:{os.getpid()}:{id(made)}",
            gone=is_gone,
            on_stop=print,
            on_record=lambda: None,
        )
        running.start()
        try:
            yield running
        finally:
            running.stop()


def idle(folder: Path, cluster: Cluster | None, *, count: int) -> None:
    """From the commit to the request's arrival at an idle lane; the portal is in this process, for one clock."""
    portal = Sandbox(plan="off")
    with Server(app(portal)) as served:
        webhook = portal.webhook_url(served.url)
        with Client(Webhook(webhook, "bench")) as client:
            times = []
            for number in range(count):
                began = time.time()
                client.call(Call("im.notify.personal.add", {"USER_ID": number + 1, "MESSAGE": "x"}))
                times.append(portal.store.sent[-1].date - began)
            row("baseline: one bare call until it is executed", quantiles(times))
        urls = {"SQLite": f"sqlite:///{folder / 'idle.db'}"}
        if cluster:
            urls["PostgreSQL"] = cluster.database()
        for kind, url in urls.items():
            with opened(url) as store, opened(url) as other, node(store, webhook, (1e6, 1e6)):
                row(f"idle lane, commit to execution, {kind}", quantiles(lags(portal, store, count)), "p50 < 10 ms")
                if store.is_shared:
                    told = quantiles(lags(portal, other, count))
                    row("idle lane, commit on another node, PostgreSQL", told, "p50 < 50 ms")


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def lags(portal: Sandbox, store: Store, count: int) -> list[float]:
    times = []
    for number in range(-1, count):  # the first finds the lane
        before = len(portal.store.sent)
        store.accept(Submission([notification(number)]))
        committed = time.time()
        until(lambda before=before: len(portal.store.sent) > before, timeout=30)
        if number >= 0:
            times.append(portal.store.sent[-1].date - committed)
        until(lambda: all_delivered(store))
    return times


def quantiles(times: list[float]) -> str:
    cut = statistics.quantiles(times, n=100, method="inclusive")
    return f"p50 {cut[49] * 1000:.1f} ms, p99 {cut[98] * 1000:.1f} ms"


def one_portal(folder: Path, count: int) -> None:
    """So many over one portal with the documented bucket, through the store."""
    with PortalProcess("--plan", "standard") as portal, opened(f"sqlite:///{folder / 'one.db'}") as store:
        fill(store, count)
        best = optimum(count, plan=(STANDARD[0] - MARGIN - 1, STANDARD[1]))
        began = time.monotonic()
        with node(store, portal.url, STANDARD):
            until(lambda: all_delivered(store), timeout=300)
            took = time.monotonic() - began
        stats = portal.stats()
        told = f"{took:.1f} s = {best / took:.3f} of the optimum, {sum(stats['refused'].values())} refused"
        row(f"{count:,} over one portal, SQLite; optimum {best:.1f} s", told, ">= 0.95")


def all_delivered(store: Store) -> bool:
    counts = store.read(lambda tx: tx.outbox.counts())
    return bool(counts) and not any(count.pending + count.sending + count.dead for count in counts.values())


def many_portals(cluster: Cluster, *, portals: int, each: int) -> None:
    """Many portals at once on PostgreSQL, two nodes in processes of their own."""
    names = [f"p{number}" for number in range(portals)]
    url = cluster.database()
    best = optimum(each, plan=(SMALL[0] - MARGIN - 1, SMALL[1]))
    with opened(url) as store, PortalProcess("--plan", "off") as portal, ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(process(url, portal.url, names, plan=SMALL))
        until(lambda: sorted(held(store).values()) == [portals // 2] * 2, timeout=30)
        for name in names:
            fill(store, each, name)
        until(lambda: all_delivered(store), timeout=120)
        took = sorted(best / (end - start) for start, end in store.read(spans))
        told = f"worst {took[0]:.2f}, median {statistics.median(took):.2f}"
        row(f"{portals} portals x {each}, 2 nodes, PostgreSQL; optimum {best:.1f} s", told, "each >= 0.9")
        assert portal.seen_twice() == 0


def held(store: Store) -> Counter[str]:
    return Counter(lane.owner for lane in store.read(lambda tx: tx.lanes.states()) if lane.owner)


def spans(tx: Transaction) -> list[tuple[float, float]]:
    """Return each portal's first claim and last outcome."""
    query = (
        "SELECT min(outcomes.sent_at), max(outcomes.finished_at) FROM outcomes JOIN outbox ON outbox.id = outcomes.id "
        "JOIN texts ON texts.id = outbox.text_id GROUP BY texts.portal"
    )
    return [tuple(found) for found in tx.connection.exec_driver_sql(query)]


@contextmanager
def process(
    url: str, webhook: str, portals: Sequence[str], *, plan: tuple[float, float]
) -> Iterator[subprocess.Popen[str]]:
    """Run a node in a process of its own."""
    arguments = [url, webhook, ",".join(portals), "15", "here", "6", f"{plan[0]},{plan[1]}"]
    with subprocess.Popen([sys.executable, SLEEPER, *arguments], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "running\n"
        try:
            yield one
        finally:
            one.send_signal(signal.SIGTERM)
            one.wait(20)


def memory(folder: Path, many: int) -> None:
    """The memory of `run` while it works through few and through many."""
    found = {}
    for count in (1_000, many):
        database = folder / f"memory{count}.db"
        settings = folder / f"memory{count}.toml"
        with PortalProcess("--plan", "standard") as portal, opened(f"sqlite:///{database}") as store:
            fill(store, 1)
            multiply(store, count)
            settings.write_text(
                f'database = "sqlite:///{database}"\n[portals.main]\nwebhook_url = "{portal.url}"\n'
                f'[mapping]\nfile = "{mapping(folder)}"\n[web]\nport = 0\n'
            )
            command = [sys.executable, "-m", "slack_bitrix24", "run", "--config", str(settings)]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as one:
                wanted = min(45, count // BATCH)
                until(lambda portal=portal, wanted=wanted: portal.stats()["requests"] >= wanted, timeout=60)
                found[count] = resident(one.pid)
                one.send_signal(signal.SIGTERM)
                one.wait(20)
    few = found[1_000]
    row("memory of `run` with 1,000 pending", f"{few:.0f} MB")
    told = f"{found[many]:.0f} MB = x {found[many] / few:.2f}"
    row(f"memory of `run` with {many:,} pending", told, "< 200 MB, <= x 1.2")


def mapping(folder: Path) -> Path:
    path = folder / "mapping.yaml"
    path.write_text("users:\n  U024BE7LH: 10\n")
    return path


def multiply(store: Store, count: int) -> None:
    """Make so many of the first row, and the counters right."""

    def write(tx: Transaction) -> None:
        for statement in _MULTIPLY:
            tx.connection.exec_driver_sql(statement, (count,))

    store.write(write)


_MULTIPLY = (
    """
WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO outbox (id, key, text_id, user_id, tag) SELECT i, 'k' || i, text_id, user_id, 't' || i || '|U1'
FROM outbox, n WHERE id = 1
""",
    "UPDATE texts SET last_id = ?",
    """
INSERT INTO queue (portal, rank, id, tag) SELECT portal, (outbox.id / 50 + 1) * 400, outbox.id, outbox.tag
FROM outbox JOIN texts ON texts.id = text_id WHERE outbox.id BETWEEN 2 AND ?
""",
    "UPDATE counts SET n = ? WHERE state = 'pending'",
)


def resident(pid: int) -> float:
    """Return the megabytes that are its own."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    run(quick="--quick" in sys.argv)
