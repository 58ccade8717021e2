"""Rows into a table: where one may be there already, and many of them the way that is quickest on either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.prepared import Prepared


def insert(table: sa.Table, *, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT: both databases mean the same by it, SQLAlchemy has one for each."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


class Inserting:
    """An INSERT of these columns; those of `same` have one value for all rows, given by name.

    PostgreSQL gets all rows in one parameter, in one round trip; SQLite, which has none, takes them one by one.
    """

    def __init__(self, table: sa.Table, types: jsonrows.Types, *, same: Sequence[str] = ()) -> None:
        self._names = tuple(types)
        self._same = tuple(same)
        self._values = itemgetter(*types)
        columns = [*types, *same]
        bound = {name: sa.bindparam(name, type_=table.c[name].type) for name in columns}
        # Of a SELECT, since VALUES would come in the table's order.
        self._one = Prepared(lambda _: sa.insert(table).from_select(columns, sa.select(*bound.values())))

        def whole(dialect: str) -> sa.Insert:
            rows = jsonrows.table("rows", types, dialect=dialect)
            chosen = sa.select(*(rows.c[name] for name in types), *(bound[name] for name in same))
            return sa.insert(table).from_select(columns, chosen)

        self._whole = Prepared(whole)

    def run(self, connection: sa.Connection, rows: Sequence[Mapping[str, object]], **same: object) -> None:
        """Insert these; what a row holds beyond the columns is left out."""
        if connection.dialect.name == "sqlite":
            constants = tuple(same[name] for name in self._same)
            self._one.many(connection, [(*self._values(row), *constants) for row in rows])
        else:
            chosen = [dict(zip(self._names, self._values(row), strict=True)) for row in rows]
            self._whole.run(connection, rows=jsonrows.encode(chosen), **same)
