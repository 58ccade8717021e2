"""The fair order as the store keeps it, on both databases."""

import pytest
import sqlalchemy as sa

from slack_bitrix24.model import Dead, Delivered, Retry
from slack_bitrix24.store import Submission
from slack_bitrix24.store.queue.fair import AGED, TURN


@pytest.fixture
def users(claim):
    """Return a function that claims, and tells whose notifications came."""
    return lambda **how: [one.notification.recipient.user_id for one in claim(**how)]


def test_a_lone_one_goes_before_the_broadcasts_that_came_first(put, users):
    for _ in range(3):
        put(120, author="all")
    assert len(users()) == 50
    put(user=7)
    assert users()[0] == 7


def test_broadcasts_alternate(store, make, claim):
    for name in ("a", "b"):
        store.accept(Submission([make(source=name) for _ in range(150)]))
    assert [{one.notification.source for one in claim()} for _ in range(4)] == [{"a"}, {"b"}, {"a"}, {"b"}]


@pytest.mark.parametrize(("priority", "place"), [("high", 0), ("normal", 1), ("low", 2)])
def test_of_lone_ones_the_more_urgent_goes_first(put, users, priority, place):
    order = {"high": 1, "normal": 2, "low": 3}
    for one in ("low", "normal", "high"):
        put(user=order[one], priority=one)
    assert users()[place] == order[priority]


def test_each_portal_has_an_order_of_its_own_in_one_submission(store, make, claim):
    made = [make(portal=portal) for _ in range(60) for portal in ("acme", "main")]
    store.accept(Submission(made))
    first = [one.notification.recipient.user_id for one in claim()]
    assert first == [one.recipient.user_id for one in made if one.recipient.portal == "main"][:50]


def test_what_was_asked_for_later_lines_up_when_its_time_comes(store, make, users):
    """It has no place of long ago: whoever is there goes first, and a broadcast at nine holds up no one."""
    store.accept(Submission([make(not_before=9e9) for _ in range(120)]))
    store.accept(Submission([make() for _ in range(200)]))
    for _ in range(2):
        users()
    store.write(lambda tx: tx.connection.execute(sa.text("UPDATE queue SET wait = 1 WHERE wait > 0")).rowcount)
    users()
    store.accept(Submission([make(user=7)]))
    assert users()[0] == 7


def test_what_waited_longest_has_its_turn(store, put, make, users):
    """Whatever comes in: after ten minutes one request in twenty goes by age."""
    put(user=7, priority="low")
    old = sa.text("UPDATE texts SET created_at = created_at - :age")
    store.write(lambda tx: tx.connection.execute(old, {"age": AGED + 1}).rowcount)
    turn = sa.text("UPDATE lanes SET claims = :claims")
    store.write(lambda tx: tx.connection.execute(turn, {"claims": TURN - 2}).rowcount)
    store.accept(Submission([make(priority="high", tag=f"h{number}") for number in range(30)]))
    for number in range(130):
        put(user=1000 + number, priority="high")
    assert 7 not in users()
    assert users()[0] == 7


@pytest.mark.parametrize("how", [{}, {"counts": False}, {"ambiguous": True}, {"alone": True}])
def test_what_comes_back_goes_before_what_is_behind_it(store, make, claim, record, how):
    store.accept(Submission([make() for _ in range(100)]))
    ids = [one.id for one in claim()]
    record(dict.fromkeys(ids, Retry(1.0, "busy", **how)))
    assert {one.id for one in claim()} <= set(ids)


def test_dead_ones_retried_by_hand_line_up_as_a_broadcast(store, put, claim, record, users):
    ids = put(120)
    while batch := claim():
        record({one.id: Dead("no") for one in batch})
    again = store.write(lambda tx: tx.outbox.retry(ids[:60]))
    again += store.write(lambda tx: tx.outbox.retry(ids[60:], before=60))
    assert again == ids
    put(user=7)
    assert users()[0] == 7


def test_many_dead_ones_are_retried_in_a_few_statements(store, put, claim, record):
    ids = put(300, sub_tag="s")
    while batch := claim():
        record({one.id: Dead("no") for one in batch})
    seen = []
    sa.event.listen(store._engines.writer, "before_cursor_execute", lambda *how: seen.append(how[2]))
    assert store.write(lambda tx: tx.outbox.retry_dead()) == ids
    assert len(seen) < 15


def test_a_broadcast_s_text_stands_once_and_goes_with_its_last_notification(store, make, claim, record):
    def texts():
        count = sa.text("SELECT count(*) FROM texts")
        return store.read(lambda tx: tx.connection.execute(count).scalar())

    store.accept(Submission([make(message="to all") for _ in range(80)]))
    store.accept(Submission([make(message="other")]))
    assert texts() == 2
    while batch := claim():
        record({one.id: Delivered(1) for one in batch})
    assert store.write(lambda tx: tx.outbox.purge(tx.now + 1, limit=79)) == 79
    assert texts() >= 1
    assert store.write(lambda tx: tx.outbox.purge(tx.now + 1)) == 2
    assert texts() == 0
