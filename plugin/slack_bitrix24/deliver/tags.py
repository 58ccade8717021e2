"""Whether a portal keeps tags: known from the database, else asked once, and kept there with its date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slack_bitrix24.bitrix24.probe import Tags, probe
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.store import Probed, Store

FRESH = 30 * 86_400.0
"""Seconds after which it is asked again: a portal may be moved to newer code."""


@dataclass(frozen=True, slots=True)
class TagsOf:
    """What is known of one portal's tags. `sign_in` tells one way to sign in from another without giving it away."""

    portal: str
    sign_in: str
    store: Store

    def known(self) -> Probed | None:
        """Return what was found, unless it is too old or of another sign-in. Raise StoreError."""
        found = self.store.read(lambda tx: tx.portals.probed(self.portal))
        fresh = found is not None and found.sign_in == self.sign_in and self.store.now() - found.probed_at < FRESH
        return found if fresh else None

    def ask(self, ask: Callable[[Call], Answer], user_id: int) -> Probed:
        """Probe and keep what comes of it. Raise `Bitrix24Error` where the portal can't be asked now, or StoreError."""
        return self.found(probe(ask, user_id))

    def found(self, tags: Tags) -> Probed:
        """Keep what a probe found. Raise StoreError."""
        word = {True: "yes", False: "no", None: "unknown"}[tags.kept]
        found = Probed(self.portal, word, self.store.now(), self.sign_in, tags.reason)  # type: ignore[arg-type]
        self.store.write(lambda tx: tx.portals.keep(found))
        return found
