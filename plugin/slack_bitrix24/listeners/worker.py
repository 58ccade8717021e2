"""Work through the inbox: what Slack sent and what was acknowledged, but not yet done.

Each pool has letters of its own kinds, so that what waits for Slack's Web API never stands before an alert. In a pool
the letters of one channel are worked on in their order, those of different channels side by side.

A letter is done in the same transaction in which its notifications are kept; after a crash it is done again, and owes
nothing twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from typing import Protocol

from slack_sdk.errors import SlackApiError

from slack_bitrix24.errors import StoreError
from slack_bitrix24.listeners.handlers.letters import RefusedError, first_line
from slack_bitrix24.listeners.workspace import StillReadingError
from slack_bitrix24.store import Letter, Store, Transaction

log = logging.getLogger(__name__)

TTL = 60.0
"""Seconds after which a letter in hand is taken for lost with its worker."""
POLL = 1.0
"""Seconds between looks at an empty inbox: the floor under the wake-ups, which may be missed."""
TOGETHER = 100
"""Letters of one claim, at most."""
IN_HAND = 400
"""Letters of one pool, at most: what is not taken is not lost by a process that is killed."""
MOST_ATTEMPTS = 12
"""Attempts at a letter that Slack or a fault of ours refuses: 24 minutes, with pauses of 2, 4, 8 … 300 seconds."""
ANSWERABLE = 25 * 60.0
"""Seconds after which a command is given up: a response_url lives for 30 minutes."""
SET_ASIDE = "its worker ended or hung on it, twice"


class Hands(Protocol):
    """What the letters ask for. What `handle` raises means "again", but for RefusedError."""

    def handle(self, letter: Letter) -> None:
        """Do it; what it puts into the outbox it writes by `Store.write_then`."""

    def given_up(self, tx: Transaction, letter: Letter, reason: str) -> None:
        """Tell whoever waits for it that nothing comes of it."""

    def set_aside(self, tx: Transaction, letter: Letter) -> None:
        """Tell administrators of one that ends its workers."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Which kinds of letters so many threads work on."""

    name: str
    kinds: tuple[str, ...]
    threads: int


POOLS = (
    Pool("events", ("event", "held"), 4),
    Pool("asking", ("command", "reminder", "rest"), 8),
    Pool("home", ("home", "action"), 4),
)
"""The first waits for the database alone; the others mostly for Slack."""


class Workers:
    """All pools of this process."""

    def __init__(self, store: Store, letters: Hands, *, owner: str) -> None:
        self.workers = [Worker(store, letters, owner=owner, pool=pool) for pool in POOLS]

    def start(self) -> None:
        """Begin."""
        for worker in self.workers:
            worker.start()

    def wake(self) -> None:
        """Look again now."""
        for worker in self.workers:
            worker.wake()

    def stop(self, *, timeout: float) -> None:
        """Finish what is in hand within so many seconds, put back the rest, and end."""
        end = time.monotonic() + timeout
        for worker in self.workers:
            worker.end()
        for worker in self.workers:
            worker.stop(timeout=end - time.monotonic())


class Worker:
    """One pool: a thread that takes letters, and those that work on them."""

    def __init__(self, store: Store, letters: Hands, *, owner: str, pool: Pool, ttl: float = TTL) -> None:
        self.store, self.letters, self.owner, self.pool, self.ttl = store, letters, owner, pool, ttl
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._hand: dict[int, Letter] = {}
        self._emptied = threading.Condition()
        self._suspect, self._suspected_until = 0, 0.0
        self._unwritten: list[Callable[[Transaction], object]] = []
        # What a thread waits for is the network: whoever ends the process does not wait for it.
        self._threads = ThreadPoolExecutor(pool.threads, f"inbox-{pool.name}")
        self._thread = threading.Thread(target=self._run, name=f"inbox-{pool.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

    def end(self) -> None:
        """Take nothing more."""
        self._stop.set()
        self._wake.set()

    def stop(self, *, timeout: float) -> None:
        """Finish what is in hand within so many seconds, put back the rest, and end."""
        self.end()
        end = time.monotonic() + timeout
        if self._thread.is_alive():
            self._thread.join(max(0.0, timeout))
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._emptied:
            self._emptied.wait_for(lambda: not self._hand, max(0.0, end - time.monotonic()))
        if left := list(self._hand):
            self._write(lambda tx: tx.runs.put_back(left), f"{len(left)} letters")

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            if not self._take():
                self._wake.wait(POLL)

    def _take(self) -> bool:
        """Hand out what there is; tell whether there was anything."""
        kinds, room = self.pool.kinds, IN_HAND - len(self._hand)
        if room <= 0:
            return False

        unwritten = list(self._unwritten)

        def claim(tx: Transaction) -> tuple[list[list[Letter]], Letter | None]:
            for operation in unwritten:
                operation(tx)
            lost = (
                None
                if self._suspect and time.monotonic() < self._suspected_until
                else tx.runs.claim_lost(self.owner, kinds, ttl=self.ttl)
            )
            return tx.runs.claim(self.owner, kinds, limit=min(room, TOGETHER), ttl=self.ttl), lost

        try:
            if not unwritten and not self.store.read(lambda tx: tx.runs.has_any(kinds)):
                return False
            runs, lost = self.store.write(claim)
            # These alone: threads may have added to the list since it was copied.
            del self._unwritten[: len(unwritten)]
        except StoreError as error:
            log.warning("inbox: %s", error)
            return False
        if lost is not None and lost.lost > 1:
            self._fail(lost, SET_ASIDE, self.letters.set_aside)
        elif lost is not None:
            self._suspect, self._suspected_until = lost.id, time.monotonic() + self.ttl
            runs = [[lost], *runs]
        for run in runs:
            self._hand.update((letter.id, letter) for letter in run)
            self._threads.submit(self._do, run)
        return bool(runs or lost)

    def _do(self, run: Sequence[Letter]) -> None:
        try:
            self._work_off(run)
        except Exception:
            # The letters are in the database and come again; held in hand for ever, they never would.
            log.exception("inbox: a run of %d letters failed", len(run))
        with self._emptied:
            for letter in run:
                self._hand.pop(letter.id, None)
                if letter.id == self._suspect:
                    self._suspect = 0
            self._emptied.notify_all()
        self._wake.set()

    def _work_off(self, run: Sequence[Letter]) -> None:
        """Do the letters in their order, several in one commit; after one that must wait, put back the rest."""
        begun: list[tuple[Letter, int]] = []
        with self.store.gathering() as gathered:
            for letter in run:
                if self._stop.is_set() or not self._guarded(letter, partial(self.letters.handle, letter)):
                    break
                begun.append((letter, len(gathered)))
            done, first = [], 0
            for letter, last in begun:
                waits = gathered[first:last]
                first = last
                if self._guarded(letter, partial(_all, waits)):
                    done.append(letter.id)
        rest = [letter.id for letter in run[len(begun) :] if letter.id in self._hand]
        if done or rest:
            self._write(partial(_settle, done=done, rest=rest), f"{len(run)} letters")

    def _guarded(self, letter: Letter, work: Callable[[], object]) -> bool:
        """Do it; where that fails, see to it that it is done again or given up, and return False."""
        try:
            work()
        except StoreError as error:
            self._again(letter, str(error), soon=True)
        except RefusedError as error:
            self._fail(letter, str(error))
        except StillReadingError as error:
            self._again(letter, str(error), soon=True)
        except (SlackApiError, OSError, HTTPException) as error:
            self._again(letter, first_line(error))
        except Exception as error:
            # A fault of ours with one letter: it is tried again a few times, then kept as failed, and the others go on.
            log.exception("inbox: letter %s failed", letter.id)
            self._again(letter, type(error).__name__)
        else:
            return True
        self._hand.pop(letter.id, None)
        return False

    def _again(self, letter: Letter, reason: str, *, soon: bool = False) -> None:
        over = letter.kind in ("command", "reminder") and self._age(letter) > ANSWERABLE
        if over or (letter.attempts >= MOST_ATTEMPTS and not soon):
            self._fail(letter, reason)
        else:
            at = self.store.now() + (1.0 if soon else min(300.0, 2.0**letter.attempts))
            self._write(lambda tx: tx.inbox.again(letter.id, at=at, error=reason), f"letter {letter.id}")

    def _fail(self, letter: Letter, reason: str, tell: Callable[[Transaction, Letter], None] | None = None) -> None:
        """Give it up; in the same transaction somebody is owed the word of it."""
        log.error("inbox: letter %s (%s) is given up: %s", letter.id, letter.kind, reason)

        def fail(tx: Transaction) -> None:
            tx.inbox.fail(letter.id, reason)
            if tell is not None:
                tell(tx, letter)
            else:
                self.letters.given_up(tx, letter, reason)

        self._write(fail, f"letter {letter.id}")

    def _write(self, operation: Callable[[Transaction], object], what: str) -> None:
        try:
            self.store.write(operation)
        except StoreError as error:
            # Written with the next claim: left as it is, it would look like the letter of a worker that died on it.
            log.warning("inbox: %s wait: %s", what, error)
            self._unwritten.append(operation)

    def _age(self, letter: Letter) -> float:
        return self.store.now() - letter.received_at


def _all(waits: Sequence[Callable[[], object]]) -> None:
    for wait in waits:
        wait()


def _settle(tx: Transaction, *, done: Sequence[int], rest: Sequence[int]) -> None:
    tx.runs.done(done)
    tx.runs.put_back(rest)
