"""Everything from one database into another: SQLite to PostgreSQL, back, or into a backup's file.

Rows are read in one snapshot of the source and written in portions. An interrupted copy goes on where it was; until it
is complete, a table named `copying` marks its target, and nothing else opens that.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import failures, migrations
from slack_bitrix24.store.migrations import MARK
from slack_bitrix24.store.queue.leases import is_gone
from slack_bitrix24.store.sql.columns import METADATA
from slack_bitrix24.store.sql.engine import Engines, connect
from slack_bitrix24.store.sql.schema import INBOX, LANES, NODES, OUTBOX, SCHEDULES

PORTION = 1_000
"""Rows in one transaction of the target."""

SILENT = 60.0
"""Seconds after which a process that was not seen counts as gone; heartbeats come far more often."""

Progress = Callable[[str, int, int], None]
"""Called with the table, its rows that are there by now, and how many there will be."""

_MARKED = sa.Table(MARK, sa.MetaData(), sa.Column("source", sa.Text, nullable=False))


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a table there are on both sides."""

    table: str
    source: int
    target: int


def copy(source: str, target: str, *, progress: Progress = lambda *_: None) -> list[Count]:
    """Copy everything into an empty database, or go on with a copy that was interrupted; return the counts of both.

    Nothing may run on either database meanwhile. StoreError: something does, the target holds other data, or a count
    differs at the end. Both databases' tables are brought up to date first.
    """
    migrations.upgrade(source)
    with _opened(source) as old, _opened(target) as new:
        if old.url.render_as_string(hide_password=False) == new.url.render_as_string(hide_password=False):
            raise StoreError(f"{failures.where(new.url)}: source and target are the same")
        for engines in (old, new):
            _refuse_running(engines)
        _refuse_other_data(new)
        migrations.ready(new, upgrade=True, copying=True)
        return _copied(old, new, progress=progress)


def backup(source: str, file: Path, *, progress: Progress = lambda *_: None) -> list[Count]:
    """Write everything, as it stands now, into a SQLite file, replacing what was there; the bridge may run meanwhile.

    The file appears when it is complete, readable by its owner alone. Raises StoreError and OSError.
    """
    if source.startswith("sqlite:///") and file.exists() and file.samefile(source.removeprefix("sqlite:///")):
        raise StoreError(f"{file} is the database itself")
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with _opened(source) as old, _opened(f"sqlite:///{part}") as new:
            migrations.ready(old, upgrade=False)
            migrations.ready(new, upgrade=True)
            counts = _copied(old, new, progress=progress)
            with new.writer.connect() as connection:
                # One file that holds everything, without a journal beside it.
                connection.connection.driver_connection.execute("PRAGMA journal_mode = DELETE")  # type: ignore[union-attr]
        # Before it gets its name: after a loss of power the name must not stand for half a file.
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        for left in (part, Path(f"{part}-wal"), Path(f"{part}-shm")):
            left.unlink(missing_ok=True)
    return counts


@contextmanager
def _opened(url: str) -> Iterator[Engines]:
    engines = connect(url)
    try:
        yield engines
    except sa.exc.SQLAlchemyError as error:
        raise failures.words(error, engines.url) from error
    finally:
        engines.dispose()


def _refuse_running(engines: Engines) -> None:
    with engines.reader.connect() as connection:
        if not sa.inspect(connection).has_table(NODES.name):
            return
        now: float = connection.execute(_now(engines)).scalar_one()
        seen = connection.execute(sa.select(NODES.c.node).where(NODES.c.seen_at > now - SILENT)).scalars()
        if live := [node for node in seen if not is_gone(node)]:
            raise StoreError(
                f"{failures.where(engines.url)}: the bridge runs on it ({len(live)} process(es)): stop it first"
            )


def _now(engines: Engines) -> sa.Select[Any]:
    if engines.is_sqlite:
        return sa.select((sa.func.julianday("now") - 2_440_587.5) * 86_400.0)
    return sa.select(sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double))


def _refuse_other_data(engines: Engines) -> None:
    with engines.reader.connect() as connection:
        inspector = sa.inspect(connection)
        if inspector.has_table(MARK) or not inspector.has_table(OUTBOX.name):
            return
        for table in METADATA.sorted_tables:
            if table.name != NODES.name and inspector.has_table(table.name) and _rows(connection, table):
                raise StoreError(f"{failures.where(engines.url)}: it is in use already; a copy goes into an empty one")


def _rows(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _copied(old: Engines, new: Engines, *, progress: Progress) -> list[Count]:
    with old.reader.connect() as source:
        if not old.is_sqlite:
            source.execution_options(isolation_level="REPEATABLE READ")
        with source.begin():
            _begin(new, source, where=failures.where(old.url))
            counts = [_copy_table(source, new, table, progress=progress) for table in METADATA.sorted_tables]
            for table in METADATA.sorted_tables:
                _go_on_counting(source, new, table)
    if wrong := [count.table for count in counts if count.source != count.target]:
        raise StoreError(f"{failures.where(new.url)}: not all rows of {', '.join(wrong)} are there")
    with new.writer.begin() as target:
        _MARKED.drop(target)
    return counts


def _begin(new: Engines, source: sa.Connection, *, where: str) -> None:
    """Mark the target; where another state of the source was copied into it, begin anew."""
    mark = f"{where} {_state_of(source)}"
    with new.writer.begin() as target:
        _MARKED.create(target, checkfirst=True)
        if target.execute(sa.select(_MARKED.c.source)).scalar() == mark:
            return
        for table in (*reversed(METADATA.sorted_tables), _MARKED):
            target.execute(sa.delete(table))
        target.execute(sa.insert(_MARKED), {"source": mark})


def _state_of(source: sa.Connection) -> str:
    """Return a mark that changes whenever a bridge has run on the source: each run holds lanes and counts up."""
    asked = (
        sa.select(sa.func.sum(LANES.c.fence)),
        *(sa.select(sa.func.max(table.c.id)) for table in (OUTBOX, INBOX, SCHEDULES)),
        sa.select(sa.func.max(SCHEDULES.c.fired_at)),
    )
    found = [source.execute(query).scalar() for query in asked]
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def _copy_table(source: sa.Connection, new: Engines, table: sa.Table, *, progress: Progress) -> Count:
    total = _rows(source, table)
    key = _number(table)
    done = 0
    if key is None:
        # By the rows' own order: the two databases sort texts differently, so "behind the last one" means nothing.
        with new.writer.begin() as target:
            target.execute(sa.delete(table))
        query = sa.select(table)
    else:
        with new.writer.begin() as target:
            done = _rows(target, table)
            last = target.execute(sa.select(sa.func.max(key))).scalar()
        query = sa.select(table).order_by(key)
        query = query if last is None else query.where(key > last)
    progress(table.name, done, total)
    with source.execute(query.execution_options(yield_per=PORTION)) as rows:
        for portion in rows.mappings().partitions(PORTION):
            with new.writer.begin() as target:
                target.execute(sa.insert(table), [dict(row) for row in portion])
            done += len(portion)
            progress(table.name, done, total)
    with new.writer.begin() as target:
        return Count(table.name, total, _rows(target, table))


def _number(table: sa.Table) -> sa.Column[int] | None:
    """Return the key by which a table is copied in portions, where it is one number."""
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 and isinstance(keys[0].type, sa.Integer) else None


def _go_on_counting(source: sa.Connection, new: Engines, table: sa.Table) -> None:
    """Let the target number new rows behind the highest number that the source ever gave, deleted rows included."""
    key = _number(table)
    if key is None or key.autoincrement is False:
        return
    given = source.execute(_counter(source, table, key)).scalar() or 0
    last = max(given, source.execute(sa.select(sa.func.max(key))).scalar() or 0)
    if not last:
        return
    with new.writer.begin() as target:
        if target.dialect.name == "postgresql":
            name = sa.func.pg_get_serial_sequence(table.name, key.name)
            target.execute(sa.select(sa.func.setval(name, last)))
        else:
            target.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            target.execute(
                sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"),
                {"name": table.name, "seq": last},
            )


def _counter(source: sa.Connection, table: sa.Table, key: sa.Column[int]) -> sa.Executable:
    if source.dialect.name == "postgresql":
        asked = sa.text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, :key)::regclass)")
        return asked.bindparams(name=table.name, key=key.name)
    return sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=table.name)
