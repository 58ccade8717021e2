"""What each letter of the inbox asks for: an event to relay, a command or a reminder that needed Slack, a click.

Whoever is known gets it at once. The rest is asked for again, and when it is given up somebody is told.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from typing import TypeGuard

from slack_sdk.errors import SlackApiError

from slack_bitrix24.listeners.handlers.asker import Ask, Refusal, ask_of
from slack_bitrix24.listeners.handlers.following import Following
from slack_bitrix24.listeners.handlers.home import Home
from slack_bitrix24.listeners.handlers.notify import Notifier, Prepared, plainly
from slack_bitrix24.listeners.handlers.relays import REST, Relays
from slack_bitrix24.listeners.handlers.reminders import Reminders
from slack_bitrix24.listeners.workspace import StillReadingError, Workspace
from slack_bitrix24.slack.messages.event import Deleted, Ignored, read_event
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.words import escape, say
from slack_bitrix24.store import Letter, Store, Transaction
from slack_bitrix24.submit.permissions import members
from slack_bitrix24.submit.reading import Known
from slack_bitrix24.submit.telling import tell

log = logging.getLogger(__name__)
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{5,30}")

ACKNOWLEDGED = 0.3
"""Seconds after which the acknowledgement of a command has reached Slack."""
ANSWER = 1.5
"""Seconds for which a notification waits for the answer that should come before its outcome."""


class NotToldError(OSError):
    """Slack does not say at the moment who is meant: the same may be asked again later."""


class RefusedError(Exception):
    """Slack does not say for good who is meant: nothing more comes of the letter."""


@dataclass(frozen=True, slots=True)
class Letters:
    """`answer` tells whoever asked; it raises SlackApiError or OSError."""

    store: Store
    workspace: Workspace
    relays: Relays
    notifier: Notifier
    reminders: Reminders
    home: Home
    following: Following
    answer: Callable[[Ask, str], None]
    _told: set[str] = field(default_factory=set)
    _answering: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "answer"))

    def handle(self, letter: Letter) -> None:
        """Do what a letter asks for.

        What Slack's client raises, StoreError, NotToldError and StillReadingError mean: again. RefusedError: never.
        """
        match letter.kind:
            case "event" | "home":
                self._event(letter)
            case "rest":
                self._rest(letter)
            case "command":
                self._command(letter)
            case "reminder":
                self._reminder(letter)
            case "action":
                self.home.clicked(letter.payload)
            case _:
                return  # kept to be read later, such as the message of a shortcut

    def _event(self, letter: Letter) -> None:
        event = letter.payload.get("event") or {}
        match event.get("type"):
            case "app_home_opened":
                return self.home.show(ask_of(event, self.notifier.asker))
            case "channel_id_changed":
                return self._moved(event.get("old_channel_id"), event.get("new_channel_id"))
            case "message":
                pass
            case _:
                return self.workspace.note(event)
        said = read_event(event)
        if isinstance(said, Ignored):
            return None
        self.relays.own.learn(str(letter.payload.get("api_app_id") or ""))
        for user in self.relays.strangers(said):
            self.workspace.ask(user)  # where Slack does not tell, it is a person
        self.relays.take(said, inbox_id=letter.id, later=letter.payload)
        return None

    def _rest(self, letter: Letter) -> None:
        """Ask Slack who else is owed a message, and let those have it who are known then."""
        said = read_event(letter.payload.get("event") or {})
        if isinstance(said, Ignored | Deleted):
            return
        known = self.workspace.tell(lambda people: self.relays.unread(said, people))
        unread = self.relays.take(said, people=known.people)
        if later := known.later(unread):
            raise NotToldError(_why(later, known))
        if unread:
            raise RefusedError(_why(unread, known))

    def _command(self, letter: Letter) -> None:
        ask, notifier = Ask(*letter.payload["ask"]), self.notifier
        addresses, reached = letter.payload["addresses"], int(letter.payload.get("reached", 0))
        try:
            known = self.workspace.tell(
                lambda people: notifier.found(ask, addresses, people=people, reached=reached).unread
            )
            ask = replace(ask, language=notifier.asker.people().language(ask.user))  # perhaps not known before
            found = notifier.found(ask, addresses, people=known.people, reached=reached)
            later = known.later(found.unread)
            if later and (not found.recipients or letter.payload.get("rest")):
                raise _again(later, known)
            if later:
                waiting = [one for one in addresses if set(later) & set(self._unread(ask, one, known))]
                notifier.rest(ask, waiting, letter.payload, reached=len(found.recipients))
            prepared = notifier.prepare(
                ask, found, letter.payload["text"], held=letter.payload.get("held", ""), known=known
            )
        except Refusal as refusal:
            prepared = Prepared(refusal.text)
        # Each replaces what came before it: the acknowledgement, then the answer, then the outcome.
        self._answer(letter, ask, prepared.answer, patience=ANSWER if prepared.draft is not None else None)
        notifier.put(prepared, inbox_id=letter.id)

    def _unread(self, ask: Ask, address: str, known: Known) -> Sequence[str]:
        return self.notifier.found(ask, [address], people=known.people).unread

    def _reminder(self, letter: Letter) -> None:
        """Keep a reminder now that Slack was asked whom it is for."""
        ask, addresses = Ask(*letter.payload["ask"]), letter.payload["addresses"]
        known = self.workspace.tell(lambda people: self.reminders.found(ask, addresses, people).unread)
        ask = replace(ask, language=self.notifier.asker.people().language(ask.user))
        try:
            text = self.reminders.kept(ask, letter.payload, known, since=letter.received_at)
        except Refusal as refusal:
            text = refusal.text
        self._answer(letter, ask, text, patience=None)

    def _answer(self, letter: Letter, ask: Ask, text: str, *, patience: float | None) -> None:
        """Tell whoever asked. What is owed waits for it no longer than `patience`, however slow Slack is."""
        time.sleep(min(ACKNOWLEDGED, max(0.0, ACKNOWLEDGED - (self.store.now() - letter.received_at))))
        try:
            self._answering.submit(self.answer, ask, text).result(patience)
        except LateError:
            log.warning("inbox: the answer to letter %s takes long", letter.id)
        except (SlackApiError, OSError, HTTPException) as error:
            log.warning("inbox: the answer to letter %s did not reach Slack: %s", letter.id, first_line(error))

    def _moved(self, old: object, new: object) -> None:
        """Follow a channel to its new id, and say so to administrators where something is configured for it."""
        if not (_is_channel(old) and _is_channel(new)) or not self.following.move(old, new):
            return
        named = [f"relays.{relay.name}" for relay in self.relays.relays() if old in relay.channels or old in relay.to]
        waiting = self.store.read(lambda tx: tx.schedules.standing())
        named += [f"{one.kind} {one.title}" for one in waiting if old in one.addresses]
        log.warning("Slack gave channel %s another id, %s; it is followed (%s)", old, new, ", ".join(named) or "unused")
        if named:
            self.store.write(lambda tx: self.tell_admins(tx, "channel_moved", old=old, new=new, who=", ".join(named)))

    def tell_admins(self, tx: Transaction, key: str, **values: object) -> None:
        """Owe every administrator a text; it is said as soon as Slack takes it."""
        asker = self.notifier.asker
        people = asker.people()
        admins = members(asker.permissions().admin, directory=asker.directory(), people=people)
        tell(tx, admins, lambda language: say(language, key, **values), people=people)

    def set_aside(self, tx: Transaction, letter: Letter) -> None:
        """Owe administrators the word that a letter ends its workers, and whoever asked that nothing comes of it."""
        self.tell_admins(tx, "letter_aside", id=letter.id, kind=letter.kind)
        if letter.kind in ("command", "reminder"):
            self.given_up(tx, letter, "")

    def given_up(self, tx: Transaction, letter: Letter, reason: str) -> None:
        """Owe whoever asked, or administrators, the word that nothing (more) comes of a letter."""
        match letter.kind:
            case "command" | "reminder":
                ask = Ask(*letter.payload["ask"])
                who = answers.listed(map(plainly, letter.payload["addresses"]), lang=ask.language)
                tx.receipts.say(
                    ask.response_url or ask.user, say(ask.language, "not_read", who=who), language=ask.language
                )
            case "event" | "rest" if (letter.payload.get("event") or {}).get("type") == "message":
                key = "relay_rest" if letter.kind == REST else "relay_lost"
                if reason in self._told:
                    return  # said once: a channel that Slack does not show may have a hundred messages an hour
                self._told.add(reason)
                url = self.relays.address(letter.payload.get("event") or {})
                self.tell_admins(tx, key, url=url, reason=escape(reason), id=letter.id)


def _why(wanted: Sequence[str], known: Known) -> str:
    return "; ".join(f"{one}: {known.refused[one].word if one in known.refused else 'not told'}" for one in wanted)


def _again(later: Sequence[str], known: Known) -> OSError:
    """Return what says when it is tried again: names that only wait for the people to be read, within a second."""
    kind = StillReadingError if all(one.startswith("@") for one in later) else NotToldError
    return kind(_why(later, known))


def first_line(error: Exception) -> str:
    """Return what an error says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _is_channel(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _CHANNEL.fullmatch(value) is not None
