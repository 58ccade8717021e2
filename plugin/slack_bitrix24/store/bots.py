"""The bridge's own bots, one for each portal that has one."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from slack_bitrix24.store.schema import BOTS
from slack_bitrix24.store.work import Work


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
        insert = sqlite.insert if self._work.dialect == "sqlite" else postgresql.insert
        values = {"code": code, "token": token, "bot_id": 0, "registered_at": 0.0}
        change = insert(BOTS).values(portal=portal, **values)
        change = change.on_conflict_do_update(index_elements=[BOTS.c.portal], set_=values, where=BOTS.c.code != code)
        self._work.connection.execute(change)
        found = self.get(portal)
        if found is None:
            raise AssertionError("just kept")
        return found

    def registered(self, portal: str, bot_id: int) -> None:
        """Note under which id the bot is registered."""
        change = sa.update(BOTS).where(BOTS.c.portal == portal)
        self._work.connection.execute(change.values(bot_id=bot_id, registered_at=self._work.now))
