"""The nightly look at the set-up: whose turn a night is, and what was found the last time."""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sa

from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import LOOKS
from slack_bitrix24.store.work import Work

SETUP = "set-up"


class Looks:
    """Looks inside a transaction; there is one kind."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def begin(self, night: str) -> bool:
        """Take a night (its ISO date); False where somebody has it already, of all nodes on this database."""
        made = self._work.insert(LOOKS).values(name=SETUP, night="", found="[]").on_conflict_do_nothing()
        self._work.connection.execute(made)
        change = sa.update(LOOKS).where(LOOKS.c.name == SETUP, LOOKS.c.night < night).values(night=night)
        return self._work.connection.execute(change).rowcount == 1

    def news(self, found: Iterable[str]) -> list[str]:
        """Keep what was found in place of what was found before; return what is new, in order."""
        lines = [clean(line) for line in found]
        before = self._work.connection.execute(sa.select(LOOKS.c.found).where(LOOKS.c.name == SETUP)).scalar() or "[]"
        change = sa.update(LOOKS).where(LOOKS.c.name == SETUP).values(found=json.dumps(lines, ensure_ascii=False))
        self._work.connection.execute(change)
        known = set(json.loads(before))
        return [line for line in lines if line not in known]
