"""Reminders: kept as schedules of their owner, listed, snoozed, resumed and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slack_bitrix24 import when
from slack_bitrix24.errors import PhraseError
from slack_bitrix24.listeners.handlers.asker import Ask, Asker, Refusal
from slack_bitrix24.listeners.handlers.notify import notes, plainly, unclear
from slack_bitrix24.model import JSON
from slack_bitrix24.slack.messages import payload
from slack_bitrix24.slack.replies import answers, views
from slack_bitrix24.slack.replies.words import as_typed, escape, say
from slack_bitrix24.store import Schedule, Store, Transaction
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.reading import Known
from slack_bitrix24.submit.resolve import Asked, Reason, Resolution, Unknown
from slack_bitrix24.submit.submitter import Submitter

SNOOZE = 3600.0
"""Seconds: the button says an hour."""
UPCOMING = 20
"""Reminders that a list shows."""
FORESEEN = 3
"""Times that an answer names, so that a phrase that was read wrongly is seen at once."""
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
    """`zone` is the IANA zone of the configuration; `now` the wall clock, in Unix seconds; `wake` rouses the worker."""

    store: Store
    submitter: Submitter
    asker: Asker
    zone: str
    now: Callable[[], float]
    command_name: str
    wake: Callable[[], None]

    def moment(self) -> datetime:
        """Return the time now, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def keep(self, ask: Ask, addresses: Sequence[str], rest: str) -> str:
        """Keep a reminder from `text when`; return how it was understood, and how to take it back."""
        found = self.found(ask, addresses)
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

    def found(self, ask: Ask, addresses: Sequence[str], people: People | None = None) -> Resolution:
        """Resolve what a person typed."""
        asked = Asked(author=ask.user, channel=ask.channel)
        return self.submitter.resolve(addresses, asked=asked, typed=True, people=people)

    def plan(self, ask: Ask, addresses: Sequence[str], wanted: Wanted) -> str:
        """Put a reminder into the table, or have Slack asked first whom it is for; return the answer."""
        found = self.found(ask, addresses)
        if found.unread and not found.unread_names:
            return self._later(ask, addresses, wanted)
        return self._put(ask, addresses, wanted, found=found, since=self.moment())

    def _later(self, ask: Ask, addresses: Sequence[str], wanted: Wanted) -> str:
        """Keep what must be asked of Slack before it is known whom it is for; the answer comes afterwards."""
        if not (wanted.text or wanted.message):
            raise Refusal(say(ask.language, "no_text"))
        letter = {
            "ask": ask.as_list(),
            "addresses": list(addresses),
            "wanted": {**asdict(wanted), "rule": when.dump(wanted.rule)},
        }
        self.store.write(lambda tx: tx.inbox.add(f"reminder:{wanted.key}", kind="reminder", payload=letter))
        self.wake()
        return say(ask.language, "working", who=answers.listed(map(plainly, addresses), lang=ask.language))

    def kept(self, ask: Ask, letter: JSON, known: Known, *, since: float) -> str:
        """Keep a reminder after Slack was asked whom it is for; it was wished at `since`. Returns the answer.

        What Slack refuses to tell is left out. What it may tell another time stays, and is asked for when it is due.
        """
        addresses = letter["addresses"]
        self.asker.may_notify(ask, broad=self.found(ask, addresses, known.people).broad)
        wanted = Wanted(**{**letter["wanted"], "rule": when.load(letter["wanted"]["rule"])})
        refused, kept, later = list[Unknown](), [], []
        for address in addresses:
            one = self.found(ask, [address], known.people)
            missing = known.lasting(one.unread)
            later += known.later(one.unread)
            if missing and not one.recipients and len(missing) == len(one.unread):
                refused += [Unknown(each, Reason.UNREAD) for each in missing]
            else:
                kept.append(address)
        lines = notes(refused, ask.language)
        found = self.found(ask, kept, known.people)
        if not found.recipients and not later:
            raise Refusal(
                "\n".join([say(ask.language, "nobody_reminded"), *notes(found.unknown, ask.language), *lines])
            )
        began = datetime.fromtimestamp(since, UTC)
        said = self._put(ask, kept, wanted, found=replace(found, unread=()), since=began, people=known.people)
        who = answers.listed(later, lang=ask.language)
        return "\n".join([said, *lines, *([say(ask.language, "reminder_read_later", who=who)] if later else ())])

    def _put(
        self,
        ask: Ask,
        addresses: Sequence[str],
        wanted: Wanted,
        *,
        found: Resolution,
        since: datetime,
        people: People | None = None,
    ) -> str:
        now, rule = self.moment(), wanted.rule
        if found.unread_names:  # it is kept under an id, which nobody knows yet
            raise Refusal("\n".join([say(ask.language, "nobody_reminded"), *notes(unclear(found), ask.language)]))
        first = when.next_after(rule, since)
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
        who = answers.listed([self._name(address, ask, people) for address in addresses], lang=ask.language)
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
        if address.casefold() in ("me", "мне", "меня", "себе", "я"):
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

    def _name(self, address: str, ask: Ask, people: People | None) -> str:
        return ", ".join(self.found(ask, [address], people).recipients.values()) or plainly(address)

    def listed(self, ask: Ask) -> dict[str, Any]:
        """Return the upcoming reminders of whoever asks, with buttons."""
        found, total = self.upcoming(ask)
        return views.reminders(found, total=total, language=ask.language)

    def upcoming(self, ask: Ask) -> tuple[list[views.Reminder], int]:
        """Return the next reminders of whoever asks and the paused ones, as they are listed, and how many there are."""
        owner = ask.user
        found, total = self.store.read(
            lambda tx: (tx.schedules.standing(owner, limit=UPCOMING), tx.schedules.count(owner))
        )
        return [self._shown(one, ask) for one in found], total

    def _shown(self, one: Schedule, ask: Ask) -> views.Reminder:
        recurs = not isinstance(when.load(one.rule), when.Once)
        again, paused = one.snoozed_until is not None, one.state == "paused"
        return views.Reminder(
            id=one.id,
            text=one.title or one.text,
            reading=self.reading(one, ask.language) if recurs or not again or one.next_at is not None else "",
            following=self._moment(one.next_at, ask) if recurs and one.next_at is not None and not paused else "",
            again=self._moment(one.snoozed_until, ask) if one.snoozed_until is not None else "",
            who=answers.listed([self._name(each, ask, None) for each in one.addresses], lang=ask.language),
            trouble=one.error,
            paused=paused,
        )

    def _moment(self, at: float, ask: Ask) -> str:
        return self._said(when.Once(datetime.fromtimestamp(at, UTC)), ask.user, ask.language)

    def reading(self, schedule: Schedule, language: str) -> str:
        """Return when a schedule is due, in words."""
        return self._said(when.load(schedule.rule), schedule.owner, language)

    def cancel(self, ask: Ask, number: str) -> str:
        """Take a reminder back: one's own, or anybody's as an admin."""

        def cancel(tx: Transaction) -> bool:
            known = tx.schedules.get(int(number))
            # The configuration's schedules stand in the same table, and only the configuration takes them back.
            if known is None or known.kind != "reminder" or known.state not in ("active", "paused"):
                return False
            owner = None if self.asker.is_admin(ask.user) else ask.user
            return tx.schedules.cancel(known.id, owner) is not None

        gone = number.isdigit() and self.store.write(cancel)
        return say(ask.language, "reminder_gone" if gone else "reminder_unknown", id=escape(number))

    def snooze(self, ask: Ask, number: str) -> str:
        """Put off for an hour what is due before then; what comes later keeps its own times."""
        until = self.now() + SNOOZE

        def snooze(tx: Transaction) -> bool:
            found = tx.schedules.snooze(int(number), until, owner=ask.user)  # None where it is paused
            if found is not None and found.next_at is not None and found.next_at <= until:
                after = when.next_after(when.load(found.rule), datetime.fromtimestamp(until, UTC))
                tx.schedules.postpone(found.id, after.timestamp() if after else None)
            return found is not None

        if not (number.isdigit() and self.store.write(snooze)):
            return say(ask.language, "reminder_unknown", id=escape(number))
        return say(ask.language, "snoozed", id=number, when=escape(self._moment(until, ask)))

    def resume(self, ask: Ask, number: str) -> str:
        """Let one of one's own that is paused ring again, from its next time on: what it missed is not made up for."""

        def resume(tx: Transaction) -> Schedule | None:
            found = tx.schedules.get(int(number))
            if found is None or (found.kind, found.owner) != ("reminder", ask.user):
                return None
            following = when.next_after(when.load(found.rule), self.moment())
            return tx.schedules.go_on(found.id, next_at=following.timestamp() if following else None)

        found = self.store.write(resume) if number.isdigit() else None
        if found is None:
            return say(ask.language, "reminder_unpaused", id=escape(number))
        if found.next_at is None:
            return say(ask.language, "reminder_over", id=number)
        return say(ask.language, "reminder_resumed", id=number, when=escape(self._moment(found.next_at, ask)))
