"""Several operations in one transaction: all at once, or each apart when one of them fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from slack_bitrix24.store import failures
from slack_bitrix24.store.queue.accept import Submission, accept
from slack_bitrix24.store.transaction import Transaction

T = TypeVar("T")
COMMITTING = 0.3
"""Seconds more that a caller waits for a commit that is on its way: it would be told wrongly that nothing was done."""
Operation = Callable[[Transaction], Any]
Open = Callable[[sa.Connection], Transaction]


class GoneError(Exception):
    """A caller has stopped waiting before the commit: what it asked for must not happen any more."""


class CommitFailedError(Exception):
    """The commit itself failed (`__cause__`); where the connection broke, nobody knows how it ended."""


class LateError(Exception):
    """It was not done in the time that the caller had; `unknown`: it may be done yet, the commit was on its way."""

    def __init__(self, *, unknown: bool) -> None:
        super().__init__()
        self.unknown = unknown


@dataclass(slots=True, eq=False)
class Job:
    """One caller's operation and what came of it."""

    run: Operation | Submission
    result: Any = None
    error: BaseException | None = None
    then: Callable[[Job], None] | None = None
    _done: threading.Lock = field(default_factory=threading.Lock)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _sealed: bool = False
    _gone: bool = False

    def __post_init__(self) -> None:
        self._done.acquire()

    def finish(self) -> None:
        """Let the caller go on."""
        self._done.release()
        if self.then is not None:
            self.then(self)

    def begin(self) -> bool:
        """Tell whether its caller still waits, so that it may be run (again)."""
        with self._turn:
            self._sealed = False
            return not self._gone

    def seal(self) -> bool:
        """Tell the same at the last moment before the commit; from now on the caller can't take it back."""
        with self._turn:
            self._sealed = not self._gone
            return self._sealed

    def wait(self, seconds: float | None = None) -> Any:
        """Return what the operation did, or raise what it raised. LateError: not within so many seconds."""
        if not self._done.acquire(timeout=-1 if seconds is None else seconds):
            with self._turn:
                self._gone = not self._sealed
            # Sealed: its commit is on the way and can't be taken back, so its end is worth a moment more.
            if self._gone or not self._done.acquire(timeout=COMMITTING):
                raise LateError(unknown=not self._gone)
        self._done.release()
        if self.error is not None:
            raise self.error
        return self.result


def together(connection: sa.Connection, jobs: Sequence[Job], *, opened: Open) -> set[str]:
    """Run all in one transaction, the submissions merged into one; the first error ends it and changes nothing.

    What operations decide to submit is merged likewise, after them. Returns the portals to wake.
    """

    def body() -> Transaction:
        whole = opened(connection)
        _accept(whole, [(job, job.run) for job in jobs if isinstance(job.run, Submission)])
        decided = []
        for job in jobs:
            if isinstance(job.run, Submission):
                continue
            job.result = _run_one(job.run, whole, opened=opened)
            if isinstance(job.result, Submission):
                decided.append((job, job.result))
        _accept(whole, decided)
        whole.settle()
        return whole

    return _commit(connection, body, jobs).wakes


def apart(connection: sa.Connection, jobs: Sequence[Job], *, opened: Open) -> set[str]:
    """Run each in a savepoint of one transaction: an error ends that operation only, unless it is the database's.

    Returns the portals to wake.
    """

    def body() -> Transaction:
        whole = opened(connection)
        for job in jobs:
            job.result, job.error = None, None
            savepoint = connection.begin_nested()
            try:
                job.result = _run_one(job.run, whole, opened=opened)
                if isinstance(job.result, Submission):
                    job.result = _run_one(job.result, whole, opened=opened)
                savepoint.commit()
            except BaseException as error:
                if failures.is_general(error):
                    raise
                savepoint.rollback()
                job.error = error
        whole.settle()
        return whole

    return _commit(connection, body, jobs).wakes


def _accept(whole: Transaction, submitted: Sequence[tuple[Job, Submission]]) -> None:
    if submitted:
        accepted = accept(whole, [submission for _, submission in submitted])
        for (job, _), result in zip(submitted, accepted, strict=True):
            job.result = result


def _run_one(run: Operation | Submission, whole: Transaction, *, opened: Open) -> Any:
    part = opened(whole.connection)
    result = accept(part, [run])[0] if isinstance(run, Submission) else run(part)
    whole.take_over(part)
    return result


def _seal(jobs: Sequence[Job]) -> None:
    if not all(job.seal() for job in jobs):
        raise GoneError


def _commit(connection: sa.Connection, body: Callable[[], T], jobs: Sequence[Job]) -> T:
    transaction = connection.begin()
    try:
        result = body()
        _seal(jobs)
    except BaseException:
        with suppress(sa.exc.SQLAlchemyError):
            transaction.rollback()
        raise
    try:
        transaction.commit()
    except sa.exc.SQLAlchemyError as error:
        with suppress(sa.exc.SQLAlchemyError):
            transaction.rollback()
        raise CommitFailedError from error
    return result
