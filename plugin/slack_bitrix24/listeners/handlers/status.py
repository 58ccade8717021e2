"""What became of my notifications, and whom the mapping file takes people for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bitrix24.listeners.handlers.asker import Ask, Asker
from slack_bitrix24.listeners.handlers.notify import notes, stops
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import State, Stored
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Store, Taking, Together
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.resolve import Asked, Reason, Unknown, name_of
from slack_bitrix24.submit.submitter import Submitter

LATEST = 10
"""Texts that `status` tells of."""


def names_of(stored: Sequence[Stored], directory: Directory, people: People) -> dict[str, str]:
    """Return what the recipients are called, by address: their Slack name where the mapping file knows them."""
    recipients = {one.notification.recipient for one in stored}
    return {str(one): name_of(one, directory=directory, people=people) for one in recipients}


@dataclass(frozen=True, slots=True)
class Statuses:
    """Answers from the outbox and the mapping file; changes nothing."""

    store: Store
    submitter: Submitter
    asker: Asker

    def status(self, ask: Ask, number: int | None) -> str:
        """Return one notification's state, or the latest of whoever asks; others' only to admins."""
        if number is None:
            found = self.store.read(lambda tx: tx.outbox.latest_texts(ask.user, limit=LATEST))[:LATEST]
            return self._lines(found, ask) or say(ask.language, "status_none")
        one = self.store.read(lambda tx: tx.outbox.get(number))
        if one is None or not (one.notification.author == ask.user or self.asker.is_admin(ask.user)):
            return say(ask.language, "status_unknown", id=number)
        return self._lines([one], ask)

    def who(self, ask: Ask, addresses: Sequence[str]) -> str:
        """Return the Bitrix24 user of each address; of whoever asks, where nobody was named."""
        asked = Asked(author=ask.user, channel=ask.channel)
        found = self.submitter.resolve(addresses or ["me"], asked=asked, typed=True)
        lines = [
            say(ask.language, "who_is", who=answers.shown(name), recipient=recipient)
            for recipient, name in found.recipients.items()
        ]
        unread = (Unknown(name, Reason.NOT_YET) for name in found.unread_names)
        return "\n".join([*lines, *notes((*found.unknown, *unread), ask.language)]) or say(
            ask.language, "nobody_notified"
        )

    def _lines(self, told: Sequence[Stored | Together], ask: Ask) -> str:
        found = [one.last if isinstance(one, Together) else one for one in told]
        names = names_of(found, self.asker.directory(), self.asker.people())
        taken = self.store.read(lambda tx: tx.taken.among(one.notification.sub_tag for one in found))
        reader = self.asker.reader(ask)
        lines = [
            answers.status_many(one.first, one.last, one.states, lang=ask.language)
            if isinstance(one, Together)
            else answers.status_line(
                one, names, reader=reader, taken=self._taken(taken.get(one.notification.sub_tag), ask)
            )
            for one in told
        ]
        waiting = {one.notification.recipient.portal for one in found if one.state in (State.PENDING, State.SENDING)}
        return "\n".join([*lines, *(stops(self.store, waiting, reader) if waiting else ())])

    def _taken(self, taking: Taking | None, ask: Ask) -> str:
        zone = self.asker.people().zone(ask.user) or "UTC"
        return answers.taken_by(taking.by, taking.at, lang=ask.language, zone=zone) if taking else ""
