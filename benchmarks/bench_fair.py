"""A lone notification behind a broadcast, two broadcasts together, through the lane; the portal keeps its bucket."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bench_delivery import STANDARD, all_delivered, node, opened, row
from benchmarks.portal import PortalProcess
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.store import Store, Submission, Transaction

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from waiting import until


def run(*, quick: bool = False) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        alone_behind(Path(name) / "alone.db", 4_000 if quick else 10_000, lone=5 if quick else 30)
        together(Path(name) / "two.db", 1_500 if quick else 5_000)


def broadcast(store: Store, name: str, count: int) -> list[int]:
    made = [Notification(f"{name}-{n}", Recipient("main", n + 1), name, f"{name}|U{n + 1}", name) for n in range(count)]
    return [one.id for one in store.accept(Submission(made))]


def alone_behind(database: Path, count: int, *, lone: int) -> None:
    """How long a lone one takes while a broadcast waits, one a second and more."""
    with PortalProcess("--plan", "standard") as portal, opened(f"sqlite:///{database}") as store:
        broadcast(store, "broadcast", count)
        with node(store, portal.url, STANDARD):
            until(lambda: portal.stats()["requests"] > 45, timeout=60)
            times = []
            for number in range(lone):
                [alone] = broadcast(store, f"alone-{number}", 1)
                until(lambda alone=alone: finished(store, [alone]), timeout=120)
                times.append(took(store, alone))
                time.sleep(0.7)
            left = store.read(lambda tx: tx.outbox.counts())["main"].pending
        told = f"worst {max(times):.2f} s of {lone}; {left:,} still waited"
        row(f"a lone one behind a broadcast of {count:,}", told, "< 2 s")


def together(database: Path, count: int) -> None:
    """When each of two broadcasts ends that begin together, as a share of the time that both need."""
    with PortalProcess("--plan", "standard") as portal, opened(f"sqlite:///{database}") as store:
        both = [broadcast(store, name, count) for name in ("one", "other")]
        began = store.now()
        with node(store, portal.url, STANDARD):
            until(lambda: all_delivered(store), timeout=300)
        ends = [store.read(lambda tx, ids=ids: last(tx, ids)) - began for ids in both]  # type: ignore[misc]
        told = f"at {ends[0] / max(ends):.2f} and {ends[1] / max(ends):.2f} of {max(ends):.0f} s"
        row(f"two broadcasts of {count:,} together end", told, "each >= 0.9")


def finished(store: Store, ids: list[int]) -> bool:
    return all(store.read(lambda tx, one=one: tx.outbox.get(one)).finished_at for one in ids)  # type: ignore[misc, union-attr]


def took(store: Store, id_: int) -> float:
    one = store.read(lambda tx: tx.outbox.get(id_))
    assert one is not None
    assert one.finished_at is not None
    return one.finished_at - one.created_at


def last(tx: Transaction, ids: list[int]) -> float:
    query = "SELECT max(finished_at) FROM outcomes WHERE id BETWEEN ? AND ?"
    return float(tx.connection.exec_driver_sql(query, (min(ids), max(ids))).scalar_one())


if __name__ == "__main__":
    run(quick="--quick" in sys.argv)
