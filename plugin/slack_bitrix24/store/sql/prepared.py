"""A statement of the hot path, made into SQL once: putting it together anew takes longer than running it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa


class Prepared:
    """What this function of a dialect's name builds. Its parameters are of types that drivers take as they are."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        self._build = build
        self._made: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def run(self, connection: sa.Connection, **parameters: object) -> list[Any]:
        """Execute it; return the rows as the driver gives them, none where it returns none."""
        text, order, fixed = self._of(connection.dialect)
        given = {**fixed, **parameters}
        result = connection.exec_driver_sql(text, tuple(given[name] for name in order) if order is not None else given)
        if not result.returns_rows:
            return []
        rows = list(result.cursor.fetchall())
        result.close()
        return rows

    def many(self, connection: sa.Connection, rows: list[tuple[object, ...]]) -> None:
        """Execute it for each of these, which hold all its parameters in their order; no rows are returned."""
        connection.exec_driver_sql(self._of(connection.dialect)[0], rows)

    def scalar(self, connection: sa.Connection, **parameters: object) -> Any:
        """Execute it; return the first row's first value, None where there is no row."""
        rows = self.run(connection, **parameters)
        return rows[0][0] if rows else None

    def _of(self, dialect: sa.Dialect) -> tuple[str, list[str] | None, dict[str, Any]]:
        made = self._made.get(dialect.name)
        if made is None:
            compiled = self._build(dialect.name).compile(dialect=dialect)
            made = self._made[dialect.name] = str(compiled), compiled.positiontup, dict(compiled.params)
        return made
