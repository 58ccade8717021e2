"""What is pending under a tag: found when a newer version of it comes, or an older one comes back.

PostgreSQL's queue has an index of its tags. In SQLite a claim would rewrite a page of that for nearly each of its
fifty notifications, since most tags are digests. So there each notification keeps a small number made of its portal and
tag, its mark, in an index that a claim leaves alone: under a mark stands whatever had that tag, and the queue itself
tells what of it is pending. What is final loses its mark when it is met again, so that a tag's thousandth version meets
few. (PostgreSQL keeps the marks too, without an index, so that a copy into SQLite is a copy.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import OUTBOX, OUTCOMES, QUEUE
from slack_bitrix24.store.work import Work

Tag = tuple[str, str]
"""A portal and a tag of it, as on the wire."""


def mark(portal: str, tag: str) -> int:
    """Return the mark of a tag, 0 to 2^32 - 1; two tags may have the same one. Kept, so never to be changed."""
    return int.from_bytes(hashlib.sha256(f"{portal}\n{tag}".encode()).digest()[:4])


def pending(work: Work, tags: Iterable[Tag], *, but: Iterable[int] = ()) -> dict[Tag, int]:
    """Return the ids of what is pending under these; `but`: these are known not to be."""
    wanted = set(tags)
    if not wanted:
        return {}
    find = _by_marks if work.dialect == "sqlite" else _by_tags
    return {(portal, tag): id_ for id_, portal, tag in find(work, wanted, set(but)) if (portal, tag) in wanted}


def _by_tags(work: Work, tags: set[Tag], _but: set[int]) -> list[Any]:
    # Neither joined with them nor asked for by portal: either could lead a planner without statistics astray.
    return _BY_TAGS.run(work.connection, tags=list({tag for _, tag in tags}))


def _by_marks(work: Work, tags: set[Tag], but: set[int]) -> list[Any]:
    marks = jsonrows.listed({mark(*tag) for tag in tags}, dialect=work.dialect)
    met = {id_ for (id_,) in _BY_MARKS.run(work.connection, marks=marks)} - but
    if not met:
        return []
    ids = jsonrows.listed(sorted(met), dialect=work.dialect)
    _FORGETTING.run(work.connection, ids=ids)
    return _BY_IDS.run(work.connection, ids=ids)


def remember(work: Work, tags: Iterable[tuple[int, Tag]]) -> None:
    """Let these ids, which were final, be found under their tags again."""
    if rows := [{"of": id_, "as_mark": mark(*tag)} for id_, tag in tags]:
        work.connection.execute(_MARKING, rows)


_BY_TAGS = Prepared(
    lambda dialect: sa.select(QUEUE.c.id, QUEUE.c.portal, QUEUE.c.tag).where(
        jsonrows.among(QUEUE.c.tag, "tags", dialect=dialect)
    )
)
_BY_MARKS = Prepared(
    lambda dialect: sa.select(OUTBOX.c.id).where(
        jsonrows.among(OUTBOX.c.mark, "marks", dialect=dialect), OUTBOX.c.mark.isnot(None)
    )
)
_BY_IDS = Prepared(
    lambda dialect: sa.select(QUEUE.c.id, QUEUE.c.portal, QUEUE.c.tag).where(
        jsonrows.among(QUEUE.c.id, "ids", dialect=dialect)
    )
)
_FORGETTING = Prepared(
    lambda dialect: (
        sa.update(OUTBOX)
        .where(
            jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect),
            sa.exists().where(OUTCOMES.c.id == OUTBOX.c.id),
        )
        .values(mark=sa.null())
    )
)
_MARKING = (
    sa.update(OUTBOX)
    .where(OUTBOX.c.id == sa.bindparam("of", type_=sa.BigInteger()))
    .values(mark=sa.bindparam("as_mark", type_=sa.BigInteger()))
)
