"""What was seen of each message: the same on both databases."""

import threading

import pytest

from slack_bitrix24.store import Newest, Retention, Submission, open_store, purge


@pytest.fixture
def advance(store):
    return lambda version, *, key="C1:1", **how: store.write(lambda tx: tx.versions.advance(key, version, **how))


@pytest.fixture
def newest(store):
    return lambda key="C1:1": store.read(lambda tx: tx.versions.newest(key))


def test_what_is_older_than_what_was_seen_may_not_stand(advance, newest):
    assert newest() is None
    assert advance("10")
    assert advance("30")
    assert not advance("20")
    assert newest() == Newest("30", deleted=False)
    assert advance("30")
    assert advance("20", key="C1:2")


def test_a_deletion_stands_whatever_came_and_nothing_after_it(advance, newest):
    assert advance("30")
    assert advance("20", deleted=True)
    assert newest() == Newest("30", deleted=True)
    assert not advance("40")
    assert advance("20", deleted=True)
    assert advance("20", key="C1:2", deleted=True)
    assert not advance("30", key="C1:2")


def test_odd_names_are_kept_as_text(advance, newest):
    assert advance("1", key="C\0\ud83d:1")
    assert newest("C\0\ud83d:1") == Newest("1", deleted=False)


def test_versions_are_remembered_for_26_hours_at_least(store, advance, newest):
    advance("10")
    advance("10", key="C1:2")
    assert purge(store, Retention(versions=-60.0))["versions"] == 0
    store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE versions SET seen_at = 5.0 WHERE key = 'C1:1'"))
    assert purge(store)["versions"] == 1
    assert newest() is None
    assert newest("C1:2") is not None


def test_what_is_refused_is_undone_with_its_operation(store, newest):
    def fails(tx):
        tx.versions.advance("C1:1", "10")
        raise LookupError

    with pytest.raises(LookupError):
        store.write(fails)
    assert newest() is None


@pytest.mark.postgres
def test_of_two_nodes_the_newest_is_put_last(clean_postgres_url, make):
    """Each adds under the lock of the key: whatever they do at once, the last row is the newest version's."""
    nodes = [open_store(clean_postgres_url) for _ in range(2)]
    both = threading.Barrier(2)

    def put(tx, version):
        if tx.versions.advance("C1:1", f"{version:03}"):
            tx.outbox.accept(
                Submission([make(tag="t", user=7, key=f"v{version}", sub_tag="t", source=f"{version:03}")])
            )

    def work(store, versions):
        both.wait(10)
        for version in versions:
            store.write(lambda tx, version=version: put(tx, version))

    shares = (range(0, 60, 2), range(1, 60, 2))
    threads = [threading.Thread(target=work, args=each) for each in zip(nodes, shares, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [one.notification.source for one in nodes[0].read(lambda tx: tx.outbox.find(limit=100))]
    for store in nodes:
        store.close()
    assert rows == sorted(rows)
    assert rows[-1] == "059"
