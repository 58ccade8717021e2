"""What stands under a webhook's key, and with whom: an alert that fires, a message that may be changed later."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.model import Recipient
from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import STANDING
from slack_bitrix24.store.work import Work

KEPT = 30 * 86_400.0
"""Seconds that a message is found by its time stamp, and an alert's people by its key, after the last change."""


@dataclass(frozen=True, slots=True)
class Stands:
    """Who has what was last said under a tag. `over` when that was its end: whoever comes next begins anew."""

    recipients: tuple[Recipient, ...]
    over: bool = False


class Standing:
    """Tags inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, tag: str) -> Stands | None:
        """Return what stands under a tag; None where nothing was ever said, or it is forgotten."""
        row = self._work.connection.execute(sa.select(STANDING).where(STANDING.c.tag == clean(tag))).one_or_none()
        if row is None or row.changed_at < self._work.now - KEPT:
            return None
        return Stands(tuple(Recipient(portal, user) for portal, user in json.loads(row.recipients)), bool(row.over))

    def put(self, tag: str, recipients: Iterable[Recipient], *, over: bool = False) -> None:
        """Note who has what was said last."""
        values = {
            "tag": clean(tag),
            "recipients": json.dumps([[one.portal, one.user_id] for one in recipients]),
            "over": int(over),
            "changed_at": self._work.now,
        }
        statement = self._work.insert(STANDING).values(values)
        change = statement.on_conflict_do_update(
            index_elements=[STANDING.c.tag],
            set_={name: statement.excluded[name] for name in ("recipients", "over", "changed_at")},
        )
        self._work.connection.execute(change)

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many that were not changed since this time; never one younger than 30 days."""
        before = min(older_than, self._work.now - KEPT)
        tags = sa.select(STANDING.c.tag).where(STANDING.c.changed_at < before).limit(limit)
        return self._work.connection.execute(sa.delete(STANDING).where(STANDING.c.tag.in_(tags))).rowcount
