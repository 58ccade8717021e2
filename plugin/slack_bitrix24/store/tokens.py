"""The portals' tokens, encrypted by the caller, and who renews them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.queue.leases import Gone, nobody
from slack_bitrix24.store.sql.schema import TOKENS
from slack_bitrix24.store.work import Work


@dataclass(frozen=True, slots=True)
class KeptToken:
    """What was saved last, and which version that is."""

    blob: bytes
    version: int


class Tokens:
    """Encrypted tokens inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def load(self, portal: str) -> KeptToken | None:
        """Return what was saved last; None before the first."""
        query = sa.select(TOKENS.c.blob, TOKENS.c.version).where(TOKENS.c.portal == portal)
        row = self._work.connection.execute(query.where(TOKENS.c.blob.isnot(None))).one_or_none()
        return KeptToken(bytes(row.blob), row.version) if row else None

    def save(self, portal: str, blob: bytes, *, expected_version: int) -> bool:
        """Save the next version; False (nothing saved) when another was saved meanwhile. Before the first: 0."""
        self._ensure(portal)
        change = sa.update(TOKENS).where(TOKENS.c.portal == portal, TOKENS.c.version == expected_version)
        return self._work.connection.execute(change.values(blob=blob, version=expected_version + 1)).rowcount > 0

    def exclusive(self, portal: str, owner: str, *, ttl: float = 30.0, gone: Gone = nobody) -> bool:
        """Claim the renewal, so that one node alone does it; False while another, who is not gone, has claimed it."""
        self._ensure(portal)
        held = self._work.connection.execute(sa.select(TOKENS.c.owner).where(TOKENS.c.portal == portal)).scalar_one()
        takers = ["", owner, held] if gone(held) else ["", owner]
        free = sa.or_(TOKENS.c.owner.in_(takers), TOKENS.c.until <= self._work.now)
        change = sa.update(TOKENS).where(TOKENS.c.portal == portal, free)
        return self._work.connection.execute(change.values(owner=owner, until=self._work.now + ttl)).rowcount > 0

    def release(self, portal: str, owner: str) -> None:
        """Give the claim back."""
        change = sa.update(TOKENS).where(TOKENS.c.portal == portal, TOKENS.c.owner == owner)
        self._work.connection.execute(change.values(owner="", until=0.0))

    def _ensure(self, portal: str) -> None:
        self._work.connection.execute(self._work.insert(TOKENS).values(portal=portal).on_conflict_do_nothing())
