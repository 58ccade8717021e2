"""Letters taken as runs: several at once, in the order of their key, and what was lost twice is told."""

from __future__ import annotations

import threading

import pytest

from slack_bitrix24.store import open_store
from waiting import until

KINDS = ("event",)


@pytest.fixture
def add(store):
    return lambda key, order_key="", kind="event": store.write(
        lambda tx: tx.inbox.add(key, kind, {"n": key}, order_key=order_key)
    )


@pytest.fixture
def take(store):
    def taken(owner="w", limit=100, kinds=KINDS, **how):
        runs = store.write(lambda tx: tx.runs.claim(owner, kinds, limit=limit, **how))
        return [[letter.key for letter in run] for run in runs]

    return taken


@pytest.fixture
def lost(store):
    return lambda owner="w", **how: store.write(lambda tx: tx.runs.claim_lost(owner, KINDS, **how))


def test_what_has_one_order_key_is_one_run_in_its_order(add, take):
    for key, order_key in (("a1", "a"), ("x", ""), ("b1", "b"), ("a2", "a"), ("y", ""), ("a3", "a")):
        add(key, order_key)
    assert sorted(take()) == [["a1", "a2", "a3"], ["b1"], ["x"], ["y"]]
    assert take() == []


def test_nothing_is_taken_before_an_older_letter_of_its_key_is_finished(store, add, take):
    first = add("a1", "a")
    add("a2", "a")
    assert take(limit=1) == [["a1"]]
    add("a3", "a")
    assert take() == []
    store.write(lambda tx: tx.inbox.again(first, at=9e9, error="rate limited"))
    assert take() == []
    store.write(lambda tx: tx.inbox.again(first, at=0))
    assert take() == [["a1", "a2", "a3"]]


def test_a_limit_cuts_a_run_at_its_end(add, take):
    for number in range(5):
        add(f"a{number}", "a")
    assert take(limit=3) == [["a0", "a1", "a2"]]
    assert take(limit=3) == []


@pytest.mark.parametrize("kinds", [("event",), ("command", "reminder"), ("home",), ("action", "event"), ("other",)])
def test_a_pool_takes_its_own_kinds_only(store, add, take, kinds):
    for kind in ("event", "command", "home", "action", "reminder"):
        add(f"of {kind}", kind=kind)
    assert {key for run in take(kinds=kinds) for key in run} == {f"of {kind}" for kind in kinds if kind != "other"}
    assert store.read(lambda tx: tx.runs.has_any(kinds)) is ("other" not in kinds)


def test_what_was_not_begun_is_put_back_as_if_it_had_not_been_taken(store, add, take):
    ids = [add("a1", "a"), add("a2", "a")]
    take()
    store.write(lambda tx: tx.runs.done(ids[:1]))
    store.write(lambda tx: tx.runs.put_back(ids))
    [[letter]] = store.write(lambda tx: tx.runs.claim("v", KINDS, limit=9))
    assert (letter.key, letter.attempts, letter.lost) == ("a2", 1, 0)


def test_the_letters_of_a_lost_worker_come_one_at_a_time_and_the_second_loss_is_told(store, add, take, lost):
    add("a1", "a")
    add("a2", "a")
    add("b1", "b")
    take("dead")
    store.write(lambda tx: tx.inbox.free(lambda owner: owner == "dead"))
    assert take() == []
    one = lost("dead")
    assert (one.key, one.lost) == ("a1", 1)
    other = lost()
    assert (other.key, other.lost) == ("b1", 1)
    assert lost() is None  # a2 waits for a1
    store.write(lambda tx: tx.inbox.free(lambda owner: owner == "dead"))
    again = lost()
    assert (again.key, again.lost) == ("a1", 2)
    store.write(lambda tx: tx.inbox.fail(again.id, "twice"))
    then = lost()
    assert (then.key, then.lost) == ("a2", 1)


@pytest.mark.parametrize("ends", ["again", "put_back", "done", "fail", "hang"])
def test_only_a_worker_that_never_came_back_counts(store, add, take, lost, ends):
    id_ = add("a1")
    how = {"ttl": 0.05} if ends == "hang" else {}
    take(**how)
    match ends:
        case "again":
            store.write(lambda tx: tx.inbox.again(id_, at=0, error="later"))
        case "put_back":
            store.write(lambda tx: tx.runs.put_back([id_]))
        case "done":
            store.write(lambda tx: tx.runs.done([id_]))
        case "fail":
            store.write(lambda tx: tx.inbox.fail(id_, "no"))
    if ends == "hang":
        assert until(lost).lost == 1
    else:
        assert lost() is None


def test_two_nodes_never_break_the_order_of_a_key(postgres_url):
    """Both take as fast as they can; each key's letters are finished in the order in which they came."""
    nodes = [open_store(postgres_url), open_store(postgres_url)]
    total, finished, lock = 300, [], threading.Lock()
    for number in range(total):
        nodes[0].write(lambda tx, n=number: tx.inbox.add(f"{n}", "event", {}, order_key=f"k{n % 3}"))

    def work(node, owner):
        while len(finished) < total:
            runs = node.write(lambda tx: tx.runs.claim(owner, KINDS, limit=7))
            for run in runs:
                with lock:
                    finished.extend((letter.order_key, letter.id) for letter in run)
                node.write(lambda tx, ids=[letter.id for letter in run]: tx.runs.done(ids))

    threads = [threading.Thread(target=work, args=(node, f"w{n}")) for n, node in enumerate(nodes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for node in nodes:
        node.close()
    for key in ("k0", "k1", "k2"):
        ids = [id_ for order_key, id_ in finished if order_key == key]
        assert ids == sorted(ids)
    assert len(finished) == total


def test_what_is_gathered_is_written_in_order_and_waited_for_at_the_end(store):
    seen = []
    with store.gathering() as gathered:
        for number in range(20):
            store.write_then(lambda tx, n=number: tx.inbox.add(f"{n}", "event", {}), seen.append)
        assert seen == []
        for wait in gathered:
            wait()
    assert seen == sorted(seen)
    assert len(seen) == 20
    store.write_then(lambda tx: tx.inbox.waiting(), seen.append)
    assert seen[-1] == 20


def test_what_fails_among_the_gathered_fails_alone(store):
    with store.gathering() as gathered:
        for number in range(5):
            store.write_then(lambda tx, n=number: 1 / (n - 2), lambda _: None)
        outcomes = []
        for wait in gathered:
            try:
                outcomes.append(wait())
            except ZeroDivisionError:
                outcomes.append("failed")
    assert outcomes == [None, None, "failed", None, None]
