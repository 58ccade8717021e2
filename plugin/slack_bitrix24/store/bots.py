"""The bridge's own bots, one for each portal that has one."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.queue.leases import Gone
from slack_bitrix24.store.sql.schema import BOTS
from slack_bitrix24.store.work import Work

HELD = 30.0
"""Seconds that a claim to ask a bot lasts; each question renews it."""


@dataclass(frozen=True, slots=True)
class KeptBot:
    """A bot: its token sealed, `bot_id` 0 while it is not registered; times are Unix seconds."""

    portal: str
    code: str
    token: str
    bot_id: int
    registered_at: float


class Bots:
    """Bots inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, portal: str) -> KeptBot | None:
        """Return a portal's bot."""
        row = self._work.connection.execute(sa.select(BOTS).where(BOTS.c.portal == portal)).one_or_none()
        return KeptBot(row.portal, row.code, row.token, row.bot_id, row.registered_at) if row else None

    def begin(self, portal: str, code: str, token: str) -> KeptBot:
        """Keep a new bot's token unless one of this code is kept; return what is kept now. Another code begins anew."""
        values = {"code": code, "token": token, "bot_id": 0, "registered_at": 0.0}
        change = self._work.insert(BOTS).values(portal=portal, **values)
        change = change.on_conflict_do_update(index_elements=[BOTS.c.portal], set_=values, where=BOTS.c.code != code)
        self._work.connection.execute(change)
        found = self.get(portal)
        if found is None:
            raise AssertionError("just kept")
        return found

    def hold(self, portal: str, owner: str, *, gone: Gone, ttl: float = HELD) -> int | None:
        """Claim the right to ask it for clicks, and return from which offset; None while another process has it."""
        row = self._work.connection.execute(
            sa.select(BOTS).where(BOTS.c.portal == portal).with_for_update()
        ).one_or_none()
        now = self._work.now
        if row is None or (row.owner not in ("", owner) and now < row.until <= now + ttl and not gone(row.owner)):
            return None
        change = sa.update(BOTS).where(BOTS.c.portal == portal)
        self._work.connection.execute(change.values(owner=owner, until=now + ttl, heard_at=row.heard_at or now))
        return int(row.heard)

    def heard(self, portal: str, owner: str, *, offset: int) -> None:
        """Note up to where its events are worked off."""
        change = sa.update(BOTS).where(BOTS.c.portal == portal, BOTS.c.owner == owner)
        self._work.connection.execute(change.values(heard=offset, heard_at=self._work.now, deaf=0))

    def deaf(self, portal: str, *, longer: float) -> bool:
        """Tell whether it was not heard for so many seconds and nobody was told yet; from now on somebody was."""
        found = (BOTS.c.portal == portal, BOTS.c.deaf == 0, BOTS.c.heard_at > 0)
        change = sa.update(BOTS).where(*found, BOTS.c.heard_at < self._work.now - longer)
        return self._work.connection.execute(change.values(deaf=1)).rowcount == 1

    def registered(self, portal: str, bot_id: int) -> None:
        """Note under which id the bot is registered. Another one has events of its own, from the first on."""
        change = sa.update(BOTS).where(BOTS.c.portal == portal)
        heard = sa.case((BOTS.c.bot_id == bot_id, BOTS.c.heard), else_=0)
        self._work.connection.execute(change.values(bot_id=bot_id, registered_at=self._work.now, heard=heard))
