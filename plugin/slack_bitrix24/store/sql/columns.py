"""What the columns of all tables are made of. No I/O."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite only counts up by itself in a column of its own type INTEGER."""


def text(name: str, doc: str) -> sa.Column[str]:
    """Return a column of text, empty unless given."""
    return sa.Column(name, sa.Text, nullable=False, server_default="", doc=doc)


def whole(name: str, doc: str, *, default: int = 0) -> sa.Column[int]:
    """Return a column of whole numbers."""
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=str(default), doc=doc)


def moment(name: str, doc: str) -> sa.Column[float]:
    """Return a column of Unix seconds."""
    return sa.Column(name, sa.Double, nullable=False, server_default="0", doc=doc)


def moment_or_none(name: str, doc: str) -> sa.Column[float | None]:
    """Return a column of Unix seconds, or none."""
    return sa.Column(name, sa.Double, nullable=True, doc=doc)


def quoted(value: str) -> sa.ColumnElement[str]:
    """Write a state into the SQL text: a partial index is only used where its condition stands there literally."""
    return sa.literal_column(f"'{value}'", sa.Text)


def index(name: str, *columns: sa.ColumnElement[object] | sa.Column[object], where: object = None) -> None:
    """Add an index, of those rows alone for which `where` holds."""
    sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)
