"""Messages in channels → notifications: what a relay takes, its edits and its deletions.

Slack's events come in any order: two connections, late repeats. Each is held against the newest that was seen of its
message, and what is older goes nowhere. Whoever is known gets a message at once; for those whom Slack has yet to tell
it is kept as a letter of its own, behind which nothing waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from slack_bitrix24 import metrics
from slack_bitrix24.document import Author, Document
from slack_bitrix24.listeners.handlers.following import Following
from slack_bitrix24.model import JSON, Notification, Recipient
from slack_bitrix24.slack.messages.event import Changed, Deleted, Posted
from slack_bitrix24.slack.messages.payload import Post
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Accepted, Store, Submission, Transaction
from slack_bitrix24.submit.compose import Draft, deletions, digest
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.relay import (
    Own,
    Relay,
    is_own,
    marked,
    normal_stamp,
    once,
    permalink,
    version,
    watching,
    why_not,
)
from slack_bitrix24.submit.resolve import Asked, Resolution
from slack_bitrix24.submit.submitter import Submitter

log = logging.getLogger(__name__)

REST = "rest"
"""The kind of a letter that waits for those whom Slack has yet to tell."""

Said = Posted | Changed | Deleted


@dataclass(frozen=True, slots=True)
class _Owed:
    """What one relay owes now, and the groups and channels whose people are still to come."""

    relay: Relay
    notifications: Sequence[Notification]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relays:
    """`workspace_url` is the address of the Slack workspace (https://acme.slack.com/), for links back."""

    relays: Callable[[], Sequence[Relay]]
    submitter: Submitter
    store: Store
    own: Own
    workspace_url: str
    language: str = "en"
    following: Following | None = None

    def strangers(self, event: Said) -> tuple[str, ...]:
        """Return the user who wrote, where it is not known whether that is a bot and a relay goes by it."""
        if isinstance(event, Deleted) or not event.sender.user or marked(event.sender):
            return ()
        goes_by_it = any(relay.kind in ("bots", "people") for relay in self._watching(self._placed(event)))
        return (event.sender.user,) if goes_by_it and event.sender.user not in self.submitter.people().users else ()

    def unread(self, event: Said, people: People) -> tuple[str, ...]:
        """Return the groups and channels whose members must be read before everybody is reached."""
        placed = self._placed(event)
        if isinstance(placed, Deleted):
            return ()
        taking = [relay for relay in self._watching(placed) if self._takes(relay, placed)]
        found = (self._resolve(relay, placed, people) for relay in taking)
        return tuple(dict.fromkeys(one for each in found for one in each.unread))

    def take(
        self, event: Said, *, inbox_id: int | None = None, people: People | None = None, later: JSON | None = None
    ) -> tuple[str, ...]:
        """Put into the outbox what the event owes to whoever is known, unless something newer was seen of its message.

        Returns the groups and channels whose people are not known; for them `later`, where it is given, is kept.
        """
        placed = self._placed(event)
        relays = self._watching(placed)
        # An edit or a deletion is noted before it is looked up who had the message: what is older adds nobody after it.
        # A new message replaces nothing, and most of them concern no relay: it is noted only where it is kept.
        if relays and not isinstance(placed, Posted) and not self.store.write(lambda tx: _advance(tx, placed)):
            _overtaken(placed)
            return ()
        known = people or self.submitter.people()
        owed = [made for relay in relays if relay.wants(placed) for made in self._owed(relay, placed, known)]
        unread = tuple(dict.fromkeys(one for each in owed for one in each.unread))
        if owed:
            self._keep(placed, owed, inbox_id=inbox_id, later=later if unread else None)
        return unread

    def _placed(self, event: Said) -> Said:
        """Return the event under the id that its channel had first: what belongs together is kept under one."""
        oldest = self.following.oldest(event.channel) if self.following else event.channel
        return event if oldest == event.channel else replace(event, channel=oldest)

    def _watching(self, event: Said) -> list[Relay]:
        oldest = self.following.back() if self.following else None
        if oldest is None:
            return watching(self.relays(), event.channel)
        mine = [replace(relay, channels=tuple(map(oldest, relay.channels))) for relay in self.relays()]
        return watching(mine, event.channel)

    def _keep(self, event: Said, owed: Sequence[_Owed], *, inbox_id: int | None, later: JSON | None) -> None:
        def keep(tx: Transaction) -> Submission:
            is_newest = _advance(tx, event)
            seen = tx.versions.newest(_key(event))
            is_gone = seen is not None and seen.deleted
            allowed = [one for one in owed if one.relay.may_send(is_newest=is_newest, is_gone=is_gone)]
            if later is not None and any(one.unread for one in allowed):
                tx.inbox.add(f"{REST}:{_key(event)}:{version(event)}", kind=REST, payload=later)
            had = self._had_by_others(tx, event)
            made = once([(one.relay, one.notifications) for one in allowed], had)
            return Submission(made, inbox_id=inbox_id)

        def kept(accepted: Sequence[Accepted]) -> None:
            metrics.ACCEPTED.labels("relay").inc(sum(1 for each in accepted if each.new))
            if not accepted:
                _overtaken(event)

        self.store.submit_then(keep, kept)

    def _had_by_others(self, tx: Transaction, event: Said) -> dict[str, set[Recipient]]:
        watched = self._watching(event)
        return {
            relay.name: set(tx.outbox.recipients_of(relay.tag(event.channel, event.ts)))
            for relay in watched
            if len(watched) > 1 and not (isinstance(event, Changed) and relay.edits == "ignore")
        }

    def _owed(self, relay: Relay, event: Said, people: People) -> list[_Owed]:
        match event:
            case Deleted():
                return [_Owed(relay, self._deleted(relay, event))]
            case _ if is_own(event.post.sender, self.own):
                return []
            case Posted():
                return self._posted(relay, event, people)
            case Changed():
                return self._changed(relay, event, people)

    def _posted(self, relay: Relay, event: Posted, people: People) -> list[_Owed]:
        if not self._takes(relay, event):
            return []
        found = self._resolve(relay, event, people)
        for unknown in found.unknown:
            log.warning("relay %s: %s gives nobody (%s)", relay.name, unknown.address, unknown.reason.value)
        self.submitter.missed(found.unknown, source=f"relay:{relay.name}")
        made = self.submitter.compose(self._draft(relay, event, reference=""), found.recipients)
        return [_Owed(relay, made, found.unread)] if made or found.unread else []

    def _changed(self, relay: Relay, event: Changed, people: People) -> list[_Owed]:
        had = self._had(relay, event.channel, event.ts)
        recipients, unread = dict.fromkeys(had), tuple[str, ...]()
        if self._takes(relay, event):
            found = self._resolve(relay, event, people)
            before = self._reached_before(relay, event, people)
            recipients |= dict.fromkeys(one for one in found.recipients if one not in before.recipients)
            unread = tuple(one for one in found.unread if one not in before.unread)
        if not recipients and not unread:
            return []
        # Without a time of its own, an edit is told from others by what it says.
        stamp = normal_stamp(event.event_ts) or normal_stamp(event.edited)
        draft = self._draft(relay, event, reference=stamp or digest(event.post.visible))
        return [_Owed(relay, self.submitter.compose(draft, recipients), unread)]

    def _reached_before(self, relay: Relay, event: Changed, people: People) -> Resolution:
        """Return whom an edited message would have reached as it was, had the relay listened then.

        To them the edit is no news: they never had the message. A message that came after the relay began is theirs
        even where its edit overtakes it.
        """
        since = self.following.since(relay.name, event.channel) if self.following else 0.0
        if event.previous is None or float(normal_stamp(event.ts) or "inf") >= since:
            return Resolution()
        before = replace(event, post=event.previous)
        return self._resolve(relay, before, people) if self._takes(relay, before) else Resolution()

    def _deleted(self, relay: Relay, event: Deleted) -> list[Notification]:
        tag = relay.tag(event.channel, event.ts)
        draft = Draft(Document(), f"{tag}:deleted", source=f"relay:{relay.name}", tag=tag, priority=relay.priority)
        return deletions(draft, self._had(relay, event.channel, event.ts))

    def _takes(self, relay: Relay, event: Posted | Changed) -> bool:
        return not is_own(event.post.sender, self.own) and not why_not(
            relay,
            channel=event.channel,
            sender=event.sender,
            visible=event.post.visible,
            people=self.submitter.people(),
        )

    def _resolve(self, relay: Relay, event: Posted | Changed, people: People) -> Resolution:
        channel = self.following.newest(event.channel) if self.following else event.channel
        asked = Asked(channel=channel, mentioned=event.post.mentions)
        return self.submitter.resolve(relay.to, asked=asked, people=people)

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
            kind=relay.sent_as,
        )

    def address(self, event: JSON) -> str:
        """Return the address of a message that an event of Slack's tells of."""
        inner = event.get("message") or event
        return permalink(self.workspace_url, str(event.get("channel") or ""), str(inner.get("ts") or ""))

    def _link(self, channel: str, ts: str, thread_ts: str) -> tuple[str, str] | None:
        place = self.following.newest(channel) if self.following else channel
        url = permalink(self.workspace_url, place, ts, thread_ts=thread_ts)
        return (say(self.language, "open_in_slack"), url) if url else None


def _key(event: Said) -> str:
    return f"{event.channel}:{event.ts}"


def _advance(tx: Transaction, event: Said) -> bool:
    return tx.versions.advance(_key(event), version(event), deleted=isinstance(event, Deleted))


def _overtaken(event: Said) -> None:
    log.debug("%s of %s at %s: something newer was seen", type(event).__name__, _key(event), version(event))


def attributed(post: Post, people: People) -> Document:
    """Return a message's document with its sender's name at the end."""
    person = people.users.get(post.sender.user)
    name = post.sender.name or (person.name if person else "")
    if not name or not post.document.blocks:
        return post.document
    return Document((*post.document.blocks, Author(name)))
