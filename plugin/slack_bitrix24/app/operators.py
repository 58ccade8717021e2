"""The page for operators: what it is given of the rest of the program."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from slack_bitrix24.app.current import Current
from slack_bitrix24.app.portals import fingerprint
from slack_bitrix24.bitrix24.limits import PLANS, Limits
from slack_bitrix24.config import Portal, Settings
from slack_bitrix24.mapping import Directory, MappingFile
from slack_bitrix24.model import Notification
from slack_bitrix24.sandbox.portal.seen import card, mail, push, tree
from slack_bitrix24.sandbox.portal.seen.push import push_of_message
from slack_bitrix24.store import LaneState, Probed, Store
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.page.desk import Desk, MappingFacts, PortalFacts, Seen, SignIn


@dataclass(frozen=True, slots=True)
class Known:
    """Who is who at the moment, where the file about it lies, and where in Slack a notification comes from."""

    directory: Callable[[], Directory]
    people: Callable[[], People]
    mapping: MappingFile | None
    link: Callable[[Notification], str]
    slack: SignIn | None = None


def desk(current: Current, store: Store, submitter: Submitter, *, known: Known) -> Desk:
    """Return what the page is given."""
    web = current.settings.web
    password = web.page_password.reveal() if web and web.page_password else ""
    return Desk(
        store=store,
        directory=known.directory,
        people=known.people,
        permissions=current.permissions,
        resolve=lambda texts: submitter.resolve(texts, typed=True),
        seen=seen,
        link=known.link,
        portals=lambda: facts(current.settings, store),
        mapping=lambda: (
            MappingFacts(known.mapping.path.name, known.mapping.faults) if known.mapping else MappingFacts()
        ),
        sources=lambda: sources(current.settings),
        zone=current.settings.timezone,
        public_url=web.public_url if web else "",
        password=password,
        slack=known.slack,
    )


def seen(note: Notification) -> Seen:
    """Return what a reader sees of a notification, by the rules of Bitrix24's own clients (`sandbox/portal/seen`)."""
    attach = json.loads(note.attach) if note.attach else None
    copy = mail(note.message, note.message_out, attach=attach)
    on_phone = push_of_message(note.message, attach=attach) if note.kind == "bot" else push(note.message)
    return Seen(tree(note.message), card(attach), on_phone, (copy.subject, copy.text) if copy else None)


def sources(settings: Settings) -> list[str]:
    """Return the ways in of the configuration, as they stand with notifications; "reminder:" is all of them."""
    named = [f"relay:{one.name}" for one in settings.relays]
    named += [f"webhook:{one.name}" for one in settings.webhooks]
    named += [f"schedule:{one.name}" for one in settings.schedules]
    named += [f"heartbeat:{one.name}" for one in settings.heartbeats]
    return [*(["command", "reminder:"] if settings.slack else []), *named, "cli"]


def facts(settings: Settings, store: Store) -> list[PortalFacts]:
    """Return how the portals are."""
    lanes, probed = store.read(lambda tx: (tx.lanes.states(), tx.portals.all_probed()))
    lane_of, probed_of = {one.portal: one for one in lanes}, {one.portal: one for one in probed}
    return [
        _facts(portal, now=store.now(), lane=lane_of.get(name), probed=probed_of.get(name))
        for name, portal in settings.portals.items()
    ]


def _facts(portal: Portal, *, now: float, lane: LaneState | None, probed: Probed | None) -> PortalFacts:
    capacity, rate = PLANS[portal.plan]
    limits = Limits.of(portal.plan, operating_limit=portal.operating_limit, now=now)
    used = limits.load(lane.limits, now) if lane and lane.limits else None
    if probed and probed.sign_in != fingerprint(portal):
        probed = None
    return PortalFacts(
        name=portal.name,
        host=urlsplit(portal.webhook_url.reveal() if portal.webhook_url else _with_scheme(portal.domain)).netloc,
        sign_in="webhook" if portal.webhook_url else "application",
        kind=portal.kind,
        requests=capacity,
        rate=rate,
        operating=portal.operating_limit,
        level=used.bucket.level_at(now) if used else None,
        spent=used.operating.seconds(now) if used else {},
        tags=probed.tags if probed else "",
        probed_at=probed.probed_at if probed else 0.0,
        tags_reason=probed.reason if probed else "",
    )


def _with_scheme(domain: str) -> str:
    return domain if "://" in domain else f"https://{domain}"
