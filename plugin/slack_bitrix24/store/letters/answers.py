"""What was answered to a request that had a key of its own, so that the same request again gets the same answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import ANSWERS
from slack_bitrix24.store.work import Work

KEPT = 24 * 3600.0
"""Seconds that a key is known."""


@dataclass(frozen=True, slots=True)
class Known:
    """What came under a key before: `digest` names the request, `answer` is what it was given."""

    digest: str
    answer: dict[str, Any]


class Answers:
    """Keys inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def keep(self, hook: str, key: str, known: Known) -> Known | None:
        """Keep the answer, unless the key is known for less than a day: then return what is known, and keep nothing.

        Where another node keeps the same key just now, this waits for it.
        """
        values = {
            "hook": clean(hook),
            "key": clean(key),
            "digest": known.digest,
            "answer": json.dumps(known.answer),
            "made_at": self._work.now,
        }
        statement = self._work.insert(ANSWERS).values(values)
        change = statement.on_conflict_do_update(
            index_elements=[ANSWERS.c.hook, ANSWERS.c.key],
            set_={name: statement.excluded[name] for name in ("digest", "answer", "made_at")},
            where=ANSWERS.c.made_at < self._work.now - KEPT,
        )
        if self._work.connection.execute(change.returning(ANSWERS.c.key)).scalar() is not None:
            return None
        return self.known(hook, key)

    def known(self, hook: str, key: str) -> Known | None:
        """Return what is known of a key."""
        query = sa.select(ANSWERS.c.digest, ANSWERS.c.answer).where(
            ANSWERS.c.hook == clean(hook), ANSWERS.c.key == clean(key), ANSWERS.c.made_at >= self._work.now - KEPT
        )
        row = self._work.connection.execute(query).one_or_none()
        return Known(row.digest, json.loads(row.answer)) if row else None

    def amend(self, hook: str, key: str, answer: dict[str, Any]) -> None:
        """Replace the answer of a key that was kept in this transaction."""
        change = sa.update(ANSWERS).where(ANSWERS.c.hook == clean(hook), ANSWERS.c.key == clean(key))
        self._work.connection.execute(change.values(answer=json.dumps(answer)))

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many that were kept before this time; never one younger than a day."""
        before = min(older_than, self._work.now - KEPT)
        old = sa.select(ANSWERS.c.hook, ANSWERS.c.key).where(ANSWERS.c.made_at < before).limit(limit)
        rows = self._work.connection.execute(old).all()
        for hook, key in rows:
            gone = sa.delete(ANSWERS).where(ANSWERS.c.hook == hook, ANSWERS.c.key == key)
            self._work.connection.execute(gone)
        return len(rows)
