"""Which relays a Slack message concerns, and what becomes of its notifications when it is edited or deleted. No I/O."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from slack_bitrix24.matching import Pattern
from slack_bitrix24.model import Notification, Priority, Recipient, SentAs
from slack_bitrix24.slack.messages.event import Changed, Deleted, Posted
from slack_bitrix24.slack.messages.payload import Sender
from slack_bitrix24.submit.people import SLACKBOT, People

_STAMP = re.compile(r"([0-9]{1,10})(?:\.([0-9]*))?")
_NO_STAMP = "0000000000.000000"


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay of the configuration.

    `channels` empty means any channel; `senders` are the Slack ids where a list was given. `sent_as` None is the
    portal's way.
    """

    name: str
    channels: tuple[str, ...]
    kind: Literal["bots", "people", "anyone", "listed"]
    senders: tuple[str, ...] = ()
    match: Pattern | None = None
    unless: Pattern | None = None
    to: tuple[str, ...] = ()
    edits: Literal["replace", "replace loudly", "ignore"] = "replace"
    priority: Priority = "normal"
    sent_as: SentAs | None = None

    def tag(self, channel: str, ts: str) -> str:
        """Return the tag that all versions of a message share."""
        return f"relay:{self.name}:{channel}:{ts}"

    def wants(self, event: Posted | Changed | Deleted) -> bool:
        """Tell whether events of this kind can owe anything."""
        return self.edits != "ignore" or isinstance(event, Posted)

    def may_send(self, *, is_newest: bool, is_gone: bool) -> bool:
        """Tell whether an event may go out; a relay that ignores edits still owes what was edited before it came."""
        return is_newest or (self.edits == "ignore" and not is_gone)


@dataclass(slots=True)
class Own:
    """This app's own identities, whose messages are never relayed. auth.test does not tell the app's id."""

    user_id: str = ""
    bot_id: str = ""
    app_id: str = ""

    def learn(self, app_id: str) -> None:
        """Take in the id that Slack addresses the app by."""
        self.app_id = app_id or self.app_id


def is_own(sender: Sender, own: Own) -> bool:
    """Tell whether the bridge itself wrote the message."""
    return bool(
        (own.bot_id and sender.bot_id == own.bot_id)
        or (own.user_id and sender.user == own.user_id)
        or (own.app_id and sender.app_id == own.app_id)
    )


def marked(sender: Sender) -> bool:
    """Tell whether the message itself says that a bot wrote it."""
    return bool(sender.bot or sender.bot_id or sender.app_id or sender.user == SLACKBOT)


def is_bot(sender: Sender, people: People) -> bool:
    """Tell whether a bot wrote the message, by its own marks or because its user is a bot's; Slackbot is one."""
    if marked(sender):
        return True
    # A message may have none of the marks and be a bot's all the same: its user says so.
    known = people.users.get(sender.user)
    return known is not None and known.bot


def why_not(relay: Relay, *, channel: str, sender: Sender, visible: str, people: People) -> str:
    """Return why a relay passes a message over, or an empty string when it takes it."""
    if relay.channels and channel not in relay.channels:
        return "another channel"
    if not _from(relay, sender, bot=is_bot(sender, people)):
        return "another sender"
    if relay.match and not relay.match.search(visible):
        return "no match"
    if relay.unless and relay.unless.search(visible):
        return "kept out by unless"
    return ""


def once(
    owed: Sequence[tuple[Relay, Sequence[Notification]]], had: Mapping[str, Collection[Recipient]]
) -> list[Notification]:
    """Return what several relays owe for one message, each recipient once: through the first relay that reaches them.

    Relays that replace go before those that ignore edits, so that an edit reaches everybody. `had` says by relay who
    has the message already: they stay with that relay.
    """
    found: dict[Recipient, Notification] = {}
    for relay, notifications in sorted(owed, key=lambda one: one[0].edits == "ignore"):
        mine = had.get(relay.name, ())
        others = {one for name, recipients in had.items() if name != relay.name for one in recipients}
        for one in notifications:
            if one.recipient in mine or one.recipient not in others:
                found.setdefault(one.recipient, one)
    return list(found.values())


def permalink(workspace_url: str, channel: str, ts: str, *, thread_ts: str = "") -> str:
    """Return the address of a message, as chat.getPermalink gives it, without a request; empty where none is known.

    https://docs.slack.dev/reference/methods/chat.getPermalink
    """
    if not workspace_url or not channel or not ts:
        return ""
    # Without the thread Slack's client opens the channel, where a reply is not to be seen.
    thread = f"?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else ""
    return f"{workspace_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}{thread}"


def _from(relay: Relay, sender: Sender, *, bot: bool) -> bool:
    match relay.kind:
        case "anyone":
            return True
        case "bots":
            return bot
        case "people":
            return not bot and bool(sender.user)
        case _:
            return bool({sender.user, sender.bot_id, sender.app_id} & set(relay.senders) - {""})


def version(event: Posted | Changed | Deleted) -> str:
    """Return the Slack time stamp that orders what happens to a message, always 17 characters: text order is time's.

    https://docs.slack.dev/reference/events/message/message_changed
    """
    match event:
        case Posted():
            stamps = [event.ts]
        case Changed():
            stamps = [event.event_ts, event.edited, event.ts]
        case Deleted():
            stamps = [event.event_ts, event.ts]
    return next((normal for stamp in stamps if (normal := normal_stamp(stamp))), _NO_STAMP)


def normal_stamp(stamp: str) -> str:
    """Return a Slack time stamp with ten digits and six decimals, or an empty string where it is none."""
    # Never by way of a float: that has not the digits for microseconds of today.
    found = _STAMP.fullmatch(stamp)
    return f"{found[1]:0>10}.{(found[2] or '')[:6]:0<6}" if found else ""


def watching(relays: Sequence[Relay], channel: str) -> list[Relay]:
    """Return the relays that listen to a channel."""
    return [relay for relay in relays if not relay.channels or channel in relay.channels]
