"""What the page looks for in the outbox: the newest first, page by page, each look bounded in time.

No index knows every combination of conditions. The one that leaves the least is walked from the newest on, in windows;
when the time is over, what was found by then is returned with the place to go on from. So a page never takes longer,
however much there is and however little of it matches.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import Recipient, State, Stored
from slack_bitrix24.store.page.wording import all_in_packed
from slack_bitrix24.store.queue.doubts import Doubts
from slack_bitrix24.store.queue.stored import PLACES, STATE, WHOLE, stored
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.columns import quoted
from slack_bitrix24.store.sql.schema import OUTBOX, OUTCOMES, QUEUE, SENDING, TEXTS
from slack_bitrix24.store.work import Work

BUDGET = 0.08
"""Seconds after which no further window is begun."""
FIRST, GROWS, LARGEST = 400, 3, 12_000
"""Rows of the first window, how much larger the next one is, and of the largest."""
BESIDE = 16
"""Texts that are looked at beyond a window: those of one broadcast to several portals lie among each other."""
ENOUGH = 2
"""So many times as many ids as a page wants end a window of texts: some of them are others'."""
SPAN = 100
"""Ids between the first and the last of a text up to which all are looked at, without asking which are its own."""
NEWEST = 2**62
"""An id beyond all that are given, and within both databases' numbers."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; every condition that is given must hold.

    `source` that ends with ":" means all of that kind. `recipients` None means anybody, an empty one nobody.
    """

    state: State | None = None
    source: str = ""
    recipients: tuple[Recipient, ...] | None = None
    author: str = ""
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """The newest that match. `before` is where to go on, 0 when there is no more; `back_to` how far was looked."""

    rows: list[Stored] = field(default_factory=list)
    before: int = 0
    back_to: float | None = None


Window = tuple[list[int], int]
"""Ids to be looked at, the greatest first, and the one below which the next window begins (0: there is none)."""


class Search:
    """One look, inside a transaction."""

    def __init__(self, work: Work, wanted: Wanted, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._work, self._wanted, self._monotonic = work, wanted, monotonic
        self._conditions = _conditions(wanted)
        self._takes_most = _takes_most(wanted)
        self._texts = self._by_text()

    def find(self, *, before: int = 0, limit: int = 50, budget: float = BUDGET, first: int = FIRST) -> Found:
        """Return the newest that match from below this id on (0: from the newest); `first` rows in the first window."""
        found = Found(before=before or NEWEST)
        began, size = self._monotonic(), max(limit if self._takes_most else first, limit)
        while found.before and len(found.rows) < limit:
            at = self._monotonic()
            most = limit - len(found.rows)
            if self._texts:
                ids, below = self._texts_below(found.before, size, most=most)
            else:
                ids, below = self._ids_below(found.before, size)
            found.rows += self._read(ids, below, before=found.before, most=most)
            full = len(found.rows) >= limit
            found.before = found.rows[-1].id if full else below
            took, spent = self._monotonic() - at, self._monotonic() - began
            # The next window is so many times as large, and will take about as many times as long.
            if spent + GROWS * took > budget:
                break
            size = min(size * GROWS, LARGEST)
        found.rows = Doubts(self._work).told(found.rows)
        found.back_to = self._accepted_at(found.before)
        return found

    def _by_text(self) -> bool:
        wanted = self._wanted
        if wanted.recipients is not None or wanted.state not in (None, State.DELIVERED):
            return False
        return bool(wanted.source or wanted.words or wanted.author)

    def _run(self, query: sa.Select[Any]) -> list[Any]:
        return list(self._work.connection.execute(query))

    def _ids_below(self, before: int, size: int) -> Window:
        """Return the next window of the one index that leaves the least."""
        wanted = self._wanted
        if wanted.recipients is not None:
            users = sorted({one.user_id for one in wanted.recipients})
            queries = [sa.select(OUTBOX.c.id).where(OUTBOX.c.user_id == user) for user in users]
            return self._merged(queries, OUTBOX.c.id, before=before, size=size)
        match wanted.state:
            case State.PENDING:
                return self._merged([sa.select(QUEUE.c.id)], QUEUE.c.id, before=before, size=size)
            case State.SENDING:
                return self._merged([sa.select(SENDING.c.id)], SENDING.c.id, before=before, size=size)
            case State.DEAD | State.SUPERSEDED | State.CANCELLED:
                states = [quoted(State.DEAD)] if wanted.state is State.DEAD else _TAKEN_BACK
                among = OUTCOMES.c.state == states[0] if len(states) == 1 else OUTCOMES.c.state.in_(states)
                return self._merged([sa.select(OUTCOMES.c.id).where(among)], OUTCOMES.c.id, before=before, size=size)
            case State.DELIVERED:
                return self._merged([sa.select(OUTCOMES.c.id)], OUTCOMES.c.id, before=before, size=size)
        return self._merged([sa.select(OUTBOX.c.id)], OUTBOX.c.id, before=before, size=size)

    def _merged(
        self, queries: Sequence[sa.Select[Any]], column: sa.ColumnElement[int], *, before: int, size: int
    ) -> Window:
        found: list[int] = []
        for query in queries:
            rows = self._run(query.where(column < before).order_by(column.desc()).limit(size))
            found += [row[0] for row in rows]
        found = sorted(found, reverse=True)[:size]
        return found, found[-1] if len(found) == size else 0

    def _texts_below(self, before: int, size: int, *, most: int) -> Window:
        """Return the ids of those texts of the next window that match, and where the one after it begins."""
        wanted = self._wanted
        said = [*_sources(wanted)]
        edge = sa.select(TEXTS.c.id, TEXTS.c.last_id).where(TEXTS.c.id < before, *said).order_by(TEXTS.c.id.desc())
        beyond = self._run(edge.offset(size).limit(BESIDE))
        low = 0
        if beyond:
            # The first of these whose rows all lie below: nothing of it belongs to this window.
            over = [row.id for row, next_row in itertools.pairwise(beyond) if next_row.last_id < row.id]
            low = over[0] if over else beyond[-1].id
        columns = (TEXTS.c.id, TEXTS.c.last_id, TEXTS.c.said)
        query = sa.select(*(columns if wanted.words else columns[:2])).where(TEXTS.c.id.between(low, before - 1), *said)
        query = query.order_by(TEXTS.c.id.desc())
        rows = self._run(query)
        ids: set[int] = set()
        for place, row in enumerate(rows):
            if wanted.words and not all_in_packed(wanted.words, row.said):
                continue
            ids.update(self._of_text(row.id, row.last_id, before=before, most=most))
            later = rows[place + 1 : place + 1 + BESIDE]
            if len(ids) >= ENOUGH * most and all(one.last_id < row.id for one in later):
                low = max(low, row.id)  # the window ends here: it holds a page already
                break
        return sorted(ids, reverse=True), low

    def _of_text(self, id_: int, last_id: int, *, before: int, most: int) -> Sequence[int]:
        """Return the ids that a text's rows may have: what is another's, or gone, is told as they are read."""
        last = min(last_id, before - 1)
        if last - id_ < SPAN:
            return range(id_, last + 1)
        rows = sa.select(OUTBOX.c.id).where(OUTBOX.c.id.between(id_, last), OUTBOX.c.text_id == id_)
        if self._wanted.state is not None:
            rows = rows.join(OUTCOMES, OUTCOMES.c.id == OUTBOX.c.id).where(OUTCOMES.c.state == quoted(State.DELIVERED))
        return [row[0] for row in self._run(rows.order_by(OUTBOX.c.id.desc()).limit(most))]

    def _read(self, ids: Sequence[int], below: int, *, before: int, most: int) -> list[Stored]:
        """Return those of a window that match, as many as are wanted."""
        found: list[Stored] = []
        step = most if self._takes_most else FIRST
        for begin in range(0, len(ids), step):
            listed = {"ids": jsonrows.listed(ids[begin : begin + step], dialect=self._work.dialect)}
            query = WHOLE.select_from(PLACES).where(jsonrows.among(OUTBOX.c.id, "ids", dialect=self._work.dialect))
            query = query.where(OUTBOX.c.id >= below, OUTBOX.c.id < before, *self._conditions)
            for row in self._work.connection.execute(query.order_by(OUTBOX.c.id.desc()), listed):
                if all_in_packed(self._wanted.words, row.said):
                    found.append(stored(row))
                if len(found) == most:
                    return found
        return found

    def _accepted_at(self, id_: int) -> float | None:
        if not id_:
            return None
        query = sa.select(TEXTS.c.created_at).where(TEXTS.c.id <= id_).order_by(TEXTS.c.id.desc()).limit(1)
        return self._work.connection.execute(query).scalar()


_TAKEN_BACK = [quoted(State.SUPERSEDED), quoted(State.CANCELLED)]


def _takes_most(wanted: Wanted) -> bool:
    """Tell whether most of what the walked index names is wanted: then a page is read, not a window."""
    mixed = (State.SUPERSEDED, State.CANCELLED)
    return (
        not _sources(wanted)
        and not wanted.words
        and None in (wanted.state, wanted.recipients)
        and wanted.state not in mixed
    )


def _sources(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.source.endswith(":"):
        found.append(TEXTS.c.source.startswith(wanted.source, autoescape=True))
    elif wanted.source:
        found.append(TEXTS.c.source == wanted.source)
    if wanted.author:
        found.append(TEXTS.c.author == wanted.author)
    return found


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = _sources(wanted)
    if wanted.state is not None:
        found.append(STATE.in_([quoted(wanted.state)]))
    if wanted.recipients is not None:
        each = [sa.and_(TEXTS.c.portal == one.portal, OUTBOX.c.user_id == one.user_id) for one in wanted.recipients]
        found.append(sa.or_(sa.false(), *each))
    return found
