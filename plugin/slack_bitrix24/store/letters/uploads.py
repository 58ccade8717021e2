"""Files that wait to be brought to a portal: what came over HTTP to its Drive, our own into the dialogs of its bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import UPLOADS
from slack_bitrix24.store.work import Work

KEPT = 24 * 3600.0
"""Seconds."""
OWN = 7 * KEPT
"""Seconds for which what a bot is to upload is kept: it is given up after one day, and may be retried by hand."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file; `content` is None until its bytes have come."""

    id: str
    hook: str
    name: str
    content: bytes | None = field(default=None, repr=False)


class Uploads:
    """Files inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def begin(self, new: Uploaded, *, ticket: str) -> None:
        """Await the bytes of a file under a ticket that only its sender knows."""
        values = {"id": new.id, "hook": new.hook, "name": clean(new.name), "ticket": ticket, "begun_at": self._work.now}
        self._work.connection.execute(sa.insert(UPLOADS).values(values))

    def fill(self, ticket: str, content: bytes) -> bool:
        """Keep the bytes of a file; tell whether such a ticket is known."""
        fresh = UPLOADS.c.begun_at >= self._work.now - KEPT
        change = sa.update(UPLOADS).where(UPLOADS.c.ticket == clean(ticket), fresh).values(content=content)
        return self._work.connection.execute(change).rowcount > 0

    def of(self, hook: str, ids: Sequence[str]) -> list[Uploaded]:
        """Return those of these files that are this webhook's and have come."""
        query = sa.select(UPLOADS.c.id, UPLOADS.c.hook, UPLOADS.c.name).where(
            UPLOADS.c.id.in_([clean(one) for one in ids]), UPLOADS.c.hook == clean(hook), UPLOADS.c.content.isnot(None)
        )
        return [Uploaded(*row) for row in self._work.connection.execute(query)]

    def content(self, id_: str) -> bytes | None:
        """Return the bytes of a file; None where it is not there (any more)."""
        return self._work.connection.execute(sa.select(UPLOADS.c.content).where(UPLOADS.c.id == clean(id_))).scalar()

    def keep(self, id_: str, name: str, content: bytes) -> None:
        """Keep a file of our own, for a bot to upload."""
        values = {"id": id_, "hook": "", "name": clean(name), "ticket": id_, "content": content}
        self._work.connection.execute(sa.insert(UPLOADS).values({**values, "begun_at": self._work.now}))

    def purge(self, older_than: float, *, limit: int = 50) -> int:
        """Forget up to so many that were begun before this time; never one younger than a day, or a week if our own."""
        now = self._work.now
        before = sa.case((UPLOADS.c.hook == "", min(older_than, now - OWN)), else_=min(older_than, now - KEPT))
        ids = sa.select(UPLOADS.c.id).where(UPLOADS.c.begun_at < before).limit(limit)
        return self._work.connection.execute(sa.delete(UPLOADS).where(UPLOADS.c.id.in_(ids))).rowcount
