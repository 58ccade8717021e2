"""What a claim and a record take beside the purge of a million delivered notifications, and beside nothing."""

from __future__ import annotations

import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from benchmarks.bench_delivery import opened, row
from benchmarks.bench_store import draining, fill, insert, ms, server
from slack_bitrix24.errors import StoreError
from slack_bitrix24.model import State
from slack_bitrix24.store import Store, Transaction, purge

PORTION = 20_000
OVER = (
    "INSERT INTO outcomes (id, state, attempts, finished_at) SELECT id, 'delivered', 1, 0 FROM queue",
    "UPDATE outbox SET mark = NULL WHERE id IN (SELECT id FROM queue)",
    "DELETE FROM queue",
)


def run(*, quick: bool = False) -> None:
    """Print the table."""
    count, rounds = (20_000, 20) if quick else (1_000_000, 150)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        one_kind("SQLite", f"sqlite:///{folder / 'purge.db'}", count=count, rounds=rounds)
        with server(folder) as cluster:
            if cluster:
                one_kind("PostgreSQL", cluster.database(), count=count, rounds=rounds)


def one_kind(name: str, url: str, *, count: int, rounds: int) -> None:
    with opened(url) as store:
        for _ in range(count // PORTION):
            store.write(delivered)
        fill(store, 3 * rounds * 50)
        draining(store, rounds=5)
        idle = pairs(draining(store, rounds=rounds))
        purging = threading.Thread(target=purging_until_closed, args=(store,))
        purging.start()
        beside = pairs(draining(store, rounds=rounds))
        lasts = purging.is_alive()
        left = store.read(lambda tx: tx.connection.execute(sa.text("SELECT count(*) FROM outcomes")).scalar_one())
        row(f"claim 50 + record 50, {name}, idle", f"p50 {ms(idle, 50):.1f} ms, p99 {ms(idle, 99):.1f} ms")
        told = f"p50 {ms(beside, 50):.1f} ms, p99 {ms(beside, 99):.1f} ms = x {ms(beside, 99) / ms(idle, 99):.1f}"
        row(f"the same beside the purge of {count:,}", told, "p99 within x 2 of idle")
        done = count + (2 * rounds + 5) * 50 - left
        row("  purged meanwhile", f"{done:,}, {'and it goes on' if lasts else 'and it was done'}")


def purging_until_closed(store: Store) -> None:
    """Purge as `run` does, in the process that delivers."""
    with suppress(StoreError):
        purge(store)


def pairs(measured: tuple[float, list[float], list[float]]) -> list[float]:
    return [claim + record for claim, record in zip(*measured[1:], strict=True)]


def delivered(tx: Transaction) -> None:
    insert(tx, PORTION)
    for statement in OVER:
        tx.connection.execute(sa.text(statement))
    tx.moved("main", State.PENDING, State.DELIVERED, n=PORTION)


if __name__ == "__main__":
    run(quick="--quick" in sys.argv)
