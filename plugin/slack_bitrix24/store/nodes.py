"""The processes that run on this database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.sql.schema import NODES
from slack_bitrix24.store.work import Work


@dataclass(frozen=True, slots=True)
class Node:
    """A process by its owner string, and what it runs."""

    name: str
    roles: tuple[str, ...]
    seen_at: float


class Nodes:
    """Heartbeats inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def heartbeat(self, node: str, roles: Sequence[str] = ()) -> None:
        """Say that this process lives."""
        values = {"roles": ",".join(roles), "seen_at": self._work.now}
        statement = self._work.insert(NODES).values(node=node, **values)
        self._work.connection.execute(statement.on_conflict_do_update(index_elements=[NODES.c.node], set_=values))

    def live(self, within: float) -> list[Node]:
        """Return who was seen in the last so many seconds, by name."""
        query = sa.select(NODES).where(NODES.c.seen_at >= self._work.now - within).order_by(NODES.c.node)
        return [
            Node(row.node, tuple(role for role in row.roles.split(",") if role), row.seen_at)
            for row in self._work.connection.execute(query)
        ]

    def gone(self, node: str) -> None:
        """Say that this process ends."""
        self._work.connection.execute(sa.delete(NODES).where(NODES.c.node == node))

    def purge(self, older_than: float) -> int:
        """Forget those that were seen last before this time."""
        return self._work.connection.execute(sa.delete(NODES).where(NODES.c.seen_at < older_than)).rowcount
