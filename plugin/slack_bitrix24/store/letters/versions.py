"""What is the newest that was seen of each Slack message, so that nothing older replaces it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.letters.inbox import KEPT
from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.inserting import insert
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import VERSIONS
from slack_bitrix24.store.work import Work


@dataclass(frozen=True, slots=True)
class Newest:
    """The greatest version that was seen of something, and whether it was seen to be deleted."""

    version: str
    deleted: bool


class Versions:
    """Versions inside a transaction. They are compared as text: all of one key have the same length."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def newest(self, key: str) -> Newest | None:
        """Return what was seen; None where nothing was (or it is forgotten)."""
        rows = _NEWEST.run(self._work.connection, key=clean(key))
        return Newest(rows[0][0], bool(rows[0][1])) if rows else None

    def advance(self, key: str, version: str, *, deleted: bool = False) -> bool:
        """Note that this version came; return whether it may stand: nothing newer came before it, and no deletion.

        The same version may stand again. A deletion always may, and nothing after it. Whatever it returns, the key
        is locked until the end of the transaction: what another node adds by a newer version is added later.
        """
        given = {"key": clean(key), "version": clean(version), "deleted": int(deleted), "seen_at": self._work.now}
        return _ADVANCING.scalar(self._work.connection, **given) is not None

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many of which nothing came since this time; never one younger than 26 hours."""
        before = min(older_than, self._work.now - KEPT)
        keys = sa.select(VERSIONS.c.key).where(VERSIONS.c.seen_at < before).limit(limit)
        return self._work.connection.execute(sa.delete(VERSIONS).where(VERSIONS.c.key.in_(keys))).rowcount


def _advancing(dialect: str) -> sa.Executable:
    names = ("key", "version", "deleted", "seen_at")
    statement = insert(VERSIONS, dialect=dialect).values(
        {name: sa.bindparam(name, type_=VERSIONS.c[name].type) for name in names}
    )
    said = statement.excluded
    newer = VERSIONS.c.version <= said.version
    change = statement.on_conflict_do_update(
        index_elements=[VERSIONS.c.key],
        set_={
            "version": sa.case((newer, said.version), else_=VERSIONS.c.version),
            "deleted": said.deleted,
            "seen_at": said.seen_at,
        },
        where=sa.or_(said.deleted == 1, sa.and_(newer, VERSIONS.c.deleted == 0)),
    )
    return change.returning(VERSIONS.c.key)


_ADVANCING = Prepared(_advancing)
_NEWEST = Prepared(
    lambda _: sa.select(VERSIONS.c.version, VERSIONS.c.deleted).where(VERSIONS.c.key == sa.bindparam("key"))
)
