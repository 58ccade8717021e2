"""The portals of the configuration: how to sign in, what they allow, and how notifications are made for them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from slack_bitrix24.app.bots import OwnBot
from slack_bitrix24.app.files import Files
from slack_bitrix24.app.tokens import KEY, KeptTokens
from slack_bitrix24.bitrix24.auth import Auth, Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.config import Portal as Configured
from slack_bitrix24.config import Settings
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.doubt import Rules
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.deliver.tags import TagsOf
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Kind
from slack_bitrix24.store import Store
from slack_bitrix24.submit.compose import PortalRules

NO_STORE = (
    "not tried, because there is no database yet: a refresh token is good once, and the one that comes in its place "
    "must be kept (`slack-bitrix24 database upgrade` makes the database)"
)


def rules(settings: Settings) -> dict[str, PortalRules]:
    """Return how notifications of each portal are made."""
    return {
        name: PortalRules(portal.kind, portal.attach_limit, settings.timezone)
        for name, portal in settings.portals.items()
    }


def sign_in(portal: Configured, *, store: Store | None, owner: str, environ: Mapping[str, str]) -> Auth:
    """Return how to sign in at a portal. Raises ValueError, in words, for an address that is none.

    Raises Bitrix24Error for an OAuth application where there is no store to keep its tokens in.
    """
    if portal.webhook_url is not None:
        return Webhook(portal.webhook_url.reveal(), portal.application)
    if store is None:
        raise Bitrix24Error(NO_STORE, verdict=Verdict.PORTAL)
    client_secret = portal.client_secret.reveal() if portal.client_secret else ""
    refresh_token = portal.refresh_token.reveal() if portal.refresh_token else ""
    key = environ.get(KEY) or client_secret
    return OAuth(
        portal.domain,
        client_id=portal.client_id,
        client_secret=client_secret,
        refresh_token=refresh_token,
        oauth_url=portal.oauth_url,
        store=KeptTokens(
            store, portal.name, owner=owner, client_id=portal.client_id, refresh_token=refresh_token, key=key
        ),
        key=key,
    )


def fingerprint(portal: Configured) -> str:
    """Return a digest that tells this sign-in from any other without giving it away."""
    webhook = portal.webhook_url.reveal() if portal.webhook_url else ""
    parts = (webhook, portal.application) if webhook else (portal.domain, portal.client_id)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def tags_of(portal: Configured, store: Store) -> TagsOf:
    """Return what knows whether the portal keeps tags."""
    return TagsOf(portal.name, fingerprint(portal), store)


def keeps_tags(portal: Configured, store: Store, kind: Kind) -> bool:
    """Tell whether what goes out as this kind is replaced and taken back; by the sign-in where it was never asked.

    Through an inbound webhook tags are ignored (Bitrix24 server source, main 26.150, 2026-03). Raise StoreError.
    """
    if kind == "bot":
        return True
    known = tags_of(portal, store).known()
    return known.tags == "yes" if known else portal.webhook_url is None


def own_bot(portal: Configured, store: Store, environ: Mapping[str, str]) -> OwnBot:
    """Return the bridge's bot at a portal."""
    given = (portal.client_secret, portal.webhook_url)
    return OwnBot(portal, store, key=environ.get(KEY) or next(one.reveal() for one in given if one is not None))


def portals(
    settings: Settings,
    *,
    store: Store,
    owner: str,
    environ: Mapping[str, str],
    buttons: Buttons | None = None,
) -> dict[str, Portal]:
    """Return what delivers to each portal."""
    made = {}
    for name, portal in settings.portals.items():
        auth = sign_in(portal, store=store, owner=owner, environ=environ)
        made[name] = Portal(
            client=Client(auth, connections=portal.in_flight + 2),
            limits=Limits.of(portal.plan, operating_limit=portal.operating_limit, now=store.now()),
            in_flight=portal.in_flight,
            tags=tags_of(portal, store),
            rules=Rules(portal.in_doubt, portal.edits_every),
            bot=own_bot(portal, store, environ) if settings.uses_bot(name) else None,
            buttons=buttons or Buttons(),
            files=Files(store),
        )
    return made
