"""Keep requests before they are answered: many in one commit, without a thread for each.

While one commit is on its way, what comes in gathers for the next; a commit's end wakes the event loop once for all
that were in it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import POST, Known, Store, Transaction
from slack_bitrix24.web.request import Answer

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds: most senders give up after ten."""
TOGETHER = 256
"""Requests in one commit, at most."""
LARGEST = 8_000_000
"""Bytes of payload in one commit, roughly: a few large ones must not hold up the small ones behind them."""


class OnItsWayError(StoreError):
    """The database said nothing in time, and may still take it: `kept` is done when that is known.

    `answer` is what it would have been answered.
    """

    def __init__(self, kept: asyncio.Future[Known | None]) -> None:
        super().__init__("the database does not answer")
        self.kept = kept
        self.answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request as it is kept. `idempotency_key` is empty where its sender gave none; `known` goes with it.

    `begins` is a tag under which something stands from now on: a message that its sender may change by and by.
    """

    key: str
    payload: dict[str, Any]
    hook: str
    order_key: str = ""
    size: int = 0
    idempotency_key: str = ""
    known: Known | None = None
    begins: str = ""


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    kept: asyncio.Future[Known | None] = field(repr=False)


class Intake:
    """Used from one event loop only. `wake` is called after each commit, in a thread of the store.

    `quiet` is set while nothing waits to be kept.
    """

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store, self._wake = store, wake
        self._waiting: list[_Waiting] = []
        self._busy = False
        self.quiet = threading.Event()
        self.quiet.set()
        self._keys = itertools.count()
        self._mark = secrets.token_hex(12)

    def new_key(self, hook: str) -> str:
        """Return a key that no other request has, here or on any other node."""
        return f"post:{hook}:{self._mark}{next(self._keys)}"

    async def keep(self, entry: Entry) -> Known | None:
        """Keep it, durably; return what was answered before under its idempotency key, where the key is known.

        Raises StoreError where it can't be kept now, also when the database says nothing for PATIENCE; OnItsWayError
        where it may still be kept then.
        """
        one = _Waiting(entry, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        self._flush()
        try:
            async with asyncio.timeout(PATIENCE):
                # The time-out ends the waiting alone: the commit that is on its way still tells.
                return await asyncio.shield(one.kept)
        except TimeoutError:
            if one not in self._waiting:
                one.kept.add_done_callback(asyncio.Future.exception)  # looked at, so that nobody complains of it
                raise OnItsWayError(one.kept) from None
            self._waiting.remove(one)
            raise StoreError("the database does not answer") from None

    def _flush(self) -> None:
        if self._busy or not self._waiting:
            return
        taken, size = 0, 0
        while taken < min(len(self._waiting), TOGETHER) and (not taken or size < LARGEST):
            size += self._waiting[taken].entry.size
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._busy = True
        self.quiet.clear()
        loop = asyncio.get_running_loop()

        def kept(found: list[Known | None] | None, error: BaseException | None) -> None:
            if error is None:
                self._wake()
            loop.call_soon_threadsafe(self._kept, batch, found, error)

        try:
            self._store.write_soon(lambda tx: _keep(tx, [one.entry for one in batch]), kept)
        except StoreError as error:
            self._kept(batch, None, error)

    def _kept(self, batch: list[_Waiting], found: list[Known | None] | None, error: BaseException | None) -> None:
        self._busy = False
        if not self._waiting:
            self.quiet.set()
        for number, one in enumerate(batch):
            if one.kept.done():  # its client has gone
                continue
            if error is not None or found is None:
                one.kept.set_exception(StoreError(str(error)))
            else:
                one.kept.set_result(found[number])
        self._flush()


def _keep(tx: Transaction, entries: list[Entry]) -> list[Known | None]:
    before = [_known(tx, entry) for entry in entries]
    new = [entry for entry, known in zip(entries, before, strict=True) if known is None]
    tx.inbox.add_all(POST, [(entry.key, entry.payload, entry.order_key) for entry in new])
    for entry in new:
        if entry.begins:
            tx.standing.put(entry.begins, ())
    return before


def _known(tx: Transaction, entry: Entry) -> Known | None:
    if not entry.idempotency_key or entry.known is None:
        return None
    return tx.answers.keep(entry.hook, entry.idempotency_key, entry.known)
