"""Work off what was kept at the door: one thread, many letters in one transaction."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Letter, Store
from slack_bitrix24.web.posting import Owed, Posting
from slack_bitrix24.web.request import RefusedError

log = logging.getLogger(__name__)

TOGETHER = 50
TTL = 60.0
POLL = 1.0
MOST_ATTEMPTS = 12


class Posts:
    """One thread that empties the inbox of requests over HTTP."""

    def __init__(self, store: Store, posting: Posting, *, owner: str) -> None:
        self.store, self.posting, self.owner = store, posting, owner
        self._wake = threading.Event()
        self._stop = threading.Event()
        # A daemon, because it may wait for the network: a letter in hand is done again after the next start.
        self._thread = threading.Thread(target=self._run, name="inbox-posts", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

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
        owed = [one for letter in letters if (one := self._owed(letter)) is not None]
        try:
            self.posting.keep(owed)
        except StoreError as error:
            log.warning("inbox: %d letters wait: %s", len(owed), error)

    def _owed(self, letter: Letter) -> Owed | None:
        try:
            return self.posting.owed(letter)
        except RefusedError as refused:
            return Owed(letter, (), problem=f"not read: {refused.text}")
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)
        except OSError as error:  # Slack is asked who is in a group
            self._again(letter, str(error) or type(error).__name__)
        except Exception as error:
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
