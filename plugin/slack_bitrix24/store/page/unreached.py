"""Addresses that named nobody: who should stand in the mapping file and does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.page_tables import UNREACHED
from slack_bitrix24.store.work import Work

LONGEST = 200
"""Characters of an address."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """An address that gave nobody: why, how often, when the last time (Unix seconds) and through which way in."""

    address: str
    reason: str
    source: str = ""
    times: int = 1
    seen_at: float = 0.0


class Unreachables:
    """They inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def note(self, found: Iterable[tuple[str, str]], *, source: str = "") -> None:
        """Note addresses with their reasons, once more each."""
        for address, reason in sorted(set(found)):
            values = {"reason": reason, "source": clean(source), "seen_at": self._work.now}
            statement = self._work.insert(UNREACHED).values(address=clean(address)[:LONGEST], times=1, **values)
            change = statement.on_conflict_do_update(
                index_elements=[UNREACHED.c.address], set_={**values, "times": UNREACHED.c.times + 1}
            )
            self._work.connection.execute(change)

    def list(self, *, limit: int = 200) -> list[Unreached]:
        """Return them, the last one first."""
        rows = self._work.connection.execute(sa.select(UNREACHED).order_by(UNREACHED.c.seen_at.desc()).limit(limit))
        return [Unreached(row.address, row.reason, row.source, row.times, row.seen_at) for row in rows]

    def forget(self, address: str) -> bool:
        """Take one off the list; False where it is not there."""
        change = sa.delete(UNREACHED).where(UNREACHED.c.address == address)
        return self._work.connection.execute(change).rowcount > 0

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many that were not addressed since this time."""
        some = sa.select(UNREACHED.c.address).where(UNREACHED.c.seen_at < older_than).limit(limit)
        return self._work.connection.execute(sa.delete(UNREACHED).where(UNREACHED.c.address.in_(some))).rowcount
