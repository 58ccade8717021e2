"""Small things to store."""

from __future__ import annotations

import itertools

import pytest

from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.store import Submission


@pytest.fixture
def make():
    """Return a function that makes a notification; each has a key, a user and a tag of its own unless told."""
    numbers = itertools.count(1)

    def notification(*, portal="main", user=None, key=None, tag=None, **more):
        number = next(numbers)
        user_id = user or number
        recipient = Recipient(portal, user_id)
        return Notification(
            key=key or f"key-{number}",
            recipient=recipient,
            message=more.pop("message", f"text {number}"),
            tag=f"{tag or f'tag-{number}'}|U{user_id}",
            **more,
        )

    return notification


@pytest.fixture
def put(store, make):
    """Return a function that accepts so many notifications, each as `make` makes it; it returns their ids."""

    def accept(count=1, **how):
        accepted = store.accept(Submission([make(**how) for _ in range(count)]))
        return [one.id for one in accepted]

    return accept


@pytest.fixture
def lane(store):
    """Return a held lease of the portal main."""
    return store.write(lambda tx: tx.lanes.hold("main", "a"))


@pytest.fixture
def state(store):
    """Return a function that tells a notification's state."""
    return lambda id_: store.read(lambda tx: tx.outbox.get(id_)).state


@pytest.fixture
def claim(store, lane):
    return lambda **how: store.write(lambda tx: tx.lanes.claim(how.pop("lease", lane), limits="{}", **how))


@pytest.fixture
def record(store, lane):
    return lambda outcomes, lease=lane: store.write(lambda tx: tx.lanes.record(lease, outcomes, limits="{}"))
