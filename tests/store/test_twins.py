"""What is pending under a tag is found, whatever became of what had it before, and whatever else has its mark."""

import pytest
import sqlalchemy as sa

from slack_bitrix24.model import Dead, Delivered, Recipient, Retry
from slack_bitrix24.store import Submission, open_store, transfer
from slack_bitrix24.store.queue import twins
from slack_bitrix24.store.queue.claims import _LIMIT, _fitting

END = {
    "delivered": Delivered(1),
    "dead": Dead("no"),
    "again": Retry(0.0, "e"),
    "later": Retry(9e9, "e"),
    "suspect": Retry(0.0, "e", ambiguous=True),
}


@pytest.fixture(scope="module")
def twin_tags():
    """Two tags with one mark, as long as two of 2^32 are looked for among some ten thousands."""
    seen = {}
    for number in range(10_000_000):
        tag = f"tag-{number}|U1"
        first = seen.setdefault(twins.mark("main", tag), tag)
        if first != tag:
            return first, tag
    raise AssertionError("no two are alike")


def marked(store):
    count = sa.text("SELECT count(*) FROM outbox WHERE mark IS NOT NULL")
    return store.read(lambda tx: tx.connection.execute(count).scalar_one())


@pytest.mark.parametrize("end", sorted(END))
def test_a_newer_version_finds_what_is_pending_after(put, claim, record, state, end):
    [first] = put(tag="t", user=1)
    claim()
    [second] = put(tag="t", user=1)
    record({first: END[end]})
    [third] = put(tag="t", user=1)
    assert state(second) == "superseded"
    assert [one.id for one in claim()] == [third]


@pytest.mark.parametrize("meanwhile", ["delivered", "dead", "cancelled"])
def test_one_tried_again_by_hand_is_found_under_its_tag(store, put, claim, record, state, meanwhile):
    [first] = put(tag="t", user=1)
    claim()
    record({first: Dead("no")})
    [second] = put(tag="t", user=1)  # meets the first, which is final
    if meanwhile == "cancelled":
        store.write(lambda tx: tx.outbox.cancel([second]))
    else:
        claim()
        record({second: END[meanwhile]})
    again = store.write(lambda tx: tx.outbox.retry([first]))
    assert again == ([] if meanwhile == "delivered" else [first])
    [third] = put(tag="t", user=1)
    assert state(first) == "superseded"
    assert [one.id for one in claim()] == [third]


def test_two_tags_with_one_mark_are_two(store, make, lane, twin_tags):
    def accept(tag):
        [accepted] = store.accept(Submission([make(user=1, tag=tag.removesuffix("|U1"))]))
        return accepted.id

    first, second = accept(twin_tags[0]), accept(twin_tags[1])
    batch = store.write(lambda tx: tx.lanes.claim(lane, limits="{}"))
    assert [one.id for one in batch] == [first, second]
    store.write(lambda tx: tx.lanes.record(lane, {first: Delivered(1), second: Retry(0.0, "e")}, limits="{}"))
    accept(twin_tags[0])
    newest = accept(twin_tags[1])
    assert store.read(lambda tx: tx.outbox.get(second)).state == "superseded"
    assert store.read(lambda tx: tx.outbox.get(newest)).state == "pending"
    assert store.read(lambda tx: tx.outbox.counts())["main"].pending == 2


def test_the_same_tag_at_another_portal_is_another(put, state):
    [here] = put(tag="t", user=1)
    [there] = put(tag="t", user=1, portal="acme")
    assert (state(here), state(there)) == ("pending", "pending")


def test_a_tags_fiftieth_version_meets_few(store, put, claim, record):
    if store.is_shared:
        pytest.skip("PostgreSQL finds them by its queue's index")
    for _ in range(50):
        [id_] = put(tag="t", user=1)
        claim()
        record({id_: Delivered(1)})
    assert marked(store) <= 2


def test_what_was_superseded_fifty_times_is_met_no_more(store, put):
    if store.is_shared:
        pytest.skip("PostgreSQL finds them by its queue's index")
    for _ in range(50):
        put(tag="t", user=1)
    assert marked(store) <= 2


def test_what_was_copied_is_found(store, make, tmp_path):
    store.accept(Submission([make(user=user, tag="t") for user in range(1, 6)]))
    transfer.backup(store._engines.url.render_as_string(hide_password=False), tmp_path / "copy.db")
    copied = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    copied.accept(Submission([make(user=user, tag="t") for user in range(1, 6)]))
    found = copied.read(lambda tx: tx.outbox.find())
    copied.close()
    assert [one.state for one in found] == ["superseded"] * 5 + ["pending"] * 5
    assert found[0].notification.recipient == Recipient("main", 1)


def row(id_, tag, limit=50):
    """As a claim reads it: what it needs here are id, tag and the limit of the batch."""
    return (id_, "", 0, tag, *[""] * (_LIMIT - 4), limit)


@pytest.mark.parametrize(
    ("rows", "limit", "taken"),
    [
        ([], 50, []),
        ([row(1, "a"), row(2, "b")], 50, [1, 2]),
        ([row(1, "a"), row(2, "b"), row(3, "c")], 2, [1, 2]),
        ([row(1, "a"), row(2, "a"), row(3, "b")], 50, [1, 3]),
        ([row(1, "a"), row(2, "a"), row(3, "b")], 1, [1]),
        ([row(1, "a", 1), row(2, "b")], 50, [1]),
        ([row(1, "a", 2), row(2, "b"), row(3, "c", 2), row(4, "d", 2)], 50, [1, 3]),
    ],
)
def test_of_a_tag_there_goes_one_with_a_request(rows, limit, taken):
    assert [one[0] for one in _fitting(rows, limit)] == taken
