"""Messages in channels → notifications: what a relay takes, its edits and its deletions.

Slack's events come in any order: two connections, late repeats. Each is held against the newest that was seen of its
message, and what is older goes nowhere.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from slack_bitrix24 import metrics
from slack_bitrix24.document import Author, Document
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.slack.messages.event import Changed, Deleted, Posted
from slack_bitrix24.slack.messages.payload import Post
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Accepted, Store, Submission, Transaction
from slack_bitrix24.submit.compose import Draft, deletions, digest
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.relay import Own, Relay, is_own, normal_stamp, once, permalink, version, watching, why_not
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
        """Put into the outbox what the event owes, unless something newer was seen of its message."""
        relays = watching(self.relays, event.channel)
        # An edit or a deletion is noted before it is looked up who had the message: what is older adds nobody after it.
        # A new message replaces nothing, and most of them concern no relay: it is noted only where it is kept.
        if relays and not isinstance(event, Posted) and not self.store.write(lambda tx: _advance(tx, event)):
            _overtaken(event)
        elif owed := [(relay, made) for relay in relays if relay.wants(event) and (made := self._owed(relay, event))]:
            self._keep(event, owed, inbox_id)

    def _keep(
        self, event: Posted | Changed | Deleted, owed: Sequence[tuple[Relay, list[Notification]]], inbox_id: int
    ) -> None:
        def keep(tx: Transaction) -> list[Accepted]:
            is_newest = _advance(tx, event)
            seen = tx.versions.newest(_key(event))
            is_gone = seen is not None and seen.deleted
            allowed = [(relay, each) for relay, each in owed if relay.may_send(is_newest=is_newest, is_gone=is_gone)]
            watched = watching(self.relays, event.channel)
            had = {
                relay.name: set(tx.outbox.recipients_of(relay.tag(event.channel, event.ts)))
                for relay in watched
                if len(watched) > 1 and not (isinstance(event, Changed) and relay.edits == "ignore")
            }
            return tx.outbox.accept(Submission(once(allowed, had), inbox_id=inbox_id))

        accepted = self.store.write(keep)
        metrics.ACCEPTED.labels("relay").inc(sum(1 for each in accepted if each.new))
        if not accepted:
            _overtaken(event)

    def _owed(self, relay: Relay, event: Posted | Changed | Deleted) -> list[Notification]:
        match event:
            case Posted():
                return self._posted(relay, event)
            case Changed():
                return self._changed(relay, event)
            case Deleted():
                return self._deleted(relay, event)

    def _posted(self, relay: Relay, event: Posted) -> list[Notification]:
        if is_own(event.post.sender, self.own) or not self._takes(relay, event):
            return []
        found = self.submitter.resolve(relay.to, asked=Asked(channel=event.channel, mentioned=event.post.mentions))
        for unknown in found.unknown:
            log.warning("relay %s: %s gives nobody (%s)", relay.name, unknown.address, unknown.reason.value)
        return self.submitter.compose(self._draft(relay, event, reference=""), found.recipients)

    def _changed(self, relay: Relay, event: Changed) -> list[Notification]:
        if is_own(event.post.sender, self.own):
            return []
        recipients = dict.fromkeys(self._had(relay, event.channel, event.ts))
        if self._takes(relay, event):
            asked = Asked(channel=event.channel, mentioned=event.post.mentions)
            recipients |= dict.fromkeys(self.submitter.resolve(relay.to, asked=asked).recipients)
        if not recipients:
            return []
        # Without a time of its own, an edit is told from others by what it says.
        stamp = normal_stamp(event.event_ts) or normal_stamp(event.edited)
        return self.submitter.compose(
            self._draft(relay, event, reference=stamp or digest(event.post.visible)), recipients
        )

    def _deleted(self, relay: Relay, event: Deleted) -> list[Notification]:
        tag = relay.tag(event.channel, event.ts)
        draft = Draft(Document(), f"{tag}:deleted", source=f"relay:{relay.name}", tag=tag, priority=relay.priority)
        return deletions(draft, self._had(relay, event.channel, event.ts))

    def _takes(self, relay: Relay, event: Posted | Changed) -> bool:
        return not why_not(
            relay,
            channel=event.channel,
            sender=event.post.sender,
            visible=event.post.visible,
            people=self.submitter.people(),
        )

    def _had(self, relay: Relay, channel: str, ts: str) -> list[Recipient]:
        tag = relay.tag(channel, ts)
        return list(self.store.read(lambda tx: tx.outbox.recipients_of(tag)))

    def _draft(self, relay: Relay, event: Posted | Changed, *, reference: str) -> Draft:
        tag = relay.tag(event.channel, event.ts)
        return Draft(
            document=attributed(event.post, self.submitter.people()),
            reference=f"{tag}:{reference}",
            source=f"relay:{relay.name}",
            author=event.post.sender.user or event.post.sender.bot_id,
            tag=tag,
            link=self._link(event.channel, event.ts, event.thread_ts),
            priority=relay.priority,
        )

    def _link(self, channel: str, ts: str, thread_ts: str) -> tuple[str, str] | None:
        url = permalink(self.workspace_url, channel, ts, thread_ts=thread_ts)
        return (say(self.language, "open_in_slack"), url) if url else None


def _key(event: Posted | Changed | Deleted) -> str:
    return f"{event.channel}:{event.ts}"


def _advance(tx: Transaction, event: Posted | Changed | Deleted) -> bool:
    return tx.versions.advance(_key(event), version(event), deleted=isinstance(event, Deleted))


def _overtaken(event: Posted | Changed | Deleted) -> None:
    log.debug("%s of %s at %s: something newer was seen", type(event).__name__, _key(event), version(event))


def attributed(post: Post, people: People) -> Document:
    """Return a message's document with its sender's name at the end."""
    person = people.users.get(post.sender.user)
    name = post.sender.name or (person.name if person else "")
    if not name or not post.document.blocks:
        return post.document
    return Document((*post.document.blocks, Author(name)))
