"""Everything moves from one database into another, also when it is interrupted; a backup is made while others write."""

import stat
import threading

import pytest
import sqlalchemy as sa

from slack_bitrix24.errors import StoreError
from slack_bitrix24.model import Delivered, Notification, Receipt, Recipient
from slack_bitrix24.store import Submission, examination, new_owner, open_store, transfer, upgrade
from slack_bitrix24.store.sql.columns import METADATA
from slack_bitrix24.store.sql.engine import connect
from slack_bitrix24.store.sql.schema import NODES


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def source_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    return request.getfixturevalue("empty_postgres_url")


def fill(url, count=30):
    """Put something of everything into a database; delivered, pending and superseded notifications among it."""
    store = open_store(url)
    made = [
        Notification(f"k{n}", Recipient("main", n % 7 + 1), f"текст {n} 🔥", tag=f"t{n % 9}|U{n % 7 + 1}", attach="{}")
        for n in range(count)
    ]
    store.accept(Submission(made, receipt=Receipt("chat", {"channel": "C1", "ts": "1.2"})))
    lease = store.write(lambda tx: tx.lanes.hold("main", "a"))
    claimed = store.write(lambda tx: tx.lanes.claim(lease, limits="{}"))
    some = {each.id: Delivered(100 + each.id) for each in claimed[:5]}
    store.write(lambda tx: tx.lanes.record(lease, some, limits="{}"))
    store.write(lambda tx: [tx.inbox.add(f"event-{n}", "event", f'{{"n": {n}}}') for n in range(count)])
    store.close()


def rows(url, *, but=(NODES.name,)):
    """All rows of all tables, but those that tell of processes."""
    engines = connect(url)
    with engines.reader.connect() as connection:
        found = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in METADATA.sorted_tables
            if table.name not in but
        }
    engines.dispose()
    return found


def test_everything_is_on_the_other_side_and_the_next_number_is_new(source_url, target_url):
    fill(source_url)
    counts = transfer.copy(source_url, target_url)
    assert rows(target_url) == rows(source_url)
    assert all(count.source == count.target for count in counts)
    store = open_store(target_url)
    added = store.accept(Submission([Notification("k-new", Recipient("main", 1), "new", tag="n|U1")]))
    store.close()
    assert added[0].id > 30


def test_a_number_that_was_given_and_purged_is_not_given_again(source_url, target_url):
    fill(source_url, count=3)
    engines = connect(source_url)
    with engines.writer.begin() as connection:
        connection.execute(sa.text("DELETE FROM inbox"))
    engines.dispose()
    transfer.copy(source_url, target_url)
    store = open_store(target_url)
    store.write(lambda tx: tx.inbox.add("event-new", "event", "{}"))
    letters = store.read(lambda tx: tx.connection.execute(sa.text("SELECT id FROM inbox")).scalars().all())
    store.close()
    assert letters == [4]


def test_an_interrupted_copy_goes_on_where_it_was(source_url, target_url, monkeypatch):
    fill(source_url, count=40)
    monkeypatch.setattr(transfer, "PORTION", 10)

    def stop(table, done, _total):
        if table == "inbox" and done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer.copy(source_url, target_url, progress=stop)
    with pytest.raises(StoreError, match="database copy --from"):
        open_store(target_url)
    told = []
    transfer.copy(source_url, target_url, progress=lambda *how: told.append(how))
    assert next(how for how in told if how[0] == "inbox") == ("inbox", 20, 40)
    assert rows(target_url) == rows(source_url)
    open_store(target_url).close()


def test_a_copy_begins_anew_where_the_source_went_on_meanwhile(source_url, target_url):
    fill(source_url, count=4)

    def stop(table, *_):
        if table == "outbox":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer.copy(source_url, target_url, progress=stop)
    store = open_store(source_url)
    store.write(lambda tx: tx.lanes.hold("main", "b"))
    store.close()
    transfer.copy(source_url, target_url)
    assert rows(target_url) == rows(source_url)


def test_a_copy_refuses_what_is_in_use_by_data(source_url, target_url):
    fill(source_url, count=1)
    fill(target_url, count=1)
    before = rows(target_url)
    with pytest.raises(StoreError, match="in use already"):
        transfer.copy(source_url, target_url)
    assert rows(target_url) == before


def test_a_copy_refuses_what_is_in_use_by_a_bridge(source_url, target_url):
    fill(source_url, count=1)
    store = open_store(source_url)
    store.write(lambda tx: tx.nodes.heartbeat(new_owner(), ["deliver"]))
    store.close()
    with pytest.raises(StoreError, match="the bridge runs on it"):
        transfer.copy(source_url, target_url)


def test_a_copy_refuses_itself(source_url):
    fill(source_url, count=1)
    with pytest.raises(StoreError, match="the same"):
        transfer.copy(source_url, source_url)


def test_a_backup_is_one_moment_while_others_write(source_url, tmp_path):
    fill(source_url)
    store = open_store(source_url)
    ending, file = threading.Event(), tmp_path / "backup.db"

    def write():
        number = 0
        while not ending.is_set():
            number += 1
            made = Notification(f"w{number}", Recipient("main", 1), "x", tag=f"w{number}|U1")
            store.accept(Submission([made]))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(3):
            counts = transfer.backup(source_url, file)
    finally:
        ending.set()
        thread.join()
        store.close()
    assert all(count.source == count.target for count in counts)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup")] == ["backup.db"]
    assert examination.examine(f"sqlite:///{file}").faults == ()


def test_a_backup_restores_into_either_database(source_url, target_url, tmp_path):
    fill(source_url)
    transfer.backup(source_url, tmp_path / "backup.db")
    transfer.copy(f"sqlite:///{tmp_path / 'backup.db'}", target_url)
    assert rows(target_url) == rows(source_url)


def test_a_backup_does_not_write_over_its_own_database(tmp_path):
    url = f"sqlite:///{tmp_path / 'live.db'}"
    fill(url, count=1)
    with pytest.raises(StoreError, match="the database itself"):
        transfer.backup(url, tmp_path / "live.db")


def test_a_backup_that_fails_leaves_the_last_one(tmp_path):
    url = f"sqlite:///{tmp_path / 'live.db'}"
    fill(url, count=1)
    file = tmp_path / "backup.db"
    transfer.backup(url, file)
    good = file.read_bytes()

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer.backup(url, file, progress=stop)
    assert file.read_bytes() == good
    assert sorted(path.name for path in tmp_path.glob("backup*")) == ["backup.db"]


def test_the_files_are_for_their_owner_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'live.db'}"
    store = open_store(url)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("live.db*")}
    store.close()
    assert set(modes) >= {"live.db", "live.db-wal"}
    assert set(modes.values()) == {0o600}


def test_damage_is_named(tmp_path):
    file = tmp_path / "live.db"
    fill(f"sqlite:///{file}", count=400)
    assert examination.examine(f"sqlite:///{file}").faults == ()
    content = bytearray(file.read_bytes())
    # An index's cells are overwritten: the tables can still be read.
    engines = connect(f"sqlite:///{file}")
    with engines.reader.connect() as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'outbox_key'"
        page = connection.execute(sa.text(query)).scalar_one()
    engines.dispose()
    start = (page - 1) * 4096
    content[start + 8 : start + 4096] = bytes(4088)
    file.write_bytes(bytes(content))
    try:
        faults = examination.examine(f"sqlite:///{file}").faults
    except StoreError as error:
        faults = (str(error),)
    assert any("damaged" in fault or "outbox" in fault for fault in faults)


def test_a_sound_postgresql_is_ok(postgres_url):
    upgrade(postgres_url)
    report = examination.examine(postgres_url)
    assert report.faults == ()
    assert report.rows["outbox"] == 0
