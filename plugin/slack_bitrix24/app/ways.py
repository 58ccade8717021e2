"""The ways in over HTTP: built from the configuration's webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from slack_bitrix24.config import Heartbeat, Web, Webhook
from slack_bitrix24.heartbeats import Heartbeat as Expected
from slack_bitrix24.heartbeats import Watch
from slack_bitrix24.store import Store
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.door import Door
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.intake import Intake
from slack_bitrix24.web.posting import Posting
from slack_bitrix24.web.routes import Routes
from slack_bitrix24.web.senders import SENDERS, served
from slack_bitrix24.web.site import Pulses, Ways
from slack_bitrix24.web.worker import Posts


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The door that the server opens, and the worker behind it."""

    ways: Ways
    posts: Posts


def hooks(webhooks: Iterable[Webhook]) -> dict[str, Hook]:
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
        )
        for one in webhooks
    }


def pulses(heartbeats: Iterable[Heartbeat], store: Store) -> Pulses | None:
    """Return what takes heartbeats; None where the configuration expects none."""
    known = {one.name: Hook(name=one.name, tokens=tuple(each.reveal() for each in one.token)) for one in heartbeats}
    return Pulses(known, lambda name: store.write(lambda tx: tx.heartbeats.beat(name))) if known else None


def watch(heartbeats: Iterable[Heartbeat], store: Store, submitter: Submitter) -> Watch:
    """Return what tells their silence."""
    expected = [Expected(one.name, one.every, one.grace, one.to, one.text) for one in heartbeats]
    return Watch(store, submitter, expected)


def named(web: Web | None) -> dict[str, str]:
    """Return the webhooks that are served in the form of a program whose paths name none."""
    return {"ntfy": web.ntfy, "gotify": web.gotify} if web else {}


def ways_in(
    webhooks: Iterable[Webhook],
    *,
    store: Store,
    submitter: Submitter,
    read_members: Callable[[str], None],
    owner: str,
    ntfy: str = "",
    gotify: str = "",
) -> WaysIn:
    """Wire the ways in together; `ntfy` and `gotify` name the webhook that is served in that form."""
    known = hooks(webhooks)
    senders = served(ntfy=ntfy, gotify=gotify)
    posting = Posting(store, submitter, SENDERS, known, read_members)
    posts = Posts(store, posting, owner=owner)
    door = Door(known, intake=Intake(store, posts.wake), allows=posting.allows)
    return WaysIn(Ways(Routes(senders.values()), door, known.get(ntfy)), posts)
