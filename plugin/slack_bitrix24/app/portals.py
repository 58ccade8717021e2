"""The portals of the configuration: how to sign in, what they allow, and how notifications are made for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from slack_bitrix24.bitrix24.auth import Auth, Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.config import Portal as Configured
from slack_bitrix24.config import Settings
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Store
from slack_bitrix24.submit.compose import PortalRules

KEY = "SLACK_BITRIX24_KEY"
"""The environment variable with the key that seals tokens in the database; without it the client secret makes one."""
RENEWAL = 30.0
"""Seconds for which one node may hold off the others while it renews a token."""


def rules(settings: Settings) -> dict[str, PortalRules]:
    """Return how notifications of each portal are made."""
    return {
        name: PortalRules(kind=portal.kind, attach_limit=portal.attach_limit)
        for name, portal in settings.portals.items()
    }


def sign_in(portal: Configured, *, store: Store | None, owner: str, environ: Mapping[str, str]) -> Auth:
    """Return how to sign in at a portal. Raises ValueError, in words, for an address that is none."""
    if portal.webhook_url is not None:
        return Webhook(portal.webhook_url.reveal(), portal.application)
    return OAuth(
        portal.domain,
        client_id=portal.client_id,
        client_secret=portal.client_secret.reveal() if portal.client_secret else "",
        refresh_token=portal.refresh_token.reveal() if portal.refresh_token else "",
        oauth_url=portal.oauth_url,
        store=KeptTokens(store, portal.name, owner) if store is not None else None,
        key=environ.get(KEY, ""),
    )


def portals(settings: Settings, *, store: Store, owner: str, environ: Mapping[str, str]) -> dict[str, Portal]:
    """Return what delivers to each portal."""
    made = {}
    for name, portal in settings.portals.items():
        auth = sign_in(portal, store=store, owner=owner, environ=environ)
        made[name] = Portal(
            client=Client(auth, connections=portal.in_flight + 2),
            limits=Limits.of(portal.plan, operating_limit=portal.operating_limit, now=store.now()),
            in_flight=portal.in_flight,
        )
    return made


class KeptTokens:
    """A portal's sealed tokens in the database; `exclusive` holds off the other nodes too."""

    def __init__(self, store: Store, portal: str, owner: str) -> None:
        self.store, self.portal, self.owner = store, portal, owner
        self._lock = threading.Lock()

    def load(self) -> str:
        """Return what was saved last, or an empty string."""
        kept = self.store.read(lambda tx: tx.tokens.load(self.portal))
        return kept.blob.decode() if kept else ""

    def save(self, text: str) -> None:
        """Keep the text; durable when it returns."""
        kept = self.store.read(lambda tx: tx.tokens.load(self.portal))
        version = kept.version if kept else 0
        self.store.write(lambda tx: tx.tokens.save(self.portal, text.encode(), expected_version=version))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold off every other thread and node while tokens are renewed."""
        with self._lock:
            end = time.monotonic() + RENEWAL
            while not self.store.write(lambda tx: tx.tokens.exclusive(self.portal, self.owner, ttl=RENEWAL)):
                if time.monotonic() > end:
                    raise StoreError(f"portal {self.portal}: another node has been renewing its tokens for too long")
                time.sleep(0.1)
            try:
                yield
            finally:
                self.store.write(lambda tx: tx.tokens.release(self.portal, self.owner))
