"""The outbox: what is owed to whom, what became of it, and what people may do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import sqlalchemy as sa

from slack_bitrix24.model import Notification, Recipient, State, Stored
from slack_bitrix24.store.page.search import Found, Search, Wanted
from slack_bitrix24.store.queue import pending, retries
from slack_bitrix24.store.queue.accept import Accepted, Submission, accept
from slack_bitrix24.store.queue.doubts import Doubts
from slack_bitrix24.store.queue.stored import BY_TEXT, PLACES, STATE, WHOLE, stored
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.columns import quoted
from slack_bitrix24.store.sql.schema import COUNTS, DEAD, OUTBOX, OUTCOMES, QUEUE, SENDING, TEXTS
from slack_bitrix24.store.work import FINAL, Work


class Which(TypedDict, total=False):
    """Which rows; every condition that is given (and not None) must hold. Times are Unix seconds of acceptance."""

    state: State | None
    portal: str | None
    author: str | None
    user_id: int | None
    older_than: float | None
    newer_than: float | None


@dataclass(frozen=True, slots=True)
class Count:
    """How much of a portal is in which state; `oldest_due` is Unix seconds, None when nothing is pending."""

    pending: int = 0
    sending: int = 0
    dead: int = 0
    oldest_due: float | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """What one text became: the first and last id of those who get it, how many are in which state, and the last."""

    first: int
    states: Mapping[State, int]
    last: Stored

    @property
    def n(self) -> int:
        """Return how many there are."""
        return sum(self.states.values())


class Outbox:
    """Reading and changing notifications inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def accept(self, submission: Submission) -> list[Accepted]:
        """Do what `Store.accept` does, as a part of this transaction."""
        return accept(self._work, [submission])[0]

    def accept_all(self, submissions: Sequence[Submission]) -> list[list[Accepted]]:
        """Do the same with many, in as few statements as one takes."""
        return accept(self._work, submissions)

    def get(self, id_: int) -> Stored | None:
        """Return one notification."""
        row = self._work.connection.execute(_ALL.where(OUTBOX.c.id == id_)).one_or_none()
        return Doubts(self._work).told([stored(row)])[0] if row else None

    def find(
        self, *, limit: int = 100, after_id: int = 0, newest: bool = False, **which: Unpack[Which]
    ) -> list[Stored]:
        """Return those that match, oldest first (newest first if `newest`), from behind this id on."""
        query = _ALL.where(OUTBOX.c.id > after_id, *_conditions(which))
        order = OUTBOX.c.id.desc() if newest else OUTBOX.c.id
        rows = self._work.connection.execute(query.order_by(order).limit(limit))
        return Doubts(self._work).told([stored(row) for row in rows])

    def look(self, wanted: Wanted, *, before: int = 0, limit: int = 50) -> Found:
        """Return the newest that match from below this id on, as far as a short time reaches; see `search`."""
        return Search(self._work, wanted).find(before=before, limit=limit)

    def by_keys(self, keys: Sequence[str]) -> list[Stored]:
        """Return those with these keys, oldest first."""
        query = _ALL.where(OUTBOX.c.key.in_(keys)).order_by(OUTBOX.c.id)
        return [stored(row) for row in self._work.connection.execute(query)]

    def latest_texts(self, author: str, limit: int = 10, *, apart: int = 3) -> list[Stored | Together]:
        """Return what this author said last, newest first; what went to more than `apart` is told together."""
        newest = sa.select(TEXTS.c.id).where(TEXTS.c.author == author).order_by(TEXTS.c.id.desc()).limit(limit)
        ids = (sa.func.min(OUTBOX.c.id), sa.func.max(OUTBOX.c.id))
        counted = sa.select(TEXTS.c.id, STATE, sa.func.count(), *ids).select_from(BY_TEXT)
        groups: dict[int, list[tuple[State, int, int, int]]] = {}
        for text, state, n, first, last in self._work.connection.execute(
            counted.where(TEXTS.c.id.in_(newest)).group_by(TEXTS.c.id, STATE)
        ):
            groups.setdefault(text, []).append((State(state), n, first, last))
        many = {text: group for text, group in groups.items() if sum(n for _, n, _, _ in group) > apart}
        ends = [max(last for _, _, _, last in group) for group in many.values()]
        # Two questions: with "or" between them the planner walks the whole table.
        few = WHOLE.select_from(BY_TEXT).where(TEXTS.c.id.in_(groups.keys() - many.keys()))
        rows = [
            stored(row)
            for query in (few, _ALL.where(OUTBOX.c.id.in_(ends)))
            for row in self._work.connection.execute(query)
        ]
        rows = Doubts(self._work).told(sorted(rows, key=lambda one: -one.id))
        firsts = dict(zip(ends, many.values(), strict=True))
        return [_together(one, firsts[one.id]) if one.id in firsts else one for one in rows]

    def recipients_of(self, sub_tag: str) -> list[Recipient]:
        """Return who got, or still gets, something under this sub-tag, in the order in which they did first."""
        query = (
            sa.select(TEXTS.c.portal, OUTBOX.c.user_id)
            .select_from(BY_TEXT)
            .where(TEXTS.c.sub_tag == sub_tag, STATE != State.CANCELLED)
            .group_by(TEXTS.c.portal, OUTBOX.c.user_id)
            .order_by(sa.func.min(OUTBOX.c.id))
        )
        return [Recipient(portal, user_id) for portal, user_id in self._work.connection.execute(query)]

    def versions(self, note: Notification, *, limit: int = 20) -> list[Stored]:
        """Return what a recipient was owed under a notification's sub-tag, itself among it, the newest first."""
        query = WHOLE.select_from(BY_TEXT).where(
            TEXTS.c.sub_tag == note.sub_tag,
            TEXTS.c.portal == note.recipient.portal,
            OUTBOX.c.user_id == note.recipient.user_id,
        )
        rows = self._work.connection.execute(query.order_by(OUTBOX.c.id.desc()).limit(limit))
        return Doubts(self._work).told([stored(row) for row in rows])

    def retry(self, ids: Sequence[int], *, before: int = 0) -> list[int]:
        """Make these dead ones pending again and due now; return which.

        One that was overtaken (a newer one of its tag is pending, sending or delivered) becomes superseded instead.
        `before`: so many were retried in portions before these, which line up behind them.
        """
        return retries.retry(self._work, ids, before=before)

    def retry_dead(self, portal: str | None = None, *, limit: int = 500, before: int = 0) -> list[int]:
        """Make up to so many dead ones pending again, of one portal or of all; return which; repeat until none."""
        query = sa.select(OUTCOMES.c.id).where(OUTCOMES.c.state == DEAD).order_by(OUTCOMES.c.id).limit(limit)
        if portal is not None:
            query = query.join_from(OUTCOMES, OUTBOX, OUTBOX.c.id == OUTCOMES.c.id)
            query = query.join(TEXTS, TEXTS.c.id == OUTBOX.c.text_id).where(TEXTS.c.portal == portal)
        return self.retry(self._work.connection.execute(query).scalars().all(), before=before)

    def cancel(self, ids: Sequence[int]) -> list[int]:
        """Take back those of these that are pending; return which."""
        return sorted(pending.take_out(self._work, ids, State.CANCELLED))

    def purge(self, older_than: float, states: Sequence[State] = tuple(FINAL), limit: int = 500) -> int:
        """Delete up to so many that became final before this time; return how many: fewer than `limit` = no more."""
        wanted = FINAL.intersection(states)
        gone = 0
        # Each of the two has an index of its own (see schema.py).
        for some, condition in (
            (wanted - {State.DEAD}, OUTCOMES.c.state != DEAD),
            (wanted & {State.DEAD}, OUTCOMES.c.state == DEAD),
        ):
            if some and gone < limit:
                gone += self._purge(condition, sorted(some), older_than=older_than, limit=limit - gone)
        return gone

    def _purge(self, condition: sa.ColumnElement[bool], states: list[State], *, older_than: float, limit: int) -> int:
        # The states are written out, so that the index of the dead, or that of all others, serves.
        query = (
            sa.select(OUTCOMES.c.id, OUTCOMES.c.state, TEXTS.c.portal)
            .join_from(OUTCOMES, OUTBOX, OUTBOX.c.id == OUTCOMES.c.id)
            .join(TEXTS, TEXTS.c.id == OUTBOX.c.text_id)
            .where(condition, OUTCOMES.c.state.in_([quoted(state) for state in states]))
            .where(OUTCOMES.c.finished_at < older_than)
            .limit(limit)
        )
        gone = self._work.connection.execute(query).all()
        for _, state, portal in gone:
            self._work.moved(portal, State(state), None)
        if gone:
            self._delete([id_ for id_, _, _ in gone])
        return len(gone)

    def _delete(self, ids: Sequence[int]) -> None:
        """Delete these notifications, and the texts that nobody else gets."""
        work = self._work
        listed = {"ids": jsonrows.listed(ids, dialect=work.dialect)}
        gone = sa.delete(OUTCOMES).where(jsonrows.among(OUTCOMES.c.id, "ids", dialect=work.dialect))
        work.connection.execute(gone, listed)
        owed = sa.delete(OUTBOX).where(jsonrows.among(OUTBOX.c.id, "ids", dialect=work.dialect))
        said = set(work.connection.execute(owed.returning(OUTBOX.c.text_id), listed).scalars())
        texts = {"ids": jsonrows.listed(sorted(said), dialect=work.dialect)}
        others = sa.exists().where(OUTBOX.c.id.between(TEXTS.c.id, TEXTS.c.last_id), OUTBOX.c.text_id == TEXTS.c.id)
        change = sa.delete(TEXTS).where(jsonrows.among(TEXTS.c.id, "ids", dialect=work.dialect), ~others)
        work.connection.execute(change, texts)

    def counts(self) -> dict[str, Count]:
        """Return the numbers of each portal, without counting rows."""
        query = sa.select(COUNTS.c.portal, COUNTS.c.state, sa.func.sum(COUNTS.c.n))
        numbers: dict[str, dict[str, int]] = {}
        for portal, state, n in self._work.connection.execute(query.group_by(COUNTS.c.portal, COUNTS.c.state)):
            numbers.setdefault(portal, {})[state] = int(n)
        in_hand = sa.select(SENDING.c.portal, sa.func.count()).group_by(SENDING.c.portal)
        for portal, n in self._work.connection.execute(in_hand):
            numbers.setdefault(portal, {})["sending"] = n
        return {portal: Count(**states, oldest_due=self._oldest_due(portal)) for portal, states in numbers.items()}

    def _oldest_due(self, portal: str) -> float | None:
        found = [self._work.connection.execute(query, {"portal": portal}).scalar() for query in _OLDEST]
        return min((at for at in found if at is not None), default=None)


_ALL = WHOLE.select_from(PLACES)
_OF = QUEUE.c.portal == sa.bindparam("portal")
_OLDEST = (
    sa.select(QUEUE.c.wait).where(_OF, QUEUE.c.wait > 0).order_by(QUEUE.c.wait).limit(1),
    sa.select(TEXTS.c.created_at)
    .select_from(QUEUE.join(OUTBOX, OUTBOX.c.id == QUEUE.c.id).join(TEXTS, TEXTS.c.id == OUTBOX.c.text_id))
    .where(_OF, QUEUE.c.wait == 0)
    .order_by(QUEUE.c.id)
    .limit(1),
)


def _together(last: Stored, group: Sequence[tuple[State, int, int, int]]) -> Together:
    return Together(min(first for _, _, first, _ in group), {state: n for state, n, _, _ in group}, last)


def _conditions(which: Which) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if (state := which.get("state")) is not None:
        conditions += _in(state)
    if (portal := which.get("portal")) is not None:
        conditions.append(TEXTS.c.portal == portal)
    if (author := which.get("author")) is not None:
        conditions.append(TEXTS.c.author == author)
    if (user_id := which.get("user_id")) is not None:
        conditions.append(OUTBOX.c.user_id == user_id)
    if (older := which.get("older_than")) is not None:
        conditions.append(TEXTS.c.created_at < older)
    if (newer := which.get("newer_than")) is not None:
        conditions.append(TEXTS.c.created_at > newer)
    return conditions


def _in(state: State) -> list[sa.ColumnElement[bool]]:
    if state == State.PENDING:
        return [QUEUE.c.id.isnot(None)]
    if state == State.SENDING:
        return [SENDING.c.id.isnot(None)]
    return [OUTCOMES.c.state == quoted(state)]
