"""What is remembered of Slack's channels: since when a relay listens to one, and which got another id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import LISTENING, MOVED
from slack_bitrix24.store.work import Work


class Channels:
    """Channels inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def listen(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note that relays (by name) listen to channels ("" for any) from now on, where they did not before."""
        rows = [{"relay": clean(relay), "channel": clean(channel), "since": self._work.now} for relay, channel in pairs]
        if rows:
            self._work.connection.execute(self._work.insert(LISTENING).on_conflict_do_nothing(), rows)

    def since(self) -> Mapping[tuple[str, str], float]:
        """Return since when each relay has listened to each channel, Unix seconds."""
        return {(row.relay, row.channel): row.since for row in self._work.connection.execute(sa.select(LISTENING))}

    def move(self, old: str, new: str) -> bool:
        """Note that a channel has another id now; return whether that is news."""
        values = {"old": clean(old), "new": clean(new), "moved_at": self._work.now}
        statement = self._work.insert(MOVED).values(values).on_conflict_do_nothing().returning(MOVED.c.old)
        return self._work.connection.execute(statement).scalar() is not None

    def moved(self) -> Mapping[str, str]:
        """Return the ids that channels got in place of others, by the old one."""
        return {row.old: row.new for row in self._work.connection.execute(sa.select(MOVED))}
