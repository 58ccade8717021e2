"""How fast the store accepts, claims and records, beside raw drivers and fsync on the same disk in the same run."""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from slack_bitrix24.model import Delivered, Notification, Receipt, Recipient, State
from slack_bitrix24.store import Count, Store, Submission, Transaction, open_store
from slack_bitrix24.store.queue.packing import pack

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from postgres import Cluster, programs

CALLERS = 64
RESPONSE = Receipt(
    "response_url", {"url": "https://hooks.slack.example/commands/T0/1/abc"}, names={"bitrix24:main/1": "Anna"}
)


def run(*, quick: bool = False) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        print(f"fsync of one page: {fsyncs(folder, quick=quick):,.0f}/s")
        one_kind("SQLite", f"sqlite:///{folder / 'store.db'}", raw_sqlite(folder, quick=quick), quick=quick)
        with server(folder) as cluster:
            if cluster:
                baseline = raw_postgresql(cluster.database(), quick=quick)
                one_kind("PostgreSQL", cluster.database(), baseline, quick=quick)


def one_kind(name: str, url: str, baseline: float, *, quick: bool) -> None:
    print(f"\n{name}: baseline, one row a commit, bare driver, one caller: {baseline:,.0f}/s")
    store = open_store(url)
    try:
        for receipts in (False, True):
            rate, times = accepting(store, each=20 if quick else 150, receipts=receipts)
            print(
                f"  accept, {CALLERS} callers{', each with a receipt' if receipts else '':22} {rate:8,.0f}/s ="
                f" {rate / baseline:4.1f} x baseline, p50 {ms(times, 50):5.1f} ms, p99 {ms(times, 99):5.1f} ms"
            )
        for pending in (1_000, 10_000) if quick else (1_000, 100_000, 1_000_000):
            fill(store, pending)
            draining(store, rounds=5)
            rate, claims, records = draining(store, rounds=10 if quick else 100)
            counts = timed(lambda: store.read(lambda tx: tx.outbox.counts()), 20)
            print(
                f"  claim 50 + record 50 of {pending:9,} pending   {rate:8,.0f}/s, claim p50 {ms(claims, 50):4.1f}"
                f" p99 {ms(claims, 99):5.1f} ms, record p50 {ms(records, 50):4.1f} p99 {ms(records, 99):5.1f} ms,"
                f" counts p50 {ms(counts, 50):.1f} ms"
            )
    finally:
        store.close()


def notification(number: int, portal: str = "main") -> Notification:
    mark = os.urandom(16).hex()
    return Notification(
        key=mark,
        recipient=Recipient(portal, number % 5000 + 1),
        message="[B]Firing[/B]: disk of host-17 is 93 % full " + "x" * 200,
        message_out="Firing: disk of host-17 is 93 % full",
        tag=f"{mark}|U{number % 5000 + 1}",
        sub_tag=mark,
        source="relay:alerts",
        author=f"U{number % 300}",
    )


def accepting(store: Store, *, each: int, receipts: bool) -> tuple[float, list[float]]:
    """Return notifications a second, and each call's seconds."""
    times: list[float] = []
    start = threading.Barrier(CALLERS + 1)

    def caller(number: int) -> None:
        work = [Submission([notification(number)], RESPONSE if receipts else None) for _ in range(each)]
        mine = []
        start.wait()
        for one in work:
            begun = time.perf_counter()
            store.accept(one)
            mine.append(time.perf_counter() - begun)
        times.extend(mine)

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return CALLERS * each / (time.perf_counter() - begun), times


ROWS = (
    """
INSERT INTO outbox (id, key, text_id, user_id, mark)
SELECT {first} + n, {mark}, {first} + n, n % 5000 + 1, {number} FROM {numbers}
""",
    """
INSERT INTO texts (id, last_id, portal, said, kind, sub_tag, source, author, priority, created_at)
SELECT id, id, 'main', {said}, 'personal',
       key, 'relay:alerts', 'U' || (id % 300), 'normal', :now
FROM outbox WHERE id > {first}
""",
    """
INSERT INTO queue (portal, rank, id, tag) SELECT 'main', (id / 50 + 1) * 400, id, key || '|U' || user_id
FROM outbox WHERE id > {first}
""",
)
MARKS = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "md5(random()::text)"}
SAID = pack("disk is 93 % full " * 14, "Firing: disk of host-17 is 93 % full", "")
BYTES = {"sqlite": "x'{}'", "postgresql": "decode('{}', 'hex')"}
RANDOM = {"sqlite": "abs(random()) % 4294967296", "postgresql": "floor(random() * 4294967296)::bigint"}
NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :count) SELECT n FROM c) AS s",
    "postgresql": "generate_series(1, :count) AS s(n)",
}


def fill(store: Store, pending: int) -> None:
    """Leave so many pending ones; by the database's own means, since a million by ours take minutes."""
    have = store.read(lambda tx: tx.outbox.counts().get("main", Count())).pending
    while have < pending:
        step = min(20_000, pending - have)
        store.write(lambda tx, step=step: insert(tx, step))
        have += step


def insert(tx: Transaction, count: int) -> None:
    first = tx.connection.execute(sa.text("SELECT coalesce(max(id), 0) FROM outbox")).scalar_one()
    form = {"first": first, "mark": MARKS[tx.dialect], "number": RANDOM[tx.dialect], "numbers": NUMBERS[tx.dialect]}
    for statement in ROWS:
        text = statement.format(**form, said=BYTES[tx.dialect].format(SAID.hex()))
        parameters = {name: value for name, value in (("count", count), ("now", tx.now)) if f":{name}" in text}
        tx.connection.execute(sa.text(text), parameters)
    if tx.dialect == "postgresql":
        tx.connection.execute(sa.text("SELECT setval('outbox_id_seq', (SELECT max(id) FROM outbox))"))
    tx.moved("main", None, State.PENDING, n=count)


def draining(store: Store, *, rounds: int) -> tuple[float, list[float], list[float]]:
    """Return notifications a second, and the seconds of each claim and record."""
    lease = store.write(lambda tx: tx.lanes.hold("main", "bench", ttl=600))
    assert lease
    claims, records = [], []
    for _ in range(rounds):
        begun = time.perf_counter()
        batch = store.write(lambda tx: tx.lanes.claim(lease, limits="{}"))
        claimed = time.perf_counter()
        outcomes = {one.id: Delivered(one.id) for one in batch}
        store.write(lambda tx, outcomes=outcomes: tx.lanes.record(lease, outcomes, limits="{}"))
        claims.append(claimed - begun)
        records.append(time.perf_counter() - claimed)
        assert len(batch) == 50
    return rounds * 50 / (sum(claims) + sum(records)), claims, records


def fsyncs(folder: Path, *, quick: bool) -> float:
    with (folder / "page").open("wb") as file:
        times = timed(lambda: (file.write(b"x" * 4096), file.flush(), os.fsync(file.fileno())), 50 if quick else 500)
    return len(times) / sum(times)


def raw_sqlite(folder: Path, *, quick: bool) -> float:
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body TEXT)")
    times = timed(
        lambda: connection.execute("INSERT INTO t (key, body) VALUES (?, ?)", (os.urandom(16).hex(), "x" * 350)),
        200 if quick else 2000,
    )
    connection.close()
    return len(times) / sum(times)


def raw_postgresql(url: str, *, quick: bool) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id bigserial PRIMARY KEY, key text UNIQUE, body text)")
        times = timed(
            lambda: connection.execute("INSERT INTO t (key, body) VALUES (%s, %s)", (os.urandom(16).hex(), "x" * 350)),
            200 if quick else 2000,
        )
    return len(times) / sum(times)


@contextmanager
def server(folder: Path) -> Iterator[Cluster | None]:
    found = programs()
    if not found:
        print("\nPostgreSQL: no server programs here")
        yield None
        return
    home = folder / "postgres"
    home.mkdir()
    cluster = Cluster(home, found)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def timed(work: Callable[[], object], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return seconds


def ms(seconds: list[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


if __name__ == "__main__":
    run(quick="--quick" in sys.argv)
