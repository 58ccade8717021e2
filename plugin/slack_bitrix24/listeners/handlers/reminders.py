"""Reminders: kept as schedules of their owner, listed, snoozed and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_bitrix24 import when
from slack_bitrix24.errors import PhraseError
from slack_bitrix24.listeners.handlers.asker import Ask, Asker, Refusal
from slack_bitrix24.listeners.handlers.notify import notes, unclear
from slack_bitrix24.model import JSON
from slack_bitrix24.slack.messages import payload
from slack_bitrix24.slack.replies import answers, views
from slack_bitrix24.slack.replies.words import as_typed, escape, say
from slack_bitrix24.store import Schedule, Store, Transaction
from slack_bitrix24.submit.resolve import Asked
from slack_bitrix24.submit.submitter import Submitter

SNOOZE = 3600.0
UPCOMING = 20
FORESEEN = 3
TITLE = 100
"""Characters of a message that stand for it in a list."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be said when; `phrase` is how the person put it. `message` goes along, `url` is where it stands."""

    text: str
    rule: when.Rule
    phrase: str
    message: JSON = field(default_factory=dict)
    url: str = ""
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Names this wish: the same one is kept once."""


@dataclass(frozen=True, slots=True)
class Reminders:
    """`zone` is the IANA time zone of the configuration; `now` the wall clock, in Unix seconds."""

    store: Store
    submitter: Submitter
    asker: Asker
    zone: str
    now: Callable[[], float]
    command_name: str

    def moment(self) -> datetime:
        """Return the time now, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def keep(self, ask: Ask, addresses: Sequence[str], rest: str) -> str:
        """Keep a reminder from `text when`; return how it was understood, and how to take it back."""
        asked = Asked(author=ask.user, channel=ask.channel)
        found = self.submitter.resolve(addresses, asked=asked, typed=True)
        self.asker.may_notify(ask, broad=found.broad)
        lines = notes(found.unknown, ask.language)
        if not found.recipients and not found.unread:
            return "\n".join([say(ask.language, "nobody_reminded"), *lines])
        try:
            text, rule, phrase = when.split(rest, now=self.moment(), zone=self.zone_of(ask.user))
        except PhraseError as error:
            raise Refusal(self._refused(error, ask)) from None
        return self.plan(ask, addresses, Wanted(text, rule, phrase))

    def zone_of(self, user: str) -> str:
        """Return the zone that a person means: the one of their Slack, else the configuration's."""
        return when.known_zone(self.asker.people().zone(user)) or self.zone

    def _refused(self, error: PhraseError, ask: Ask) -> str:
        if isinstance(error, when.RefusalError) and error.code == "no_text":
            return say(ask.language, "reminder_text", command=self.command_name)
        return say(ask.language, "reminder_time", reason=escape(when.explain(error, language=ask.language)))

    def _said(self, rule: when.Rule, user: str, language: str) -> str:
        """Say a rule to its owner; the zone is named where it is not the configuration's."""
        spoken: when.Language = "ru" if language == "ru" else "en"
        return when.describe(rule, language=spoken, zone=self.zone_of(user), home=self.zone)

    def plan(self, ask: Ask, addresses: Sequence[str], wanted: Wanted) -> str:
        """Put a reminder into the table; return the answer."""
        now, rule = self.moment(), wanted.rule
        asked = Asked(author=ask.user, channel=ask.channel)
        found = self.submitter.resolve(addresses, asked=asked, typed=True)
        if found.unread_names:  # it is kept under an id, which nobody knows yet
            raise Refusal("\n".join([say(ask.language, "nobody_reminded"), *notes(unclear(found), ask.language)]))
        first = when.next_after(rule, now)
        if first is None:
            raise Refusal(say(ask.language, "reminder_time", reason=escape(wanted.phrase)))
        title = wanted.text or payload.read(wanted.message).visible[:TITLE]
        if not title:
            raise Refusal(say(ask.language, "no_text"))
        schedule = Schedule(
            key=f"reminder:{wanted.key}",
            kind="reminder",
            owner=ask.user,
            title=title,
            text=wanted.text,
            addresses=tuple(self._stable(address, ask) for address in addresses),
            rule=when.dump(rule),
            zone=self.zone_of(ask.user),
            phrase=wanted.phrase,
            next_at=first.timestamp(),
            extra={"channel": ask.channel, "language": ask.language, **self._with(wanted, ask)},
        )
        number = self.store.write(lambda tx: tx.schedules.put(schedule))
        who = answers.listed([self._name(address, ask) for address in addresses], lang=ask.language)
        kept = say(
            ask.language,
            "reminder_kept",
            names=who,
            when=escape(self._said(rule, ask.user, ask.language)),
            text=as_typed(title),
        )
        undo = say(ask.language, "reminder_undo", command=self.command_name, id=number)
        return "\n".join([kept, *self._foreseen(rule, now, ask), undo, *notes(found.unknown, ask.language)])

    def _with(self, wanted: Wanted, ask: Ask) -> dict[str, Any]:
        """Return what goes along: a message, its address, and who sends it where others read it."""
        person = self.asker.people().users.get(ask.user)
        found = {"message": wanted.message, "link": wanted.url, "name": person.name if person else ""}
        return {key: value for key, value in found.items() if value}

    def _stable(self, address: str, ask: Ask) -> str:
        """Return the address as it is to be read later: `me` becomes the person, `here` the channel, a name its id."""
        if address.casefold() in ("me", "мне", "меня", "я"):
            return ask.user
        if address.lstrip("<!@").rstrip(">").partition("|")[0].casefold() in ("here", "channel", "everyone"):
            return ask.channel
        if not address.startswith("@") or self.submitter.directory().members(address[1:]) is not None:
            return address
        called = self.asker.people().called(address[1:])
        return called[0].id if len(called) == 1 else address

    def _foreseen(self, rule: when.Rule, now: datetime, ask: Ask) -> list[str]:
        if isinstance(rule, when.Once | when.Several):
            return []
        times: list[str] = []
        after: datetime | None = now
        while after is not None and len(times) < FORESEEN:
            after = when.next_after(rule, after)
            if after is not None:
                times.append(self._said(when.Once(after), ask.user, ask.language))
        return [say(ask.language, "reminder_next", times=escape("; ".join(times)))]

    def _name(self, address: str, ask: Ask) -> str:
        found = self.submitter.resolve([address], asked=Asked(ask.user, ask.channel), typed=True)
        return ", ".join(found.recipients.values()) or address

    def listed(self, ask: Ask) -> dict[str, Any]:
        """Return the upcoming reminders of whoever asks, with buttons."""
        found = self.upcoming(ask.user)
        return views.reminders(
            [(one.id, one.title or one.text, one.due_at, self.reading(one, ask.language)) for one in found],
            language=ask.language,
            zone=self.zone,
        )

    def upcoming(self, owner: str) -> list[Schedule]:
        """Return the waiting reminders of a Slack user, the next first."""
        return list(self.store.read(lambda tx: tx.schedules.upcoming(owner, limit=UPCOMING)))

    def reading(self, schedule: Schedule, language: str) -> str:
        """Return when a schedule is due, in words."""
        return self._said(when.load(schedule.rule), schedule.owner, language)

    def cancel(self, ask: Ask, number: str) -> str:
        """Take a reminder back: one's own, or anybody's as an admin."""

        def cancel(tx: Transaction) -> bool:
            known = tx.schedules.get(int(number))
            # The configuration's schedules stand in the same table, and only the configuration takes them back.
            if known is None or known.kind != "reminder" or known.state != "active":
                return False
            owner = None if self.asker.is_admin(ask.user) else ask.user
            return tx.schedules.cancel(known.id, owner) is not None

        gone = number.isdigit() and self.store.write(cancel)
        return say(ask.language, "reminder_gone" if gone else "reminder_unknown", id=escape(number))

    def snooze(self, ask: Ask, number: str) -> str:
        """Ring once more in an hour; the series keeps its own times."""
        until = self.now() + SNOOZE
        found = number.isdigit() and self.store.write(
            lambda tx: tx.schedules.snooze(int(number), until, owner=ask.user)
        )
        if not found:
            return say(ask.language, "reminder_unknown", id=escape(number))
        at = self._said(when.Once(datetime.fromtimestamp(until, UTC)), ask.user, ask.language)
        return say(ask.language, "snoozed", id=number, when=escape(at))
