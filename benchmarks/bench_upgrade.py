"""How long 0.1.0's tables with a million rows take to become this version's, beside a bare copy of the old table.

`--quick` takes 20,000. The texts have 290 characters; each tenth row is pending.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from benchmarks.bench_delivery import row
from benchmarks.bench_store import NUMBERS, server
from slack_bitrix24.store import upgrade
from slack_bitrix24.store.sql.engine import UPGRADING, connect

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from old_database import make_old

KEYS = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "md5(n::text)"}
ROWS = """
INSERT INTO outbox (id, key, tag, sub_tag, state, finished_at, portal, user_id, message, message_out, kind, source,
                    author, created_at, due_at, sent_at, attempts)
SELECT n, k, k || '|U' || (n % 5000 + 1), k, CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'delivered' END,
       CASE WHEN n % 10 = 0 THEN NULL ELSE 1790000000.5 + n END, 'main', n % 5000 + 1, :text || n,
       'Firing: disk of host-' || n, 'personal', 'relay:alerts', 'U' || (n % 300), 1790000000.0 + n, 1790000000.0 + n,
       1790000000.2 + n, 1
FROM (SELECT n, {key} AS k FROM {numbers}) AS keyed
"""
TEXT = ("[B]Firing[/B]: a disk is 93 % full " + "a word and another " * 14)[:282]


def run(*, quick: bool = False) -> None:
    """Print the table."""
    count = 20_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        one_kind("SQLite", f"sqlite:///{folder / 'old.db'}", count)
        with server(folder) as cluster:
            if cluster:
                one_kind("PostgreSQL", cluster.database(), count)


def one_kind(name: str, url: str, count: int) -> None:
    fill(url, count)
    copied = measured(lambda: copy(url))
    row(f"baseline: a bare copy of the table, {name}", told(*copied))
    took = measured(lambda: upgrade(url))
    row(f"{count:,} rows of 0.1.0, {name}", f"{told(*took)} = x {took[0] / copied[0]:.1f}", "< 60 s")


def fill(url: str, count: int) -> None:
    """Make 0.1.0's tables with so many notifications."""
    make_old(url, {})
    engines = connect(url, UPGRADING)
    with engines.writer.connect() as connection, connection.begin():
        dialect = connection.dialect.name
        statement = ROWS.format(key=KEYS[dialect], numbers=NUMBERS[dialect])
        connection.execute(sa.text(statement), {"count": count, "text": TEXT})
    engines.dispose()


def copy(url: str) -> None:
    engines = connect(url, UPGRADING)
    with engines.writer.connect() as connection, connection.begin():
        connection.execute(sa.text("CREATE TABLE copied AS SELECT * FROM outbox"))
    with engines.writer.connect() as connection, connection.begin():
        connection.execute(sa.text("DROP TABLE copied"))
    engines.dispose()


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that it took, and how many programs wanted a processor meanwhile."""
    began = time.monotonic()
    work()
    return time.monotonic() - began, os.getloadavg()[0]


def told(seconds: float, load: float) -> str:
    return f"{seconds:.1f} s (load {load:.0f})"


if __name__ == "__main__":
    run(quick="--quick" in sys.argv)
