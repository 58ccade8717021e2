"""The one thread that writes. What waits while it commits goes into the next transaction together (group commit)."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.errors import InDoubtError, StoreError
from slack_bitrix24.store import deadline, failures
from slack_bitrix24.store.group import CommitFailedError, GoneError, Job, LateError, Open, Operation, apart, together
from slack_bitrix24.store.queue.accept import Submission
from slack_bitrix24.store.sql.clock import Clock
from slack_bitrix24.store.sql.engine import Engines
from slack_bitrix24.store.transaction import Transaction

log = logging.getLogger(__name__)

GROUP = 256
"""Operations in one transaction, at most."""

ROUNDS = 3
"""How often one group is tried: a connection that died while idle, a deadlock."""

BEAT = 2.0
"""Seconds of idleness after which it asks whether the database is still there."""

SLOW = 2.4
"""Seconds that one group of operations takes before the database counts as away: whoever waits in Slack has three."""

ALIVE = sa.text("SELECT 1")

CLOCK_EVERY = 60.0
"""Seconds between two looks at a server's clock."""

SERVER_TIME = sa.text("SELECT extract(epoch FROM clock_timestamp())::double precision")

Observer = Callable[[float, int], None]


class Writer:
    """Runs operations in its own thread, several in one transaction.

    `woken` is called after a commit with the portals that have something new.
    """

    def __init__(self, engines: Engines, clock: Clock, *, slot: str, woken: Callable[[set[str]], None]) -> None:
        self._engines = engines
        self._clock = clock
        self._slot = slot
        self._woken = woken
        self._observers: list[Observer] = []
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._entry = threading.Lock()
        self._is_closed = False
        self._connection: sa.Connection | None = None
        self._clock_read = -CLOCK_EVERY
        self._began: float | None = None
        self._trouble = ""
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Return why nothing can be kept at the moment; empty while it can. Asks nobody: it goes by the last commit."""
        began = self._began
        if began is not None and time.monotonic() - began > SLOW:
            return f"{failures.where(self._engines.url)}: it has not answered for {time.monotonic() - began:.0f} s"
        return self._trouble

    def submit(self, run: Operation | Submission) -> Any:
        """Run it in the next transaction; return when that is durable.

        StoreError where that is not done within the caller's deadline: then it is not done later either.
        """
        return self.begin(run)()

    def begin(self, run: Operation | Submission) -> Callable[[], Any]:
        """Have it run in the next transaction, and return at once with what waits for it, as `submit` does."""
        job = Job(run)
        self._put(job)

        def wait() -> Any:
            try:
                return job.wait(deadline.left())
            except LateError as late:
                told = f"{failures.where(self._engines.url)}: it did not answer in time; "
                if late.unknown:
                    raise InDoubtError(f"{told}whether it was kept is not known") from None
                raise StoreError(f"{told}nothing was done") from None

        return wait

    def submit_soon(self, run: Operation | Submission, then: Callable[[Job], None]) -> None:
        """Do as `submit`, but return at once; `then` is called in the writer's thread when it is durable or failed."""
        self._put(Job(run, then=then))

    def _put(self, job: Job) -> None:
        # Within the lock nothing gets behind the None that ends the thread: nobody would run it.
        with self._entry:
            if self._is_closed:
                raise StoreError("the store is closed")
            self._jobs.put(job)

    def observe(self, observer: Observer) -> None:
        """Call this after each commit with the seconds that it took and the number of operations in it."""
        self._observers.append(observer)

    def close(self) -> None:
        """Do what waits, then end."""
        with self._entry:
            if not self._is_closed:
                self._is_closed = True
                self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        ending = False
        while not ending:
            try:
                taken = [self._jobs.get(timeout=BEAT), *self._waiting()]
            except queue.Empty:
                self._serve([Job(lambda tx: tx.connection.execute(ALIVE).scalar())], is_beat=True)
                continue
            jobs = [job for job in taken if job is not None]
            ending = len(jobs) < len(taken)
            if jobs:
                self._serve(jobs)
        self._disconnect()

    def _waiting(self) -> list[Job | None]:
        jobs: list[Job | None] = []
        with suppress(queue.Empty):
            while len(jobs) < GROUP:
                jobs.append(self._jobs.get_nowait())
        return jobs

    def _serve(self, jobs: Sequence[Job], *, is_beat: bool = False) -> None:
        self._began = started = time.monotonic()
        wakes: set[str] = set()
        try:
            wakes = self._commit(jobs)
            self._trouble = ""
        except BaseException as error:  # noqa: BLE001 - it belongs to the callers, who raise it again
            for job in jobs:
                job.error = error
            if isinstance(error, StoreError) or failures.is_general(error):
                self._trouble = str(self._as_told(error))
        for job in jobs:
            job.error = self._as_told(job.error)
            job.finish()
        self._began = None
        if not is_beat:
            self._report(wakes, time.monotonic() - started, len(jobs))

    def _report(self, wakes: set[str], seconds: float, operations: int) -> None:
        try:
            if wakes:
                self._woken(wakes)
            for observer in self._observers:
                observer(seconds, operations)
        except Exception:
            # What it hears of is committed already: its fault must reach none of the callers that wait for this.
            log.exception("a subscriber of the store failed")

    def _commit(self, jobs: Sequence[Job]) -> set[str]:
        run, rounds = together, 0
        while rounds < ROUNDS:
            jobs = [job for job in jobs if job.begin()]
            rounds += 1
            try:
                return run(self._connect(), jobs, opened=self._open()) if jobs else set()
            except GoneError:
                rounds -= 1  # the next time without that caller
            except CommitFailedError as failed:
                cause = failed.__cause__ or failed
                self._disconnect()
                # Not run again: where the connection broke in the commit, it may be there already.
                if failures.is_lost(cause):
                    raise InDoubtError(str(failures.words(cause, self._engines.url))) from cause
                if not failures.is_deadlock(cause):
                    raise cause from None
            except Exception as error:
                # A job is its caller's code: what it raises goes to that caller, found by running each apart.
                if failures.is_general(error):
                    self._disconnect()
                if failures.is_lost(error) or failures.is_deadlock(error):
                    continue
                if failures.is_general(error) or len(jobs) == 1 or run is apart:
                    raise
                run = apart
        raise StoreError(f"{failures.where(self._engines.url)}: the connection breaks again and again")

    def _open(self) -> Open:
        now = self._clock.now()
        return lambda connection: Transaction(connection, now=now, slot=self._slot)

    def _connect(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._engines.writer.connect()
            self._clock_read = -CLOCK_EVERY
        if not self._engines.is_sqlite and time.monotonic() - self._clock_read > CLOCK_EVERY:
            with self._connection.begin():
                self._clock.follow(float(self._connection.execute(SERVER_TIME).scalar_one()))
            self._clock_read = time.monotonic()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sa.exc.SQLAlchemyError):
                self._connection.close()
            self._connection = None
            self._engines.writer.dispose()

    def _as_told(self, error: BaseException | None) -> BaseException | None:
        """Return the error for one caller: each gets its own, since raising writes into it."""
        if isinstance(error, sa.exc.SQLAlchemyError | OverflowError):
            told = failures.words(error, self._engines.url)
            told.__cause__ = error
            return told
        if isinstance(error, StoreError):
            return type(error)(*error.args)
        return error
