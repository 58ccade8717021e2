"""A database as version 0.1.0 left it, made of rows that its own code wrote (store/data/made_by_0.1.0.json)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from slack_bitrix24.store import migrations
from slack_bitrix24.store.sql.engine import connect

MADE = json.loads((Path(__file__).parent / "store" / "data" / "made_by_0.1.0.json").read_text())
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def make_old(url: str, tables: Tables | None = None) -> None:
    """Make 0.1.0's tables with these rows (MADE), whose empty columns are left out."""
    rows_of = MADE if tables is None else tables
    engines = connect(url)
    with engines.writer.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", migrations.__path__[0])
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name, rows in rows_of.items():
            if rows and name != "sqlite_sequence":
                table = sa.Table(name, sa.MetaData(), autoload_with=connection)
                for row in rows:  # one by one: not all have the same columns
                    connection.execute(sa.insert(table), row)
        for row in rows_of.get("sqlite_sequence", ()):
            _count_on(connection, row["name"], row["seq"])
    engines.dispose()


def _count_on(connection: sa.Connection, table: str, last: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"SELECT setval('{table}_id_seq', {last})"))
    else:
        change = sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = :table")
        connection.execute(change, {"last": last, "table": table})
