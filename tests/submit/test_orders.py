"""Slack's events of a message in any order, some of them twice: what stands in the end is the newest, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from slack_bitrix24.listeners.handlers.relays import Relays
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient, Stored
from slack_bitrix24.slack.messages.event import Deleted, Ignored, read_event
from slack_bitrix24.store import Store, open_store
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.relay import Own, Relay
from slack_bitrix24.submit.submitter import Submitter

ANNA, BOB = "U024BE7LH", "U0G9QF9C6"
CHANGES = 4
DELETED = CHANGES + 1
MESSAGES = count(1_763_875_001)


@pytest.fixture(scope="module")
def relays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relays]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('orders') / 'store.db'}")
    users = {ANNA: Recipient("main", 10), BOB: Recipient("main", 12)}
    submitter = Submitter(store, lambda: Directory(users, {}), People, {"main": PortalRules()})
    watching = [
        Relay("replaces", ("C1",), "anyone", to=(ANNA, "mentioned")),
        Relay("ignores", ("C1",), "anyone", to=("bitrix24:14",), edits="ignore"),
    ]
    yield Relays(lambda: watching, submitter, store, Own(), "")
    store.close()


def event(ts: str, number: int) -> dict[str, object]:
    """Return what Slack sends as the message is posted (0), edited (1 to 4) or deleted (5)."""
    at = f"{ts.partition('.')[0]}.{number:06}"
    said = {"type": "message", "user": "U0CAROL03", "ts": ts}
    told = {"type": "message", "channel": "C1", "event_ts": at, "ts": at}
    if number == 0:
        return {**told, **said, "text": "v0"}
    before = {**said, "text": f"v{number - 1}"}
    if number == DELETED:
        return {**told, "subtype": "message_deleted", "deleted_ts": ts, "previous_message": before}
    mention = f"<@{BOB}>" if number == 2 else ""
    message = {**said, "text": f"v{number} {mention}".rstrip(), "edited": {"user": "U0CAROL03", "ts": at}}
    return {**told, "subtype": "message_changed", "message": message, "previous_message": before}


def deliver(relays: Relays, numbers: Sequence[int]) -> str:
    ts = f"{next(MESSAGES)}.000000"
    for number in numbers:
        said = read_event(event(ts, number))
        assert not isinstance(said, Ignored)
        relays.take(said, inbox_id=0)
    return ts


def standing(store: Store, tag: str) -> dict[int, Stored]:
    """Return the last that was put for each person: it replaces what was before it."""
    rows = store.read(lambda tx: tx.outbox.find(limit=200, newest=True))
    return {one.notification.recipient.user_id: one for one in reversed(rows) if one.notification.sub_tag == tag}


@given(st.lists(st.integers(0, DELETED), min_size=1, max_size=8))
@example([0, 3, 2])
@example([1, 0])
@example([DELETED, 0])
@example([0, 1, DELETED, 2])
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_the_newest_stands_or_nothing(relays, numbers):
    ts = deliver(relays, numbers)
    stands = standing(relays.store, f"relay:replaces:C1:{ts}")
    kinds = {one.notification.kind for one in stands.values()}
    if DELETED in numbers:
        assert kinds <= {"delete"}
    else:
        assert {one.notification.message.partition(" ")[0] for one in stands.values()} == {f"v{max(numbers)}"}
        assert 10 in stands


@given(st.lists(st.integers(0, DELETED), max_size=8))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_where_edits_are_ignored_the_message_itself_stands_unless_it_was_gone_before(relays, numbers):
    ts = deliver(relays, numbers)
    stands = standing(relays.store, f"relay:ignores:C1:{ts}")
    before = numbers[: numbers.index(0)] if 0 in numbers else []
    came = 0 in numbers and DELETED not in before
    assert [one.notification.message.partition(" ")[0] for one in stands.values()] == (["v0"] if came else [])


def test_what_a_crash_left_half_done_is_done_again(relays):
    """The version was noted, the notification was not kept: the same event, done again, is kept."""
    ts = deliver(relays, [0])
    key = f"C1:{ts}"
    said = read_event(event(ts, 2))
    assert not isinstance(said, Ignored | Deleted)
    relays.store.write(lambda tx: tx.versions.advance(key, said.event_ts))
    relays.take(said, inbox_id=0)
    relays.take(said, inbox_id=0)
    rows = standing(relays.store, f"relay:replaces:C1:{ts}")
    assert {user: one.notification.message.partition(" ")[0] for user, one in rows.items()} == {10: "v2", 12: "v2"}


def test_a_message_that_concerns_no_relay_is_not_noted(relays):
    said = read_event({**event("1763870000.000001", 0), "channel": "C2"})
    assert not isinstance(said, Ignored)
    relays.take(said, inbox_id=0)
    assert relays.store.read(lambda tx: tx.versions.newest("C2:1763870000.000001")) is None
