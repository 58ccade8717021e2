"""What operations decide, inside a transaction, to submit: accepted together, each as if it came alone."""

from __future__ import annotations

from itertools import count

import pytest
import sqlalchemy as sa

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store.queue.accept import Submission


def _gathered(store, decisions):
    """Submit what each decides; return what came of each: for each notification whether it is new, or the error."""
    came = []
    with store.gathering() as gathered:
        for decide in decisions:
            store.submit_then(decide, came.append)
        for wait in gathered:
            try:
                wait()
            except (StoreError, LookupError) as error:
                came.append(type(error))
    return [each if isinstance(each, type) else [one.new for one in each] for each in came]


@pytest.mark.parametrize(
    ("decided", "new", "kept"),
    [
        ([["a"], ["b"], ["c"]], [[True], [True], [True]], "abc"),
        ([["a", "b"], ["b", "c"]], [[True, True], [False, True]], "abc"),
        ([["a"], ["a"], ["a"]], [[True], [False], [False]], "a"),
        ([[], ["a"], []], [[], [True], []], "a"),
        ([["a"], None, ["b"]], [[True], LookupError, [True]], "ab"),
        ([None, None, ["a"]], [LookupError, LookupError, [True]], "a"),
        ([["a"], 2**70, ["b"]], [[True], StoreError, [True]], "ab"),
    ],
)
def test_each_is_accepted_as_if_it_came_alone(store, make, decided, new, kept):
    def deciding(keys):
        def decide(tx):
            if keys is None:
                raise LookupError("mine")
            many = [make(key="long", user=keys)] if isinstance(keys, int) else [make(key=key) for key in keys]
            return Submission(many, inbox_id=tx.inbox.add(str(next(number)), "event", {}))

        return decide

    number = count()
    assert _gathered(store, map(deciding, decided)) == new
    assert {one.notification.key for one in store.read(lambda tx: tx.outbox.find())} == set(kept)
    assert store.read(lambda tx: tx.inbox.waiting()) == 0


def test_of_one_tag_the_last_that_was_decided_stands(store, make):
    came = _gathered(store, [lambda tx, k=key: Submission([make(key=k, user=7, tag="same")]) for key in "abc"])
    assert came == [[True]] * 3
    assert store.read(lambda tx: tx.outbox.counts())["main"].pending == 1
    assert store.read(lambda tx: tx.outbox.find(newest=True))[0].state == "pending"


def test_many_take_hardly_more_statements_than_one(store, make):
    statements = []
    sa.event.listen(store._engines.writer, "before_cursor_execute", lambda *said: statements.append(said[2]))

    def taken(keys):
        statements.clear()
        assert _gathered(store, [lambda tx, k=key: Submission([make(key=k)]) for key in keys]) == [[True]] * len(keys)
        return len(statements)

    alone = taken("a")
    assert taken("bcdefghijklm") < 3 * alone  # of twelve; the first may have been committed by itself
