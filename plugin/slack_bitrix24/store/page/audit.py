"""What operators did, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.page_tables import AUDIT
from slack_bitrix24.store.work import Work

LONGEST = 500
"""Characters of a name, a target or an outcome: what strangers type at the sign-in is kept too."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One action. `who` is a Slack id, empty for the local password; `at` is Unix seconds, set as it is kept."""

    action: str
    target: str = ""
    outcome: str = "done"
    who: str = ""
    name: str = ""
    peer: str = ""
    at: float = 0.0
    id: int = 0

    def by(self, who: str, name: str) -> Deed:
        """Return the same as somebody else's."""
        return replace(self, who=who, name=name)


class Audit:
    """The list inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, deed: Deed) -> None:
        """Note it, at this transaction's time."""
        texts = {name: clean(getattr(deed, name))[:LONGEST] for name in ("action", "target", "outcome", "who", "name")}
        values = {**texts, "peer": clean(deed.peer)[:LONGEST], "at": self._work.now}
        self._work.connection.execute(sa.insert(AUDIT).values(values))

    def list(self, *, before: int = 0, limit: int = 100) -> list[Deed]:
        """Return those before an id (0: all), the newest first."""
        query = sa.select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        rows = self._work.connection.execute(query.where(AUDIT.c.id < before) if before else query)
        return [Deed(row.action, row.target, row.outcome, row.who, row.name, row.peer, row.at, row.id) for row in rows]

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many of before this time."""
        ids = sa.select(AUDIT.c.id).where(AUDIT.c.at < older_than).order_by(AUDIT.c.id).limit(limit)
        return self._work.connection.execute(sa.delete(AUDIT).where(AUDIT.c.id.in_(ids))).rowcount
