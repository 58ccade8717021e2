"""Several stores on one PostgreSQL: one outbox, and each hears of the others."""

import threading
import time

import pytest

from slack_bitrix24.model import Delivered, Receipt
from slack_bitrix24.store import Submission, open_store
from waiting import until

pytestmark = pytest.mark.postgres


@pytest.fixture
def nodes(clean_postgres_url):
    opened = [open_store(clean_postgres_url) for _ in range(2)]
    yield opened
    for store in opened:
        store.close()


def test_a_lane_wakes_on_another_node(nodes, make):
    here, there = nodes
    heard = []
    there.subscribe(lambda portal: heard.append((portal, time.monotonic())))
    until(lambda: here.accept(Submission([make()])) and heard, what="the first is heard once it listens")
    heard.clear()
    delays = []
    for _ in range(5):
        time_of = time.monotonic()
        here.accept(Submission([make()]))
        until(lambda: heard)
        delays.append(heard[0][1] - time_of)
        heard.clear()
    assert min(delays) < 0.06


def test_wake_ups_are_coalesced(nodes, make):
    here, there = nodes
    heard = []
    there.subscribe(heard.append)
    until(lambda: here.accept(Submission([make()])) and heard)
    heard.clear()
    begun = time.monotonic()
    for _ in range(100):
        here.accept(Submission([make()]))
    until(lambda: heard)
    assert len(heard) <= (time.monotonic() - begun) * 20 + 2


def test_one_hears_oneself_once(nodes, make):
    heard = []
    nodes[0].subscribe(heard.append)
    nodes[0].accept(Submission([make()]))
    other = []
    nodes[1].subscribe(other.append)
    until(lambda: nodes[1].accept(Submission([make()])) and "main" in other)
    assert heard[0] == "main"


def test_a_listener_comes_back_after_its_connection_was_cut(nodes, make, postgres_cluster, clean_postgres_url):
    here, there = nodes
    heard = []
    there.subscribe(heard.append)
    until(lambda: here.accept(Submission([make()])) and heard)
    postgres_cluster.cut(clean_postgres_url)
    heard.clear()
    until(lambda: here.accept(Submission([make()])) and heard)


def test_two_nodes_accept_one_key_once(nodes, make):
    results = []
    notifications = [make(key=f"k{number}") for number in range(40)]

    def accept(store):
        results.extend(store.accept(Submission([one]))[0] for one in notifications)

    threads = [threading.Thread(target=accept, args=(store,)) for store in nodes for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.id for one in results}) == sum(one.new for one in results) == 40
    assert nodes[0].read(lambda tx: tx.outbox.counts())["main"].pending == 40


def take(store, portal):
    lease = store.write(lambda tx: tx.lanes.hold(portal, "x"))
    return store, lease, store.write(lambda tx: tx.lanes.claim(lease, limits=""))


def test_a_receipt_over_two_portals_is_complete_whoever_records_last(nodes, make):
    """Two nodes record at the same moment: neither sees the other's, the counter does."""
    here, there = nodes
    for number in range(10):
        receipt = Receipt("chat", {"channel": "C", "ts": str(number)})
        here.accept(Submission([make(portal="a"), make(portal="b")], receipt))
        taken = [take(here, "a"), take(there, "b")]
        both = threading.Barrier(2)

        def record(store, lease, batch, both=both):
            both.wait(10)
            store.write(lambda tx: tx.lanes.record(lease, {one.id: Delivered(1) for one in batch}, limits=""))

        threads = [threading.Thread(target=record, args=rest) for rest in taken]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.complete for one in here.write(lambda tx: tx.receipts.claim("w"))] == [True]


def test_two_nodes_that_accept_one_tag_leave_the_newest_pending(nodes, make):
    """The database holds one pending version of a tag: whichever commits second supersedes, or is superseded."""
    made = [[make(user=1, tag=f"disk-{number % 3}") for number in range(30)] for _ in nodes]

    def accept(store, notifications):
        for one in notifications:
            store.accept(Submission([one]))

    threads = [threading.Thread(target=accept, args=(store, given)) for store, given in zip(nodes, made, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = nodes[0].read(lambda tx: tx.outbox.find(limit=100))
    newest = {one.notification.tag: one.id for one in found}
    assert {one.id for one in found if one.state == "pending"} == set(newest.values())
    assert {one.state for one in found} == {"pending", "superseded"}
    assert nodes[0].read(lambda tx: tx.outbox.counts())["main"].pending == 3
