"""The journal of what came in: the same on both databases."""

import pytest

from waiting import until


@pytest.fixture
def add(store):
    return lambda key, order_key="", **payload: store.write(
        lambda tx: tx.inbox.add(key, "event", payload, order_key=order_key)
    )


@pytest.fixture
def take(store):
    return lambda owner="w", **how: [one.key for one in store.write(lambda tx: tx.inbox.claim(owner, **how))]


def test_a_letter_comes_out_as_it_went_in(store, add):
    id_ = add("Ev1", "C1", text="жирный\0\ud83d", n=1)
    [letter] = store.write(lambda tx: tx.inbox.claim("w"))
    assert (letter.id, letter.key, letter.kind, letter.order_key, letter.attempts) == (id_, "Ev1", "event", "C1", 1)
    assert letter.payload == {"text": "жирный\0\ud83d", "n": 1}
    assert letter.received_at == pytest.approx(store.now(), abs=5)


def test_a_key_is_taken_once_even_after_it_is_done(store, add, take):
    id_ = add("Ev1")
    assert add("Ev1") is None
    take()
    store.write(lambda tx: tx.inbox.done(id_))
    assert add("Ev1") is None
    assert take() == []


def test_the_oldest_come_first(add, take):
    for key in ("a", "b", "c"):
        add(key)
    assert take(limit=2) == ["a", "b"]
    assert take() == ["c"]


def test_of_one_order_key_one_at_a_time_and_in_order(store, add, take):
    first = add("a1", "a")
    add("a2", "a")
    add("b1", "b")
    assert take() == ["a1", "b1"]
    assert take() == []
    store.write(lambda tx: tx.inbox.again(first, at=9e9, error="rate limited"))
    assert take() == []
    store.write(lambda tx: tx.inbox.again(first, at=0))
    assert take() == ["a1"]
    store.write(lambda tx: tx.inbox.fail(first, "no"))
    assert take() == ["a2"]


def test_what_a_worker_left_is_given_to_another(store, add, take):
    add("a")
    assert take(ttl=0.05) == ["a"]
    [letter] = until(lambda: store.write(lambda tx: tx.inbox.claim("v")))
    assert letter.attempts == 2


def test_what_a_dead_worker_left_is_free_at_once(store, add, take):
    add("a")
    add("b")
    take("dead", limit=1)
    take("alive")
    assert store.write(lambda tx: tx.inbox.free(lambda owner: owner == "dead")) == 1
    assert store.write(lambda tx: tx.inbox.free(lambda _: False)) == 0
    assert take() == ["a"]


def test_keys_are_remembered_for_26_hours_at_least(store, add, take):
    id_ = add("a")
    add("b")
    store.write(lambda tx: tx.inbox.done(id_))
    assert store.read(lambda tx: tx.inbox.waiting()) == 1
    assert store.write(lambda tx: tx.inbox.purge(tx.now + 100)) == 0
    store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE inbox SET finished_at = 5.0 WHERE state = 'done'"))
    assert store.write(lambda tx: tx.inbox.purge(tx.now)) == 1
    assert add("a") is not None
