"""The connection to the database: SQLite in one file, or PostgreSQL."""

from __future__ import annotations

import importlib
import logging
import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.errors import StoreError

log = logging.getLogger(__name__)

BUSY = 2.0
"""Seconds to wait while another process writes to the file: Slack wants its answer within three."""

CACHE_KIB = 16_384
"""Page cache of the writer."""

POSTGRESQL = 140_000
"""The oldest server that is supported, as `server_version_num` has it."""

FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""SQLite without the WAL-reset bug: the first of these on, and the two branches (https://sqlite.org/wal.html)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for PostgreSQL: for a connection, a lock, a statement, any sign of life; None: for ever."""

    connect: int
    lock: float
    statement: float | None
    silence: float | None


CALM = Patience(connect=5, lock=5.0, statement=30.0, silence=32.0)
PROMPT = Patience(connect=2, lock=1.5, statement=2.5, silence=4.0)
"""Of a process that answers Slack, which waits for three seconds."""
UPGRADING = Patience(connect=5, lock=30.0, statement=None, silence=None)

IDLE_IN_TRANSACTION = 12.0
"""Seconds after which the server lets go of the rows of a node that stands still: less than a lease lasts."""


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine to write (a single connection in the writer's thread), one to read."""

    url: sa.URL
    writer: sa.Engine
    reader: sa.Engine

    @property
    def is_sqlite(self) -> bool:
        """Tell which of the two databases this is."""
        return self.url.get_backend_name() == "sqlite"

    def dispose(self) -> None:
        """Close all connections that are not in use."""
        self.writer.dispose()
        self.reader.dispose()


def connect(url: str, patience: Patience = CALM) -> Engines:
    """Return the engines for this URL; nothing is opened yet."""
    parsed = parse(url)
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed, patience)


def parse(url: str) -> sa.URL:
    """Read `sqlite:///path` or `postgresql://…`; StoreError names what else it is."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise StoreError('database: expected "sqlite:///file.db" or "postgresql://user@host/name"') from None
    if parsed.drivername == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise StoreError("database: SQLite without a file keeps nothing; write sqlite:///file.db")
        return parsed
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f'database: expected "sqlite:///…" or "postgresql://…", got "{parsed.drivername}"')


def is_sound(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite is free of the WAL-reset bug."""
    return version >= FIXED[0] or any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED[1:])


def sqlite_module() -> ModuleType:
    """Return the SQLite that goes with the program, else Python's own with a warning where that has the bug."""
    try:
        module = importlib.import_module("pysqlite3")
    except ImportError:
        module = sqlite3
    if not is_sound(module.sqlite_version_info):
        log.warning(
            "SQLite %s can damage a file that several processes write (https://sqlite.org/wal.html#walresetbug): "
            "install pysqlite3 or a newer SQLite",
            module.sqlite_version,
        )
    return module


def _make_private(file: str) -> None:
    """Make the file before SQLite does: messages and people stand in it. The journals beside it take its mode over."""
    with suppress(OSError):  # it is there, or it can't be made: SQLite says the second better
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _sqlite(url: sa.URL) -> Engines:
    module = sqlite_module()
    _make_private(url.database or "")
    arguments = {"timeout": BUSY, "check_same_thread": False}
    writer = sa.create_engine(url, module=module, poolclass=sa.NullPool, connect_args=arguments)
    reader = sa.create_engine(
        url, module=module, poolclass=sa.QueuePool, pool_size=4, max_overflow=12, connect_args=arguments
    )
    sa.event.listen(writer, "connect", _prepare_writer)
    sa.event.listen(reader, "connect", _prepare_reader)
    # A transaction that read before it writes is refused at once where another process has written meanwhile,
    # whatever the timeout (SQLITE_BUSY_SNAPSHOT, https://sqlite.org/isolation.html): so the lock comes first.
    sa.event.listen(writer, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    sa.event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return Engines(url, writer, reader)


def _prepare_writer(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    # Before the first table is made; without effect on a file that exists.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _set_wal(connection)
    for setting in (
        # By NORMAL a loss of power takes the last commits (https://sqlite.org/pragma.html#pragma_synchronous), and
        # what was acknowledged must be there.
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB}",
        # After a burst the WAL keeps its size for good unless told otherwise.
        "journal_size_limit = 67108864",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {setting}")


def _set_wal(connection: Any) -> None:
    # Several processes that open a new file at once: the switch does not wait by the busy timeout.
    end = time.monotonic() + BUSY
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except connection.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def write_once(connection: sa.Connection) -> None:
    """Let what this connection appends to the file be written once; the next to open the file keeps a WAL again.

    A WAL takes each page first, and a long transaction then writes it anew for its sums: three times as much. Nobody
    else may have the file open; else nothing changes.
    """
    driver: Any = connection.connection.driver_connection
    with suppress(driver.OperationalError):
        driver.execute("PRAGMA journal_mode = DELETE").fetchone()


def _prepare_reader(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")


def _postgresql(url: sa.URL, patience: Patience) -> Engines:
    try:
        importlib.import_module("psycopg")
    except ImportError:
        raise StoreError("database: PostgreSQL needs a driver: install slack-bitrix24[postgres]") from None
    arguments = {
        "connect_timeout": patience.connect,
        "application_name": "slack-bitrix24",
        # What was sent and never acknowledged: a network that is gone, a machine without power.
        "tcp_user_timeout": int((patience.silence or CALM.silence or 0) * 1000),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    writer = sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)
    reader = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=4,
        max_overflow=12,
        pool_timeout=patience.connect,
        connect_args=arguments,
        execution_options={"postgresql_readonly": True},
    )
    from slack_bitrix24.store.silence import connector  # noqa: PLC0415 - it needs the driver

    opened = connector(patience.silence)
    for engine in (writer, reader):
        sa.event.listen(engine, "do_connect", lambda _dialect, _record, given, named: opened(*given, **named))
        sa.event.listen(engine, "connect", partial(_prepare_postgresql, patience))
    sa.event.listen(writer, "connect", _prefer_indexes)
    sa.event.listen(reader, "connect", _plan_anew)
    return Engines(url, writer, reader)


def _prepare_postgresql(patience: Patience, connection: Any, _record: object) -> None:
    version = connection.info.server_version
    if version < POSTGRESQL:
        connection.close()
        raise StoreError(f"database: PostgreSQL 14 or newer is needed, this is {version // 10_000}")
    with connection.cursor() as cursor:
        for name, seconds in (
            ("lock_timeout", patience.lock),
            ("statement_timeout", patience.statement or 0.0),
            ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
        ):
            cursor.execute(f"SET {name} = {int(seconds * 1000)}")
        # What is acknowledged is durable, whatever the role's default is.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def _prefer_indexes(connection: Any, _record: object) -> None:
    # Whatever is written touches few rows. A planner that has no statistics yet takes a table that was just filled for
    # a small one, and would walk it for each batch.
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET enable_{way} = off")
        # A way that is switched off and taken all the same costs so much on paper that the server would compile such a
        # statement.
        cursor.execute("SET jit = off")
    connection.commit()


def _plan_anew(connection: Any, _record: object) -> None:
    # What is looked for may be one in a million or all there is. From the tenth time on the server would plan for
    # something between, and then walk a million texts for the way in that was used once.
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()
