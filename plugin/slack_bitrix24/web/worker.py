"""Work off what was kept at the door: one thread, many letters in one transaction."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Letter, Store
from slack_bitrix24.web.posting import NotYetError, Owed, Posting
from slack_bitrix24.web.request import RefusedError

log = logging.getLogger(__name__)

TOGETHER = 20
"""Letters in one transaction: more would keep those at the door waiting."""
TTL = 60.0
"""Seconds after which a letter in hand is taken for lost with its process."""
POLL = 1.0
"""Seconds between looks at an empty inbox: the floor under the wake-ups, which may be missed."""
AFTER_YOU = 0.01
"""Seconds for which a letter lets the door go first: whoever posts waits for an answer, and threads share one core."""
MOST_ATTEMPTS = 12
"""Attempts at a letter: some 24 minutes, with pauses of 2, 4, 8 … 300 seconds."""


class Posts:
    """One thread that empties the inbox of requests over HTTP.

    It looks when `wake` is set, and once a second. `quiet` is set while the door has nothing to keep.
    """

    def __init__(
        self, store: Store, posting: Posting, *, owner: str, wake: threading.Event, quiet: threading.Event
    ) -> None:
        self.store, self.posting, self.owner, self.quiet = store, posting, owner, quiet
        self._wake = wake
        self._stop = threading.Event()
        # A daemon, because it may wait for the network: a letter in hand is done again after the next start.
        self._thread = threading.Thread(target=self._run, name="inbox-posts", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, *, timeout: float) -> None:
        """Finish what is in hand within so many seconds, and end."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                letters = self.store.read(lambda tx: tx.inbox.has_open(posts=True)) and self.store.write(
                    lambda tx: tx.inbox.claim(self.owner, limit=TOGETHER, ttl=TTL, posts=True)
                )
            except StoreError as error:
                log.warning("inbox: %s", error)
                letters = []
            if letters:
                self._do(letters)
            else:
                self._wake.wait(POLL)

    def _do(self, letters: Sequence[Letter]) -> None:
        owed = []
        for letter in letters:
            self.quiet.wait(AFTER_YOU)
            if (one := self._owed(letter)) is not None:
                owed.append(one)
        try:
            self.posting.keep(owed)
        except StoreError as error:
            log.warning("inbox: %d letters wait: %s", len(owed), error)

    def _owed(self, letter: Letter) -> Owed | None:
        try:
            return self.posting.owed(letter)
        except RefusedError as refused:
            return Owed(letter, (), problem=f"not read: {refused.text}")
        except NotYetError as error:
            self._again(letter, str(error))
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)
        except Exception as error:
            # A fault of ours with one body: it was answered with 200, so it is kept, and those behind it go on.
            log.exception("inbox: letter %s failed", letter.id)
            self._again(letter, type(error).__name__)
        return None

    def _again(self, letter: Letter, reason: str) -> None:
        try:
            if letter.attempts >= MOST_ATTEMPTS:
                log.error("inbox: letter %s is given up: %s", letter.id, reason)
                self.store.write(lambda tx: tx.inbox.fail(letter.id, reason))
            else:
                at = self.store.now() + min(300.0, 2.0**letter.attempts)
                self.store.write(lambda tx: tx.inbox.again(letter.id, at=at, error=reason))
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)
