"""What the page looks for is found, page by page, on both databases: as a plain loop over everything finds it."""

from __future__ import annotations

from random import Random

import pytest

from slack_bitrix24.model import Dead, Delivered, Recipient, State
from slack_bitrix24.plain import uncoded
from slack_bitrix24.store import Submission, Wanted
from slack_bitrix24.store.page.search import Search
from slack_bitrix24.store.page.wording import all_in

SOURCES = ("command", "webhook:grafana", "webhook:graf", "relay:alerts", "reminder:7", "reminder:8", "cli")
TEXTS = ("Disk is *full*", "[b]Диск[/b] переполнен", "50% of _it_", "Backup finished", "ёлка")


@pytest.fixture
def seeded(store, make):
    """Two portals, lone notifications and broadcasts, every state."""
    random = Random(20261129)  # noqa: S311 - the same each time, so that a failure comes again
    for number in range(120):
        users = random.sample(range(1, 15), random.choice((1, 1, 1, 5)))
        portals = random.choice((("main",), ("acme",), ("main", "acme")))
        source, text, when = random.choice(SOURCES), random.choice(TEXTS), random.choice((0.0, 0.0, 9e9))
        attach = '{"BLOCKS":[{"MESSAGE":"node [b]db[/b]"}]}' if number % 7 == 0 else ""
        several = [
            make(
                user=user,
                portal=portal,
                source=source,
                message=text,
                attach=attach,
                author=f"U{number % 3}",
                sub_tag=f"s{number % 90}",
                tag=f"s{number % 90}",
                not_before=when,
            )
            for user in users
            for portal in portals
        ]
        accepted = store.accept(Submission(several))
        if random.random() < 0.1:
            store.write(lambda tx, ids=[one.id for one in accepted[:2]]: tx.outbox.cancel(ids))
    for portal in ("main", "acme"):
        lease = store.write(lambda tx, portal=portal: tx.lanes.hold(portal, "a"))
        for turn in range(3):
            claimed = store.write(lambda tx, lease=lease: tx.lanes.claim(lease, limit=40, limits=""))
            outcomes = {one.id: Dead("no") if one.id % 4 == 0 else Delivered(one.id) for one in claimed}
            if turn < 2:
                store.write(lambda tx, lease=lease, made=outcomes: tx.lanes.record(lease, made, limits=""))
    return sorted(store.read(lambda tx: tx.outbox.find(limit=10_000)), key=lambda one: -one.id)


def plainly(everything, wanted):
    """Return what a loop finds."""
    return [
        one.id
        for one in everything
        if (wanted.state is None or one.state is wanted.state)
        and (not wanted.source or one.notification.source == wanted.source or _kind(wanted.source, one))
        and (wanted.recipients is None or one.notification.recipient in wanted.recipients)
        and (not wanted.author or one.notification.author == wanted.author)
        and all(word.casefold() in _said(one).casefold() for word in wanted.words)
    ]


def _kind(source, one):
    return source.endswith(":") and one.notification.source.startswith(source)


def _said(one):
    return uncoded(one.notification.message) + (" node db" if one.notification.attach else "")


def paged(store, wanted, *, limit, **how):
    found, before, pages = [], 0, 0
    while True:
        page = store.read(lambda tx, at=before: Search(tx, wanted).find(before=at, limit=limit, **how))
        assert len(page.rows) <= limit
        found += [one.id for one in page.rows]
        assert page.before < before or not before
        before, pages = page.before, pages + 1
        if not before:
            return found, pages


PEOPLE = (None, (Recipient("main", 3),), (Recipient("acme", 3), Recipient("main", 9)), (), (Recipient("main", 999),))
WANTED = [
    Wanted(state=state, source=source, recipients=people)
    for state in (None, *State)
    for source in ("", "webhook:grafana", "reminder:", "no such")
    for people in PEOPLE
]
WORDS = [
    Wanted(words=words, state=state, source=source)
    for words in (("disk",), ("диск",), ("ДИСК", "полнен"), ("50%",), ("_it_",), ("%",), ("node", "db"), ("MESSAGE",))
    for state in (None, State.DEAD, State.DELIVERED)
    for source in ("", "cli")
]


def test_everything_that_is_asked_for_is_found_once_in_order(store, seeded):
    for wanted in (
        *WANTED,
        *WORDS,
        Wanted(author="U1"),
        Wanted(author="U1", state=State.DEAD),
        Wanted(words=("ёлка",)),
    ):
        assert paged(store, wanted, limit=50)[0] == plainly(seeded, wanted), wanted


@pytest.mark.parametrize("limit", [1, 7])
def test_pages_of_any_size_follow_each_other(store, seeded, limit):
    for wanted in (Wanted(), Wanted(state=State.DEAD), Wanted(source="relay:alerts"), WORDS[0], WANTED[1]):
        assert paged(store, wanted, limit=limit)[0] == plainly(seeded, wanted), wanted


def test_windows_that_hold_nothing_lose_nothing(store, seeded):
    """With windows of two rows, and the time over after each: the place to go on from is all that a page has."""
    for wanted in (
        Wanted(state=State.DELIVERED, source="cli"),
        Wanted(words=("backup",)),
        Wanted(source="cli"),
        WANTED[2],
    ):
        found, pages = paged(store, wanted, limit=2, budget=0.0, first=2)
        assert found == plainly(seeded, wanted), wanted
        assert pages > 2


@pytest.mark.parametrize(
    ("words", "message", "attach", "is_said"),
    [
        (("full",), "Disk is [b]full[/b]", "", True),
        (("is full",), "Disk is [b]full[/b]", "", True),
        (("b",), "[b]x[/b]", "", False),
        (("ДИСК",), "диск", "", True),
        (("message",), "x", '{"BLOCKS":[{"MESSAGE":"y"}]}', False),
        (("y",), "x", '{"BLOCKS":[{"MESSAGE":"y"}]}', True),
        (("x", "y"), "x", '{"BLOCKS":[{"GRID":[{"NAME":"n","VALUE":"y"}]}]}', True),
        (("x", "z"), "x", '{"BLOCKS":[{"GRID":[{"NAME":"n","VALUE":"y"}]}]}', False),
        ((), "", "", True),
    ],
)
def test_a_word_is_looked_for_in_what_people_see(words, message, attach, is_said):
    assert all_in(words, message, "", attach) is is_said
