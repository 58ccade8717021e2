"""One history of the schema for both databases; applied in this process, under a lock, in one transaction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from slack_bitrix24.errors import SchemaTooNewError, StoreError
from slack_bitrix24.store import failures
from slack_bitrix24.store.sql.engine import UPGRADING, Engines, connect, write_once

REVISIONS = tuple(f"{number:04}" for number in range(1, 19) if number not in (13, 15))
"""All that this version knows, oldest first. A new one: a file in versions/, its id here, schema.py changed.

13 and 15 changed again what 4 had made; before any release they became part of it, so that a row moves once.
"""

MARK = "copying"
"""The table that stands in a database while something is copied into it."""

LOCK = 0x5B24
"""PostgreSQL's advisory lock while the schema changes."""


def upgrade(url: str) -> str | None:
    """Bring the database up to date; return the revision that it had before (None: it was empty)."""
    engines = connect(url, UPGRADING)
    try:
        before = _upgrade(engines)
    except sa.exc.SQLAlchemyError as error:
        raise failures.words(error, engines.url) from error
    finally:
        engines.dispose()
    return before


def ready(engines: Engines, *, upgrade: bool, copying: bool = False) -> None:
    """See to it that the schema is the newest; StoreError where it is not and must not be changed.

    A database into which a copy was begun and not ended is refused, but to the copy itself (`copying`).
    """
    with engines.reader.connect() as connection:
        found = revision(connection)
        if not copying and sa.inspect(connection).has_table(MARK):
            raise StoreError(
                f"{failures.where(engines.url)}: a copy into it was interrupted: "
                "slack-bitrix24 database copy --from … goes on with it"
            )
    _refuse_newer(engines, found)
    if found == REVISIONS[-1]:
        return
    if not upgrade:
        raise StoreError(f"{failures.where(engines.url)}: its tables are older: slack-bitrix24 database upgrade")
    _upgrade(engines)


def revision(connection: sa.Connection) -> str | None:
    """Return the database's revision; None where it has none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engines: Engines) -> str | None:
    with engines.reader.connect() as connection:
        has_rows = revision(connection) not in (None, REVISIONS[-1])
    engines.reader.dispose()
    with engines.writer.connect() as connection:
        if engines.is_sqlite and has_rows:
            write_once(connection)
        with connection.begin():
            if not engines.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            before = revision(connection)
            _refuse_newer(engines, before)
            if before != REVISIONS[-1]:
                _run(connection)
    return before


def _refuse_newer(engines: Engines, found: str | None) -> None:
    if found is not None and found not in REVISIONS:
        raise SchemaTooNewError(
            f"{failures.where(engines.url)}: written by a newer version of slack-bitrix24 "
            f"(its schema is {found}, this version knows {REVISIONS[-1]}): install that version"
        )


def _run(connection: sa.Connection) -> None:
    # Imported here: it takes a third of a second, and hardly any start needs it.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
