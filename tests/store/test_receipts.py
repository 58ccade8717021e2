"""The answers that are owed: the same on both databases."""

import pytest
import sqlalchemy as sa

from slack_bitrix24.model import Dead, Delivered, Receipt, Retry
from slack_bitrix24.store import Submission
from slack_bitrix24.store.sql.schema import RECEIPTS
from waiting import until

ANSWER = Receipt("response_url", {"url": "u"}, "ru", {"bitrix24:main/1": "Анна"}, ("Не нашлось: @bob",))


@pytest.fixture
def ask(store, make):
    """Accept so many notifications with one receipt; return their ids."""
    return lambda count=1, receipt=ANSWER, **how: [
        one.id for one in store.accept(Submission([make(**how) for _ in range(count)], receipt))
    ]


@pytest.fixture
def due(store):
    return lambda **how: store.write(lambda tx: tx.receipts.claim("w", **how))


def test_a_receipt_is_due_when_all_outcomes_are_known(ask, due, claim, record):
    ids = ask(3)
    claim()
    record({ids[0]: Delivered(1), ids[1]: Retry(1.0, "busy")})
    assert due() == []
    record({ids[2]: Dead("no")})
    claim()
    record({ids[1]: Delivered(2)})
    [receipt] = due()
    assert receipt.receipt == ANSWER
    assert (receipt.uses, receipt.complete) == (1, True)
    assert [one.state for one in receipt.notifications] == ["delivered", "delivered", "dead"]
    assert due() == []


def test_cancelled_and_superseded_ones_are_outcomes_too(store, make, ask, due):
    ids = ask(2, user=1, tag="disk")
    assert due() == []
    store.write(lambda tx: tx.outbox.cancel(ids))
    assert [one.state for one in due()[0].notifications] == ["superseded", "cancelled"]


def test_what_a_later_submission_supersedes_counts_as_known(ask, due, put):
    ask(user=1, tag="disk")
    put(user=1, tag="disk")
    assert len(due()) == 1


@pytest.fixture
def next_in(store):
    """Tell in how many seconds the next receipt is due."""
    return lambda **how: store.read(lambda tx: tx.receipts.next_at(**how)) - store.now()


def patience_over(store, *, since_accepted: float = 11.0) -> None:
    """Let so many seconds pass."""
    then = sa.update(RECEIPTS).values(due_at=1.0, accepted_at=RECEIPTS.c.accepted_at - since_accepted)
    store.write(lambda tx: tx.connection.execute(then))


def test_a_response_url_hears_early_that_it_takes_long_then_the_outcome(store, ask, due, claim, record, next_in):
    [id_] = ask()
    assert next_in() == pytest.approx(10, abs=5)
    patience_over(store)
    [receipt] = due()
    assert (receipt.complete, receipt.last) == (False, False)
    store.write(lambda tx: tx.receipts.wait(receipt.id))
    assert due() == []
    assert next_in() == pytest.approx(25 * 60 - 11, abs=5)
    claim()
    record({id_: Delivered(1)})
    [receipt] = due()
    assert (receipt.uses, receipt.complete, receipt.last) == (2, True, True)


def test_an_outcome_that_comes_while_it_is_said_that_there_is_none_is_not_missed(store, ask, due, claim, record):
    [id_] = ask()
    patience_over(store)
    [receipt] = due()
    claim()
    record({id_: Delivered(1)})
    assert due() == []
    store.write(lambda tx: tx.receipts.wait(receipt.id))
    assert [one.complete for one in due()] == [True]


def test_a_response_url_is_answered_before_it_expires_though_incomplete(store, ask, due):
    ask()
    patience_over(store, since_accepted=25 * 60)
    [receipt] = due()
    assert (receipt.complete, receipt.last) == (False, True)


def test_a_stopped_portal_makes_those_due_that_wait_for_it_at_most_twice(store, ask, due, claim, record):
    done = ask(portal="main")
    claim()
    record({done[0]: Delivered(1)})
    assert len(due()) == 1
    ask(portal="acme")
    ask(portal="main", receipt=Receipt("chat", {"channel": "C1"}))
    [waits] = ask(portal="main")
    for use in (1, 2):
        assert store.write(lambda tx: tx.receipts.hurry("main")) == 1
        [receipt] = due()
        assert (receipt.uses, [one.id for one in receipt.notifications]) == (use, [waits])
        store.write(lambda tx, one=receipt.id: tx.receipts.wait(one))
    assert store.write(lambda tx: tx.receipts.hurry("main")) == 0
    assert due() == []


def test_no_receipt_is_given_before_it_has_its_age(store, ask, due, claim, record, next_in):
    [id_] = ask()
    claim()
    record({id_: Delivered(1)})
    assert due(age=60) == []
    assert next_in(age=60) == pytest.approx(60, abs=5)
    assert next_in() <= 0
    assert len(due()) == 1


def test_a_chat_message_waits_as_long_as_it_takes(store, ask):
    ask(receipt=Receipt("chat", {"channel": "C1", "ts": "1.2"}))
    assert store.read(lambda tx: tx.receipts.next_at()) > store.now() + 10**9


def test_a_receipt_is_tried_again_and_counts_its_uses(store, ask, due, claim, record):
    [id_] = ask()
    claim()
    record({id_: Delivered(1)})
    [first] = due()
    store.write(lambda tx: tx.receipts.again(first.id, at=tx.now, error="500"))
    [second] = due()
    assert (second.id, second.uses) == (first.id, 2)
    store.write(lambda tx: tx.receipts.done(second.id))
    assert due() == []
    assert store.read(lambda tx: tx.receipts.next_at()) is None


def test_a_receipt_given_up_is_over(store, ask, due, claim, record):
    [id_] = ask()
    claim()
    record({id_: Delivered(1)})
    [receipt] = due()
    store.write(lambda tx: tx.receipts.fail(receipt.id, "expired_url"))
    store.write(lambda tx: tx.receipts.again(receipt.id, at=0))
    assert due() == []
    assert store.write(lambda tx: tx.receipts.purge(tx.now - 60)) == 0
    assert store.write(lambda tx: tx.receipts.purge(tx.now + 60)) == 1


def test_what_a_worker_left_is_given_to_another(store, ask, due, claim, record):
    ids = ask() + ask()
    claim()
    record({id_: Delivered(1) for id_ in ids})
    assert len(due(limit=1, ttl=0.05)) == 1
    assert len(due(limit=1)) == 1
    [left] = until(due)
    assert left.uses == 2
    assert store.write(lambda tx: tx.receipts.free(lambda owner: owner == "w")) == 2
    assert store.write(lambda tx: tx.receipts.free(lambda owner: owner == "x")) == 0
    assert len(due()) == 2


def test_a_notification_retried_by_hand_is_missing_again(store, ask, due, claim, record):
    dead, other = ask(2)
    claim()
    record({dead: Dead("no")})
    store.write(lambda tx: tx.outbox.retry([dead]))
    record({other: Delivered(1)})
    assert due() == []
    claim()
    record({dead: Delivered(2)})
    assert due()[0].complete
