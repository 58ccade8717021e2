"""Work through the inbox: what Slack sent and what was acknowledged, but not yet done.

A letter is done in the same transaction in which its notifications are kept; after a crash it is done again, and owes
nothing twice. Entries of one channel are worked on in their order.
"""

from __future__ import annotations

import logging
import threading
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

from slack_bitrix24.errors import StoreError
from slack_bitrix24.listeners.handlers.letters import Letters, RefusedError, first_line
from slack_bitrix24.listeners.workspace import StillReadingError
from slack_bitrix24.store import Letter, Store, Transaction

log = logging.getLogger(__name__)

TTL = 60.0
POLL = 1.0
TOGETHER = 20
MOST_ATTEMPTS = 12
ANSWERABLE = 25 * 60.0
"""Seconds after which a command is given up: a response_url lives for 30 minutes."""


class Worker:
    """One thread that empties the inbox."""

    def __init__(self, store: Store, letters: Letters, *, owner: str) -> None:
        self.store, self.letters, self.owner = store, letters, owner
        self._wake = threading.Event()
        self._stop = threading.Event()
        # A daemon, because what it waits for is the network: a letter in hand is done again after the next start.
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

    def stop(self, *, timeout: float) -> None:
        """Finish the letter in hand within so many seconds, and end."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                letters = self.store.read(lambda tx: tx.inbox.has_open()) and self.store.write(
                    lambda tx: tx.inbox.claim(self.owner, limit=TOGETHER, ttl=TTL)
                )
            except StoreError as error:
                log.warning("inbox: %s", error)
                letters = []
            for letter in letters or []:
                if not self._stop.is_set():
                    self._do(letter)
            if not letters:
                self._wake.wait(POLL)

    def _do(self, letter: Letter) -> None:
        try:
            self.letters.handle(letter)
            self.store.write(lambda tx: tx.inbox.done(letter.id))
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)
        except RefusedError as error:
            self._fail(letter, str(error))
        except StillReadingError as error:
            self._again(letter, str(error), soon=True)
        except (SlackApiError, OSError, HTTPException) as error:
            self._again(letter, first_line(error))
        except Exception as error:
            log.exception("inbox: letter %s failed", letter.id)
            self._again(letter, type(error).__name__)

    def _again(self, letter: Letter, reason: str, *, soon: bool = False) -> None:
        try:
            over = letter.kind in ("command", "reminder") and self._age(letter) > ANSWERABLE
            if over or (letter.attempts >= MOST_ATTEMPTS and not soon):
                self._fail(letter, reason)
            else:
                at = self.store.now() + (1.0 if soon else min(300.0, 2.0**letter.attempts))
                self.store.write(lambda tx: tx.inbox.again(letter.id, at=at, error=reason))
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)

    def _fail(self, letter: Letter, reason: str) -> None:
        """Give it up; in the same transaction somebody is owed the word of it."""
        log.error("inbox: letter %s (%s) is given up: %s", letter.id, letter.kind, reason)

        def fail(tx: Transaction) -> None:
            tx.inbox.fail(letter.id, reason)
            self.letters.given_up(tx, letter, reason)

        try:
            self.store.write(fail)
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)

    def _age(self, letter: Letter) -> float:
        return self.store.now() - letter.received_at
