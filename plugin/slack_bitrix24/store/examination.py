"""Look for damage in a database: what the database itself says, and whether its tables are this version's."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store import failures, migrations
from slack_bitrix24.store.sql.columns import METADATA
from slack_bitrix24.store.sql.engine import connect

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `rows` counts each table's; no `faults` = sound."""

    where: str
    rows: dict[str, int]
    faults: tuple[str, ...]


def examine(url: str) -> Report:
    """Read everything once; takes seconds for a million rows. StoreError: it can't be read at all."""
    engines = connect(url)
    try:
        migrations.ready(engines, upgrade=False)
        with engines.reader.connect() as connection, connection.begin():
            damage = _sqlite_damage(connection) if engines.is_sqlite else []
            rows = {} if damage else _counted(connection)
        return Report(failures.where(engines.url), rows, tuple(damage))
    except sa.exc.SQLAlchemyError as error:
        raise failures.words(error, engines.url) from error
    finally:
        engines.dispose()


def _sqlite_damage(connection: sa.Connection) -> list[str]:
    """Return what SQLite's own check finds (https://sqlite.org/pragma.html#pragma_integrity_check)."""
    said = connection.execute(sa.text(f"PRAGMA integrity_check({_SHOWN})")).scalars().all()
    return [f"SQLite: {line}" for line in said if line != "ok"]


def _counted(connection: sa.Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in METADATA.sorted_tables
    }
