"""Messages in channels → notifications: what a relay takes, its edits and its deletions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from slack_bitrix24.document import Author, Document
from slack_bitrix24.model import Recipient
from slack_bitrix24.slack.event import Changed, Deleted, Posted
from slack_bitrix24.slack.payload import Post
from slack_bitrix24.slack.words import say
from slack_bitrix24.store import Store
from slack_bitrix24.submit.compose import Draft, digest
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.relay import Own, Relay, is_own, permalink, watching, why_not
from slack_bitrix24.submit.resolve import Asked
from slack_bitrix24.submit.submitter import Submitter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Relays:
    """`workspace_url` is the address of the Slack workspace (https://acme.slack.com/), for links back."""

    relays: Sequence[Relay]
    submitter: Submitter
    store: Store
    own: Own
    workspace_url: str
    language: str = "en"

    def unread(self, event: Posted | Changed | Deleted) -> tuple[str, ...]:
        """Return the groups and channels whose members must be read before the event can be relayed."""
        if isinstance(event, Deleted):
            return ()
        asked = Asked(channel=event.channel, mentioned=event.post.mentions)
        watched = watching(self.relays, event.channel)
        return tuple({one for relay in watched for one in self.submitter.resolve(relay.to, asked=asked).unread})

    def take(self, event: Posted | Changed | Deleted, *, inbox_id: int) -> None:
        """Put into the outbox what the event owes."""
        for relay in watching(self.relays, event.channel):
            match event:
                case Posted():
                    self._posted(relay, event, inbox_id)
                case Changed():
                    self._changed(relay, event, inbox_id)
                case Deleted():
                    self._deleted(relay, event, inbox_id)

    def _posted(self, relay: Relay, event: Posted, inbox_id: int) -> None:
        if is_own(event.post.sender, self.own) or why_not(
            relay, channel=event.channel, sender=event.post.sender, visible=event.post.visible
        ):
            return
        found = self.submitter.resolve(relay.to, asked=Asked(channel=event.channel, mentioned=event.post.mentions))
        for unknown in found.unknown:
            log.warning("relay %s: %s gives nobody (%s)", relay.name, unknown.address, unknown.reason.value)
        draft = self._draft(relay, event, version="")
        self.submitter.send(draft, found.recipients, inbox_id=inbox_id)

    def _changed(self, relay: Relay, event: Changed, inbox_id: int) -> None:
        if relay.edits != "replace" or is_own(event.post.sender, self.own):
            return
        before = self._had(relay, event.channel, event.ts)
        recipients = dict.fromkeys(before)
        taken = not why_not(relay, channel=event.channel, sender=event.post.sender, visible=event.post.visible)
        if taken:
            asked = Asked(channel=event.channel, mentioned=event.post.mentions)
            recipients |= dict.fromkeys(self.submitter.resolve(relay.to, asked=asked).recipients)
        if recipients:
            draft = self._draft(relay, event, version=event.event_ts or digest(event.post.visible))
            self.submitter.send(draft, recipients, inbox_id=inbox_id)

    def _deleted(self, relay: Relay, event: Deleted, inbox_id: int) -> None:
        before = self._had(relay, event.channel, event.ts)
        if relay.edits != "replace" or not before:
            return
        tag = relay.tag(event.channel, event.ts)
        draft = Draft(Document(), f"{tag}:deleted", source=f"relay:{relay.name}", tag=tag)
        self.submitter.take_back(draft, before, inbox_id=inbox_id)

    def _had(self, relay: Relay, channel: str, ts: str) -> list[Recipient]:
        tag = relay.tag(channel, ts)
        return list(self.store.read(lambda tx: tx.outbox.recipients_of(tag)))

    def _draft(self, relay: Relay, event: Posted | Changed, *, version: str) -> Draft:
        tag = relay.tag(event.channel, event.ts)
        return Draft(
            document=attributed(event.post, self.submitter.people()),
            reference=f"{tag}:{version}",
            source=f"relay:{relay.name}",
            author=event.post.sender.user or event.post.sender.bot_id,
            tag=tag,
            link=self._link(event.channel, event.ts, event.thread_ts),
        )

    def _link(self, channel: str, ts: str, thread_ts: str) -> tuple[str, str] | None:
        url = permalink(self.workspace_url, channel, ts, thread_ts=thread_ts)
        return (say(self.language, "open_in_slack"), url) if url else None


def attributed(post: Post, people: People) -> Document:
    """Return a message's document with its sender's name at the end."""
    person = people.users.get(post.sender.user)
    name = post.sender.name or (person.name if person else "")
    if not name or not post.document.blocks:
        return post.document
    return Document((*post.document.blocks, Author(name)))
