"""The store as the rest of the program holds it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar, cast

import sqlalchemy as sa

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import deadline, failures, migrations
from slack_bitrix24.store.queue.accept import Accepted, Submission
from slack_bitrix24.store.retention import get_due
from slack_bitrix24.store.sql.clock import Clock, Seconds
from slack_bitrix24.store.sql.engine import CALM, UPGRADING, Engines, Patience, connect
from slack_bitrix24.store.sql.wake import Wake
from slack_bitrix24.store.transaction import Transaction
from slack_bitrix24.store.writer import Observer, Writer

T = TypeVar("T")
_GATHERED: ContextVar[list[Callable[[], object]] | None] = ContextVar("store_gathered", default=None)


class Store:
    """What is kept. Safe to use from any thread; `open_store` makes one."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self._slot = f"{socket.gethostname()}/{os.getpid() % 8}"
        self._wake = Wake(engines)
        self._writer = Writer(engines, clock, slot=self._slot, woken=self._wake.committed)

    @property
    def where(self) -> str:
        """Return how the database is called in messages, without a password."""
        return failures.where(self._engines.url)

    @property
    def is_shared(self) -> bool:
        """Tell whether nodes on several machines can use it: PostgreSQL."""
        return not self._engines.is_sqlite

    def now(self) -> float:
        """Return Unix seconds by the clock that leases and dues go by."""
        return self._clock.now()

    def accept(self, submission: Submission) -> list[Accepted]:
        """Keep these notifications (and the receipt): durable when it returns; all of them or none.

        A key that was accepted before owes nothing new. Pending ones with the same portal and tag are superseded.
        StoreError: the database can't take them now.
        """
        return cast("list[Accepted]", self._writer.submit(submission))

    def write(self, operation: Callable[[Transaction], T]) -> T:
        """Run this in a transaction; durable when it returns. What it raises undoes it, and it alone.

        It runs in the writer's thread and delays everybody: reading and writing the store only. It may be run again
        from its beginning (another operation of the group failed, a deadlock), so it changes nothing but the store.
        """
        return cast("T", self._writer.submit(operation))

    def write_then(self, operation: Callable[[Transaction], T], then: Callable[[T], object]) -> None:
        """Do as `write`, and hand the result on; within `gathering`, that is done when its list is waited for."""
        pending = self._writer.begin(operation)
        gathered = _GATHERED.get()
        if gathered is None:
            then(pending())
        else:
            gathered.append(lambda: then(pending()))

    def submit_then(
        self, decide: Callable[[Transaction], Submission], then: Callable[[Sequence[Accepted]], object]
    ) -> None:
        """Accept what is decided in the same transaction, and hand on what became of it, as `write_then` does.

        What several decide in one transaction is accepted by the same few statements, after they all have decided: none
        sees what another's submission adds.
        """
        self.write_then(cast("Callable[[Transaction], Sequence[Accepted]]", decide), then)

    @contextmanager
    def gathering(self) -> Iterator[list[Callable[[], object]]]:
        """Let this thread go on while what `write_then` and `submit_then` write is committed: several in one commit.

        Each entry of the list waits for one of them and raises what `write` would. They are done in their order.
        """
        gathered: list[Callable[[], object]] = []
        token = _GATHERED.set(gathered)
        try:
            yield gathered
        finally:
            _GATHERED.reset(token)

    def write_soon(
        self, operation: Callable[[Transaction], T], then: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Do as `write`, but return at once: `then` is given the result, or the error, in a thread of the store.

        It must return at once. For a caller that may not wait, such as an event loop.
        """
        self._writer.submit_soon(operation, lambda job: then(job.result, job.error))

    def trouble(self) -> str:
        """Return why nothing can be kept at the moment, empty while it can: as the last commit went, at once."""
        return self._writer.trouble

    def read(self, operation: Callable[[Transaction], T]) -> T:
        """Run this on one consistent state, in the caller's thread; it can't write.

        StoreError: not within the caller's deadline (`deadline.within`), or not at all.
        """
        for last in (False, True):
            try:
                with self._engines.reader.connect() as connection, connection.begin():
                    return operation(Transaction(connection, now=self.now(), slot=self._slot))
            except sa.exc.SQLAlchemyError as error:
                if last or not failures.is_lost(error) or deadline.left() == 0.0:
                    raise failures.words(error, self._engines.url) from error
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call this with a portal's name when it has something new; return what ends that.

        It is called in a thread of the store: it must return at once. A call may be missed: look now and then.
        """
        return self._wake.subscribe(callback)

    def observe(self, observer: Observer) -> None:
        """Call this after each commit with the seconds that it took and the number of operations in it."""
        self._writer.observe(observer)

    def close(self) -> None:
        """Finish what waits and close all connections."""
        self._writer.close()
        self._wake.close()
        self._engines.dispose()


def open_store(
    url: str,
    *,
    upgrade: bool = True,
    patience: Patience = CALM,
    clock: Seconds = time.time,
    monotonic: Seconds | None = None,
) -> Store:
    """Open the database, bringing its tables up to date first.

    `clock` and `monotonic` are SQLite's; with PostgreSQL the server's clock is the one.
    With `upgrade` False an older schema is a StoreError. SchemaTooNewError: a newer version of the program wrote it.
    """
    upgrading = connect(url, UPGRADING)
    try:
        migrations.ready(upgrading, upgrade=upgrade)
    except sa.exc.SQLAlchemyError as error:
        raise failures.words(error, upgrading.url) from error
    finally:
        upgrading.dispose()
    engines = connect(url, patience)
    store = Store(engines, Clock(clock, monotonic) if engines.is_sqlite else Clock())
    try:
        store.write(get_due)
    except BaseException:
        with suppress(StoreError):
            store.close()
        raise
    return store
