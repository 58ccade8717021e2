"""Work through the inbox: what Slack sent and what was acknowledged, but not yet done.

A letter is done in the same transaction in which its notifications are kept; after a crash it is done again, and owes
nothing twice. Entries of one channel are worked on in their order.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.client import HTTPException

from slack_sdk.errors import SlackApiError

from slack_bitrix24.errors import StoreError
from slack_bitrix24.listeners.handlers.asker import Ask, Refusal, ask_of
from slack_bitrix24.listeners.handlers.home import Home
from slack_bitrix24.listeners.handlers.notify import Notifier, Prepared, plainly
from slack_bitrix24.listeners.handlers.relays import Relays
from slack_bitrix24.listeners.workspace import StillReadingError, Workspace
from slack_bitrix24.slack.messages.event import Ignored, read_event
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Letter, Store

log = logging.getLogger(__name__)

TTL = 60.0
POLL = 1.0
TOGETHER = 20
MOST_ATTEMPTS = 12
ACKNOWLEDGED = 0.3
"""Seconds after which the acknowledgement of a command has reached Slack."""
ANSWERABLE = 25 * 60.0
"""Seconds after which a command is given up: a response_url lives for 30 minutes."""


@dataclass(frozen=True, slots=True)
class Work:
    """What each kind of letter is handed to."""

    workspace: Workspace
    relays: Relays
    notifier: Notifier
    home: Home
    answer: Callable[[Ask, str], None]
    """Tells whoever asked; raises SlackApiError or OSError."""


class Worker:
    """One thread that empties the inbox."""

    def __init__(self, store: Store, work: Work, *, owner: str) -> None:
        self.store, self.work, self.owner = store, work, owner
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
            self._handle(letter)
            self.store.write(lambda tx: tx.inbox.done(letter.id))
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)
        except StillReadingError as error:
            self._again(letter, str(error), soon=True)
        except (SlackApiError, OSError, HTTPException) as error:
            self._again(letter, first_line(error))
        except Exception as error:
            log.exception("inbox: letter %s failed", letter.id)
            self._again(letter, type(error).__name__)

    def _again(self, letter: Letter, reason: str, *, soon: bool = False) -> None:
        try:
            over = letter.kind == "command" and self._age(letter) > ANSWERABLE
            if over or (letter.attempts >= MOST_ATTEMPTS and not soon):
                log.error("inbox: letter %s (%s) is given up: %s", letter.id, letter.kind, reason)
                self.store.write(lambda tx: tx.inbox.fail(letter.id, reason))
                self._give_up(letter)
            else:
                at = self.store.now() + (1.0 if soon else min(300.0, 2.0**letter.attempts))
                self.store.write(lambda tx: tx.inbox.again(letter.id, at=at, error=reason))
        except StoreError as error:
            log.warning("inbox: letter %s waits: %s", letter.id, error)

    def _handle(self, letter: Letter) -> None:
        match letter.kind:
            case "event":
                self._event(letter)
            case "command":
                self._command(letter)
            case "action":
                self.work.home.clicked(letter.payload)
            case _:
                return  # kept to be read later, such as the message of a shortcut

    def _event(self, letter: Letter) -> None:
        event = letter.payload.get("event") or {}
        if event.get("type") == "app_home_opened":
            return self.work.home.show(ask_of(event, self.work.notifier.asker))
        if event.get("type") != "message":
            return self.work.workspace.note(event)
        said = read_event(event)
        if isinstance(said, Ignored):
            return None
        self.work.relays.own.learn(str(letter.payload.get("api_app_id") or ""))
        for wanted in self.work.relays.unread(said):
            self.work.workspace.try_read(wanted)
        return self.work.relays.take(said, inbox_id=letter.id)

    def _command(self, letter: Letter) -> None:
        ask, notifier = Ask(*letter.payload["ask"]), self.work.notifier
        addresses = letter.payload["addresses"]
        try:
            for wanted in sorted(notifier.found(ask, addresses).unread):  # names first: they cost no request
                self.work.workspace.try_read(wanted)
            ask = replace(ask, language=notifier.asker.people().language(ask.user))  # perhaps not known before
            found = notifier.found(ask, addresses)
            prepared = notifier.prepare(ask, found, letter.payload["text"], held=letter.payload.get("held", ""))
        except Refusal as refusal:
            prepared = Prepared(refusal.text)
        # Each replaces what came before it: the acknowledgement, then the answer, then the outcome.
        self._stop.wait(max(0.0, ACKNOWLEDGED - self._age(letter)))
        try:
            self.work.answer(ask, prepared.answer)
        except (SlackApiError, OSError, HTTPException) as error:
            log.warning("inbox: the answer to letter %s did not reach Slack: %s", letter.id, first_line(error))
        notifier.put(prepared, inbox_id=letter.id)

    def _give_up(self, letter: Letter) -> None:
        """Tell whoever asked that nothing came of it."""
        if letter.kind == "command":
            ask = Ask(*letter.payload["ask"])
            who = answers.listed(map(plainly, letter.payload["addresses"]), lang=ask.language)
            try:
                self.work.answer(ask, say(ask.language, "not_read", who=who))
            except (SlackApiError, OSError, HTTPException) as error:
                log.warning("inbox: the answer to letter %s did not reach Slack: %s", letter.id, first_line(error))

    def _age(self, letter: Letter) -> float:
        return self.store.now() - letter.received_at


def first_line(error: Exception) -> str:
    """Return what an error says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]
