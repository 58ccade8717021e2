"""The history of the schema and the schema are one, on both databases."""

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import migrations, open_store, upgrade
from slack_bitrix24.store.sql.columns import METADATA


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request, tmp_path):
    """A database without a table."""
    return (
        f"sqlite:///{tmp_path / 'new.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("empty_postgres_url")
    )


def test_the_history_leads_to_the_schema(store):
    options = {"compare_type": True, "include_object": lambda one, *_: is_here(one, store)}
    differences = store.write(
        lambda tx: compare_metadata(MigrationContext.configure(tx.connection, opts=options), METADATA)
    )
    assert differences == []


def is_here(index, store):
    """Some indexes serve only one of the two databases."""
    return index.info.get("only") in (None, "postgresql" if store.is_shared else "sqlite")


def test_the_index_of_only_one_database_is_not_in_the_other(store):
    indexes = store.read(lambda tx: {one["name"] for one in sa.inspect(tx.connection).get_indexes("outbox")})
    indexes |= store.read(lambda tx: {one["name"] for one in sa.inspect(tx.connection).get_indexes("queue")})
    assert {"queue_tag", "outbox_mark"} & indexes == {"queue_tag" if store.is_shared else "outbox_mark"}


def test_partial_indexes_are_those_of_the_schema(store):
    """Alembic does not compare their conditions."""
    names = {
        index.name
        for table in METADATA.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None and is_here(index, store)
    }
    query = "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %'"
    if not store.is_shared:
        query = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    assert set(store.read(lambda tx: tx.connection.execute(sa.text(query)).scalars().all())) == names


def test_the_program_knows_its_newest_revision():
    history = ScriptDirectory(migrations.__path__[0])
    assert tuple(reversed([script.revision for script in history.walk_revisions()])) == migrations.REVISIONS


def test_upgrade_tells_what_was_there_before_and_may_be_repeated(empty_url):
    assert upgrade(empty_url) is None
    assert upgrade(empty_url) == migrations.REVISIONS[-1]


def test_a_start_that_may_not_upgrade_refuses_an_older_schema(empty_url):
    with pytest.raises(StoreError, match="slack-bitrix24 database upgrade"):
        open_store(empty_url, upgrade=False)
    open_store(empty_url).close()
    open_store(empty_url, upgrade=False).close()


def test_many_starts_at_once_upgrade_once(empty_url):
    stores, errors = [], []

    def start():
        try:
            stores.append(open_store(empty_url))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert errors == []
    assert len(stores) == 4


def test_a_half_made_upgrade_leaves_nothing(empty_url):
    engine = sa.create_engine(empty_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE receipts (id integer)"))
    with pytest.raises(StoreError, match="receipts"):
        upgrade(empty_url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == ["receipts"]
        connection.execute(sa.text("DROP TABLE receipts"))
    engine.dispose()
    assert upgrade(empty_url) is None
