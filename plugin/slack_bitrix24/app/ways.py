"""The ways in over HTTP: built from the configuration's webhooks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from slack_bitrix24.config import Heartbeat, Web, Webhook
from slack_bitrix24.heartbeats import Heartbeat as Expected
from slack_bitrix24.heartbeats import Watch
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.store import Store
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.admission import Admission
from slack_bitrix24.web.api import Api
from slack_bitrix24.web.attaching import Keep
from slack_bitrix24.web.door import Door
from slack_bitrix24.web.hooks import Hook, Hooks
from slack_bitrix24.web.intake import Intake
from slack_bitrix24.web.posting import REPLAY_OF, Posting
from slack_bitrix24.web.repeats import AGAIN
from slack_bitrix24.web.request import from_json
from slack_bitrix24.web.routes import Routes
from slack_bitrix24.web.senders import SENDERS, served, slack_api
from slack_bitrix24.web.site import Pulses, Ways
from slack_bitrix24.web.slack_api import SlackApi
from slack_bitrix24.web.uploading import Uploading
from slack_bitrix24.web.worker import Posts

MOST_LEFT = 200
"""Requests of a process that was killed of which a repeat is known again."""


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The door that the server opens, and the worker behind it."""

    ways: Ways
    posts: Posts
    hooks: Hooks

    def remember(self, store: Store) -> None:
        """Look at what was kept and not worked off: whether that was answered, nobody knows."""
        found = store.read(lambda tx: tx.inbox.posts(limit=MOST_LEFT, newer_than=tx.now - AGAIN))
        left = [one.letter.payload for one in found if one.state in ("new", "working")]
        requests = [from_json(payload) for payload in left if REPLAY_OF not in payload]
        # An answer of Slack's Web API holds more than can be told from its request.
        others = [one for one in requests if one.sender != slack_api.SENDER.name]
        self.ways.door.repeats.left(others, now=time.monotonic())


@dataclass(frozen=True, slots=True)
class Outside:
    """What is asked of others: Slack for the members of a group or channel, a portal for its tags and its Drive.

    Both for who has an e-mail.
    """

    read_members: Callable[[str], None]
    keeps_tags: Callable[[Notification], bool]
    keep_file: Keep
    by_email: Callable[[str], Recipient | None]


def hooks(webhooks: Iterable[Webhook], *, zone: str = "UTC") -> dict[str, Hook]:
    """Return the webhooks by name."""
    return {
        one.name: Hook(
            name=one.name,
            tokens=tuple(token.reveal() for token in one.token),
            to=one.to,
            addresses=one.addresses,
            to_field=one.to_field,
            signature=one.signature,
            secret=one.secret.reveal() if one.secret else "",
            fields=one.fields,
            priority=one.priority,
            sent_as=one.kind,
            zone=zone,
        )
        for one in webhooks
    }


def pulses(hooks: Hooks, store: Store) -> Pulses:
    """Return what takes heartbeats."""
    return Pulses(hooks, lambda name: store.write(lambda tx: tx.heartbeats.beat(name)))


def beating(heartbeats: Iterable[Heartbeat]) -> dict[str, Hook]:
    """Return what opens each heartbeat, by name."""
    return {one.name: Hook(name=one.name, tokens=tuple(each.reveal() for each in one.token)) for one in heartbeats}


def expected(heartbeats: Iterable[Heartbeat]) -> list[Expected]:
    """Return what is waited for."""
    return [Expected(one.name, one.every, one.grace, one.to, one.text) for one in heartbeats]


def watch(heartbeats: Iterable[Heartbeat], store: Store, submitter: Submitter) -> Watch:
    """Return what tells their silence."""
    return Watch(store, submitter, expected(heartbeats))


@dataclass(frozen=True, slots=True)
class Where:
    """The zone of times without one, its own address, the webhooks in ntfy's and Gotify's form."""

    zone: str = "UTC"
    public_url: str = ""
    ntfy: str = ""
    gotify: str = ""


def where(web: Web | None, zone: str) -> Where:
    """Return what the configuration says of it."""
    return Where(zone, web.public_url, web.ntfy, web.gotify) if web else Where(zone)


def ways_in(
    webhooks: Iterable[Webhook],
    *,
    store: Store,
    submitter: Submitter,
    outside: Outside,
    owner: str,
    where: Where,
) -> WaysIn:
    """Wire the ways in together."""
    known = Hooks(hooks(webhooks, zone=where.zone))
    senders = served(ntfy=where.ntfy, gotify=where.gotify)
    posting = Posting(
        store, submitter, SENDERS, known, outside.read_members, keep_file=outside.keep_file, by_email=outside.by_email
    )
    wake = threading.Event()
    intake = Intake(store, wake.set)
    posts = Posts(store, posting, owner=owner, wake=wake, quiet=intake.quiet)
    slack = SlackApi(store, intake, posting.allows, where.public_url)
    takes = {"api": Api(store, posting, outside.keeps_tags).take, "slack_api": slack.take}
    door = Door(Admission(known), intake=intake, allows=posting.allows, takes=takes)
    topics = (lambda: known.get(where.ntfy)) if where.ntfy else None
    return WaysIn(Ways(Routes(senders.values()), door, Uploading(slack), topics), posts, known)
