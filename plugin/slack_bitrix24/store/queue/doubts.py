"""Which notifications may have arrived though nobody knows: an answer got lost where the portal keeps no tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from slack_bitrix24.model import State, Stored
from slack_bitrix24.store.queue.stored import PLACES, WHOLE, stored
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.columns import quoted
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import DOUBTS, OUTBOX, OUTCOMES, TEXTS
from slack_bitrix24.store.work import Work

OPEN, ASKED, TWICE = "open", "asked", "twice"

_SAID = TEXTS.join(OUTBOX, sa.and_(OUTBOX.c.id.between(TEXTS.c.id, TEXTS.c.last_id), OUTBOX.c.text_id == TEXTS.c.id))


def _out(dialect: str) -> sa.CompoundSelect[int]:
    """Of each tag the last that was delivered, and all that may have arrived."""
    where = (
        jsonrows.among(TEXTS.c.sub_tag, "subs", dialect=dialect),
        jsonrows.among(OUTBOX.c.user_id, "users", dialect=dialect),
        TEXTS.c.portal == sa.bindparam("portal", type_=sa.Text()),
        TEXTS.c.kind != sa.literal_column("'delete'"),
    )
    ended = sa.select(sa.func.max(OUTBOX.c.id)).select_from(_SAID).join(OUTCOMES, OUTCOMES.c.id == OUTBOX.c.id)
    last = ended.where(*where, OUTCOMES.c.state == quoted(State.DELIVERED))
    last = last.group_by(TEXTS.c.sub_tag, OUTBOX.c.user_id, OUTBOX.c.tag)
    lost = sa.select(OUTBOX.c.id).select_from(_SAID).join(DOUBTS, DOUBTS.c.id == OUTBOX.c.id)
    lost = lost.join(OUTCOMES, OUTCOMES.c.id == OUTBOX.c.id)
    return sa.union_all(last, lost.where(*where, OUTCOMES.c.state != quoted(State.DELIVERED)))


_OUT = Prepared(_out)


class Doubts:
    """Doubts inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def among(self, claimed: Sequence[Stored]) -> dict[int, bool]:
        """Return those of these that are in doubt; True where a person has asked for them again since."""
        return {id_: state == ASKED for id_, state in self._states([one.id for one in claimed]).items()}

    def open(self, ids: Iterable[int]) -> None:
        """Note that an attempt at each of these may have arrived."""
        rows = [{"id": id_, "state": OPEN, "at": self._work.now} for id_ in sorted(ids)]
        if rows:
            change = self._work.insert(DOUBTS).on_conflict_do_update(index_elements=[DOUBTS.c.id], set_={"state": OPEN})
            self._work.connection.execute(change, rows)

    def asked(self, ids: Sequence[int]) -> None:
        """Note that a person wants each of these again, though it may have arrived."""
        self._change(ids, ASKED)

    def twice(self, ids: Sequence[int]) -> None:
        """Note that each of these was delivered, perhaps a second time."""
        self._change(ids, TWICE)

    def told(self, found: Sequence[Stored]) -> list[Stored]:
        """Return these with what is known of it."""
        states = self._states([one.id for one in found if one.state is State.DELIVERED])
        return [replace(one, perhaps_twice=states.get(one.id) == TWICE) for one in found] if states else list(found)

    def chains(self, claimed: Sequence[Stored]) -> dict[int, list[Stored]]:
        """Return for each of these what went out before it under the same tag, oldest first, where there is something.

        What lies before the last one that was delivered is left out.
        """
        tagged = [one.notification for one in claimed if one.notification.sub_tag]
        if not tagged:
            return {}
        dialect = self._work.dialect
        subs, users = {note.sub_tag for note in tagged}, {note.recipient.user_id for note in tagged}
        # Of a tag with thousands of versions only these few are read as a whole.
        rows = _OUT.run(
            self._work.connection,
            subs=jsonrows.listed(sorted(subs), dialect=dialect),
            users=jsonrows.listed(sorted(users), dialect=dialect),
            portal=tagged[0].recipient.portal,
        )
        ids = [id_ for (id_,) in rows]
        out = self._whole(ids)
        chains: dict[int, list[Stored]] = {}
        for one in claimed:
            before = [each for each in out if each.id < one.id and each.notification.tag == one.notification.tag]
            known = [place for place, each in enumerate(before) if each.state is State.DELIVERED]
            if before:
                chains[one.id] = before[known[-1] :] if known else before
        return chains

    def _whole(self, ids: Sequence[int]) -> list[Stored]:
        if not ids:
            return []
        dialect = self._work.dialect
        query = WHOLE.select_from(PLACES).where(jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect))
        listed = {"ids": jsonrows.listed(sorted(ids), dialect=dialect)}
        return [stored(row) for row in self._work.connection.execute(query.order_by(OUTBOX.c.id), listed)]

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many of before this time."""
        ids = sa.select(DOUBTS.c.id).where(DOUBTS.c.at < older_than).limit(limit)
        return self._work.connection.execute(sa.delete(DOUBTS).where(DOUBTS.c.id.in_(ids))).rowcount

    def _states(self, ids: Sequence[int]) -> dict[int, str]:
        if not ids:
            return {}
        dialect = self._work.dialect
        query = sa.select(DOUBTS.c.id, DOUBTS.c.state).where(jsonrows.among(DOUBTS.c.id, "ids", dialect=dialect))
        rows = self._work.connection.execute(query, {"ids": jsonrows.listed(ids, dialect=dialect)})
        return {row.id: row.state for row in rows}

    def _change(self, ids: Sequence[int], state: str) -> None:
        if not ids:
            return
        dialect = self._work.dialect
        change = sa.update(DOUBTS).where(jsonrows.among(DOUBTS.c.id, "ids", dialect=dialect)).values(state=state)
        self._work.connection.execute(change, {"ids": jsonrows.listed(ids, dialect=dialect)})
