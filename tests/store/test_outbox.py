"""Accept, find, retry, cancel, purge, count: the same on both databases."""

import dataclasses

import pytest

from slack_bitrix24.model import Dead, Delivered, Notification, Receipt, Recipient, Retry, State, Stored
from slack_bitrix24.store import Count, Submission, Together


def test_what_is_accepted_is_kept_whole(store, make):
    notification = Notification(
        key="k",
        recipient=Recipient("acme", 7),
        message="жирный \U0001f600",
        tag="t|U7",
        sub_tag="t",
        message_out="plain",
        attach='[{"MESSAGE":"a"}]',
        kind="system",
        source="relay:alerts",
        author="U1",
        not_before=9e9,
    )
    [accepted] = store.accept(Submission([notification]))
    kept = store.read(lambda tx: tx.outbox.get(accepted.id))
    assert accepted.new
    assert accepted.recipient == Recipient("acme", 7)
    assert kept.notification == notification
    assert (kept.state, kept.attempts, kept.due_at) == (State.PENDING, 0, 9e9)


def test_a_key_seen_before_owes_nothing_new(store, make, put):
    [first] = put(key="same", tag="a")
    [again, other] = store.accept(Submission([make(key="same", tag="b"), make()]))
    assert (again.id, again.new, other.new) == (first, False, True)
    assert store.read(lambda tx: tx.outbox.counts())["main"].pending == 2


def test_a_key_twice_in_one_submission_is_one_notification(store, make):
    first, second = store.accept(Submission([make(key="same"), make(key="same")]))
    assert (first.new, second.new, first.id == second.id) == (True, False, True)


def test_of_a_key_twice_in_one_submission_the_first_counts_whatever_stands_between(store, make):
    given = [make(message="one"), make(key="same", user=1), make(), make(key="same", user=2, message="one"), make()]
    accepted = store.accept(Submission(given))
    assert [one.new for one in accepted] == [True, True, True, False, True]
    found = store.read(lambda tx: tx.outbox.find())
    assert [one.notification for one in found] == [given[0], given[1], given[2], given[4]]


def test_a_newer_one_supersedes_a_pending_one_of_its_tag_at_its_portal(put, state):
    [older] = put(user=1, tag="disk")
    [elsewhere] = put(user=1, tag="disk", portal="acme")
    [other] = put(user=2, tag="disk")
    [newer] = put(user=1, tag="disk")
    assert [state(id_) for id_ in (older, elsewhere, other, newer)] == ["superseded", "pending", "pending", "pending"]


def test_of_one_submission_the_last_of_a_tag_goes_out(put, state):
    ids = put(3, user=1, tag="disk")
    assert [state(id_) for id_ in ids] == ["superseded", "superseded", "pending"]


def test_a_key_seen_before_supersedes_nothing(put, state):
    [older] = put(user=1, tag="disk", key="k1")
    [newer] = put(user=1, tag="disk", key="k2")
    put(user=1, tag="disk", key="k1")
    assert (state(older), state(newer)) == ("superseded", "pending")


def test_what_is_being_sent_is_not_superseded(put, state, claim):
    [older] = put(user=1, tag="disk")
    claim()
    put(user=1, tag="disk")
    assert state(older) == "sending"


def test_text_that_no_database_stores_is_mended(store, make):
    notification = dataclasses.replace(make(), message="a\0b\ud83d", key="k\0")
    [accepted] = store.accept(Submission([notification]))
    [again] = store.accept(Submission([notification]))
    assert store.read(lambda tx: tx.outbox.get(accepted.id)).notification.message == "a\ufffdb?"
    assert (again.id, again.new) == (accepted.id, False)


def test_a_submission_inside_a_transaction_means_the_same(store, make, put, state):
    [older] = put(user=1, tag="disk")
    [newer] = store.write(lambda tx: tx.outbox.accept(Submission([make(user=1, tag="disk")])))
    assert newer.new
    assert state(older) == "superseded"


def test_accept_finishes_its_letter_in_the_same_transaction(store, make):
    letter = store.write(lambda tx: tx.inbox.add("Ev1", "event", {}))
    store.accept(Submission([make()], inbox_id=letter))
    assert store.write(lambda tx: tx.inbox.claim("w")) == []
    assert store.write(lambda tx: tx.inbox.add("Ev1", "event", {})) is None


def test_more_rows_than_one_statement_takes(store, make):
    accepted = store.accept(Submission([make() for _ in range(1203)]))
    assert len({one.id for one in accepted}) == 1203
    assert [one.id for one in accepted] == sorted(one.id for one in accepted)


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"portal": "acme"}, [3]),
        ({"author": "U1"}, [1, 2]),
        ({"user_id": 9}, [4]),
        ({"state": State.PENDING}, [1, 2, 3, 4]),
        ({"state": State.DEAD}, []),
        ({"older_than": 1.0}, []),
        ({"newer_than": 1.0, "author": "U1"}, [1, 2]),
        ({"limit": 2}, [1, 2]),
        ({"after_id": 2}, [3, 4]),
        ({"state": None, "portal": None}, [1, 2, 3, 4]),
    ],
)
def test_find(store, put, which, expected):
    ids = put(2, author="U1") + put(portal="acme") + put(user=9)
    if "after_id" in which:
        which = {"after_id": ids[which["after_id"] - 1]}
    assert [ids.index(one.id) + 1 for one in store.read(lambda tx: tx.outbox.find(**which))] == expected


def test_latest_by_an_author_newest_first(store, put):
    ids = [*put(author="U1", message="a"), *put(author="U1", message="b"), *put(author="U1", message="c")]
    put(author="U2")
    assert [one.id for one in store.read(lambda tx: tx.outbox.latest_texts("U1", 2))] == ids[:0:-1]


def test_what_went_to_many_is_told_together(store, put):
    few = put(3, author="U1", message="to three", source="a")
    many = put(12, author="U1", message="to twelve", source="b")
    store.write(lambda tx: tx.outbox.cancel(many[:2]))
    one = put(author="U1", message="to one")
    found = store.read(lambda tx: tx.outbox.latest_texts("U1"))
    assert [each.id for each in found if isinstance(each, Stored)] == [*one, *reversed(few)]
    [together] = [each for each in found if isinstance(each, Together)]
    assert found.index(together) == 1
    assert (together.first, together.last.id, together.n) == (many[0], many[-1], 12)
    assert together.states == {State.PENDING: 10, State.CANCELLED: 2}
    assert together.last.notification.message == "to twelve"


def test_recipients_of_an_event_are_those_who_may_have_got_it(store, put):
    put(user=1, sub_tag="ev")
    [cancelled] = put(user=2, sub_tag="ev")
    put(user=3, sub_tag="ev", portal="acme")
    put(user=1, sub_tag="ev")
    put(user=4, sub_tag="other")
    store.write(lambda tx: tx.outbox.cancel([cancelled]))
    found = store.read(lambda tx: tx.outbox.recipients_of("ev"))
    assert found == [Recipient("main", 1), Recipient("acme", 3)]


def test_cancel_takes_back_what_is_pending_and_tells_which(store, put, claim, state):
    [sent] = put()
    claim()
    [pending] = put()
    assert store.write(lambda tx: tx.outbox.cancel([sent, pending, 999])) == [pending]
    assert (state(sent), state(pending)) == ("sending", "cancelled")
    assert store.write(lambda tx: tx.outbox.cancel([])) == []


def test_a_dead_one_is_retried_by_hand(store, put, claim, record, state):
    [dead, other] = put(2)
    claim()
    record({dead: Dead("no such user", "NOT_FOUND"), other: Delivered(5)})
    assert store.read(lambda tx: tx.outbox.get(dead)).code == "NOT_FOUND"
    assert store.write(lambda tx: tx.outbox.retry([dead, other])) == [dead]
    assert state(dead) == "pending"
    assert [one.attempts for one in claim()] == [1]


def test_retry_of_all_dead_ones_of_a_portal(store, put, claim, record):
    ids = put(3)
    claim()
    record({id_: Dead("no") for id_ in ids})
    assert store.write(lambda tx: tx.outbox.retry_dead("acme")) == []
    assert store.write(lambda tx: tx.outbox.retry_dead("main", limit=2)) == ids[:2]
    assert store.write(lambda tx: tx.outbox.retry_dead()) == ids[2:]


@pytest.mark.parametrize("sub_tag", ["", "disk"])
def test_an_older_version_never_comes_back_after_a_newer_one(store, put, claim, record, state, sub_tag):
    """Promise 3: a dead one that was overtaken is superseded when it is retried."""
    for newer_outcome, expected in ((Delivered(1), "superseded"), (Dead("no"), "pending")):
        [older] = put(user=1, tag=f"disk{expected}", sub_tag=sub_tag)
        claim()
        record({older: Dead("no")})
        [newer] = put(user=1, tag=f"disk{expected}", sub_tag=sub_tag)
        claim()
        record({newer: newer_outcome})
        store.write(lambda tx, older=older: tx.outbox.retry([older]))
        assert state(older) == expected


def test_two_dead_ones_of_a_tag_retried_together_leave_the_newer(store, put, claim, record, state):
    [older] = put(user=1, tag="disk")
    claim()
    record({older: Dead("no")})
    [newer] = put(user=1, tag="disk")
    claim()
    record({newer: Dead("no")})
    assert store.write(lambda tx: tx.outbox.retry([older, newer])) == [newer]
    assert (state(older), state(newer)) == ("superseded", "pending")


def test_purge_deletes_what_is_final_and_old_in_steps(store, put, claim, record):
    ids = put(5)
    claim()
    record({ids[0]: Delivered(1), ids[1]: Delivered(2), ids[2]: Dead("no"), ids[3]: Retry(9e9, "later")})
    later = store.now() + 1
    purge = lambda *rest: store.write(lambda tx: tx.outbox.purge(later, *rest))  # noqa: E731 - three calls of it
    assert store.write(lambda tx: tx.outbox.purge(later - 3600)) == 0
    assert purge((State.DELIVERED, State.PENDING), 1) == 1
    assert purge((State.DELIVERED,)) == 1
    assert purge() == 1
    assert [one.id for one in store.read(lambda tx: tx.outbox.find())] == ids[3:]
    assert store.read(lambda tx: tx.outbox.counts())["main"].dead == 0


def test_an_id_is_never_used_again(store, put):
    ids = put(2)
    store.write(lambda tx: tx.outbox.cancel(ids))
    store.write(lambda tx: tx.outbox.purge(tx.now + 1))
    assert put()[0] > ids[1]


def test_counts_follow_every_change(store, put, claim, record):
    ids = put(4)
    put(portal="acme", not_before=8e9)
    oldest = store.read(lambda tx: tx.outbox.get(ids[0])).due_at
    claim(limit=2)
    assert store.read(lambda tx: tx.outbox.counts()) == {
        "main": Count(pending=2, sending=2, dead=0, oldest_due=oldest),
        "acme": Count(pending=1, sending=0, dead=0, oldest_due=8e9),
    }
    record({ids[0]: Dead("no"), ids[1]: Retry(1.0, "again")})
    store.write(lambda tx: tx.outbox.cancel([ids[2]]))
    assert store.read(lambda tx: tx.outbox.counts())["main"] == Count(pending=2, sending=0, dead=1, oldest_due=1.0)


def test_a_receipt_of_known_notifications_is_not_made(store, make):
    receipt = Receipt("response_url", {"url": "u"})
    [accepted] = store.accept(Submission([make(key="k")], receipt))
    store.accept(Submission([make(key="k")], receipt))
    store.write(lambda tx: tx.outbox.cancel([accepted.id]))
    assert len(store.write(lambda tx: tx.receipts.claim("w"))) == 1
