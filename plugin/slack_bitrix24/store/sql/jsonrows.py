"""Many values in one parameter: JSON rows as a table, a list as a condition. No I/O.

One statement text whatever the number of rows, so that both databases keep its plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def _hex(value: object) -> str:
    """Return bytes as PostgreSQL reads them in a row's JSON."""
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} in a row")


_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=_hex)

Types = Mapping[str, type[sa.types.TypeEngine[Any]]]


def encode(rows: Sequence[Mapping[str, object]]) -> str:
    """Return the parameter's value; bytes for PostgreSQL only."""
    return _ENCODER.encode(rows)


def table(parameter: str, types: Types, *, dialect: str) -> sa.FromClause:
    """Return a table `r` of the JSON objects in this parameter."""
    text = sa.bindparam(parameter, type_=sa.Text())
    if dialect == "sqlite":
        each = sa.func.json_each(text).table_valued("value", name="each_row")
        columns = [
            sa.type_coerce(sa.func.json_extract(each.c.value, sa.literal_column(f"'$.{name}'")), kind()).label(name)
            for name, kind in types.items()
        ]
        return sa.select(*columns).subquery("r")
    columns_of_record = [sa.column(name, kind()) for name, kind in types.items()]
    records = sa.func.json_to_recordset(sa.cast(text, postgresql.JSON(none_as_null=True)))
    return records.table_valued(*columns_of_record, name="r").render_derived(with_types=True)


def select(parameter: str, types: Types, *, dialect: str) -> sa.Select[Any]:
    """Return the rows of this parameter for an INSERT."""
    rows = table(parameter, types, dialect=dialect)
    # SQLite takes the ON of an upsert for a join's where no WHERE stands between (https://sqlite.org/lang_upsert.html).
    return sa.select(*(rows.c[name] for name in types)).where(sa.literal_column("1") == sa.literal_column("1"))


def among(column: sa.ColumnElement[Any], parameter: str, *, dialect: str) -> sa.ColumnElement[bool]:
    """Return the condition that the column's value is in the list of this parameter (see `listed`)."""
    if dialect == "sqlite":
        each = sa.func.json_each(sa.bindparam(parameter, type_=sa.Text())).table_valued("value")
        return column.in_(sa.select(each.c.value))
    return column == sa.any_(sa.bindparam(parameter, type_=postgresql.ARRAY(column.type)))


def listed(values: Iterable[object], *, dialect: str) -> object:
    """Return a list as `among` wants it."""
    return json.dumps(list(values)) if dialect == "sqlite" else list(values)
