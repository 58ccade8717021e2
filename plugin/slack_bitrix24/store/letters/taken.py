"""Which alerts were taken by whom, with a button below the bot's message: the first one who clicks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.model import Stored
from slack_bitrix24.store.queue.stored import BY_TEXT, WHOLE, stored
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.schema import OUTBOX, TAKEN, TEXTS
from slack_bitrix24.store.work import Work


@dataclass(frozen=True, slots=True)
class Taking:
    """Who took it (a name for people), and when (Unix seconds)."""

    by: str
    at: float


class Takings:
    """What was taken, inside a transaction. `tag` is the notifications' sub-tag, the same for all recipients."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def take(self, tag: str, *, by: str) -> bool:
        """Note who took it; False where somebody was first."""
        change = self._work.insert(TAKEN).values(tag=tag, by=by, at=self._work.now).on_conflict_do_nothing()
        # Not by `rowcount`: SQLAlchemy keeps it of UPDATE and DELETE alone, with psycopg it is -1 for an INSERT.
        return self._work.connection.execute(change.returning(TAKEN.c.tag)).first() is not None

    def among(self, tags: Iterable[str]) -> dict[str, Taking]:
        """Return those of these tags that were taken."""
        wanted = sorted({tag for tag in tags if tag})
        if not wanted:
            return {}
        dialect = self._work.dialect
        query = sa.select(TAKEN).where(jsonrows.among(TAKEN.c.tag, "tags", dialect=dialect))
        rows = self._work.connection.execute(query, {"tags": jsonrows.listed(wanted, dialect=dialect)})
        return {row.tag: Taking(row.by, row.at) for row in rows}

    def forget(self, tag: str) -> None:
        """Begin anew: nobody has taken it."""
        self._work.connection.execute(sa.delete(TAKEN).where(TAKEN.c.tag == tag))

    def newest(self, tag: str) -> list[Stored]:
        """Return what each recipient was owed last under a tag."""
        query = WHOLE.select_from(BY_TEXT).where(TEXTS.c.sub_tag == tag).order_by(OUTBOX.c.id)
        found = [stored(row) for row in self._work.connection.execute(query)]
        return list({str(one.notification.recipient): one for one in found}.values())

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many of before this time."""
        tags = sa.select(TAKEN.c.tag).where(TAKEN.c.at < older_than).limit(limit)
        return self._work.connection.execute(sa.delete(TAKEN).where(TAKEN.c.tag.in_(tags))).rowcount
