"""What receipts say of a portal that keeps no tags: "perhaps twice" to whoever waits, the portal's state to admins."""

from __future__ import annotations

from contextlib import closing

import pytest

from scripted import Reply, Scripted
from slack_bitrix24 import metrics
from slack_bitrix24.model import Delivered, Notification, Receipt, Recipient
from slack_bitrix24.receipts import Receipts
from slack_bitrix24.store import Probed, Submission, open_store
from waiting import until

ADMIN, OTHER = "U0ADMIN01", "U0OTHER02"


@pytest.fixture
def store(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'b.db'}")) as store:
        yield store


@pytest.fixture
def slack():
    made = Scripted()
    made.answer = lambda _: Reply({"ok": True})
    yield made
    made.close()


def given(store, slack, *, author, language="en", twice=False):
    """Deliver one notification of this author; return what the receipt says."""
    made = Notification(f"k{author}{language}", Recipient("main", 10), "m", "t|U10", author=author)
    receipt = Receipt("response_url", {"url": f"{slack.origin}/r"}, language, {"bitrix24:main/10": "Anna"})
    store.accept(Submission([made], receipt))

    def deliver(tx):
        lease = tx.lanes.hold("main", f"w{author}{language}", gone=lambda _: True)
        [one] = tx.lanes.claim(lease, limits="")
        tx.doubts.open([one.id] if twice else [])
        tx.lanes.record(lease, {one.id: Delivered(41)}, limits="")
        tx.doubts.twice([one.id])

    store.write(deliver)
    before = len(slack.requests)
    receipts = Receipts(store, owner="w", command_name="/b24", is_admin=lambda slack_id: slack_id == ADMIN)
    receipts.start()
    until(lambda: len(slack.requests) > before)
    receipts.stop(timeout=5)
    return slack.requests[-1].json["text"]


@pytest.mark.parametrize(
    ("tags", "language", "words"),
    [
        ("yes", "en", "_main keeps tags (asked 2026-11-29)_"),
        ("no", "en", "keeps no tags (asked 2026-11-29)"),
        ("unknown", "en", "not known (refused 2026-11-29)"),
        ("yes", "ru", "метки сохраняются (проверено 29.11.2026)"),
        ("no", "ru", "метки не сохраняются"),
        ("unknown", "ru", "отказ 29.11.2026"),
    ],
)
def test_administrators_see_what_a_portal_keeps(store, slack, tags, language, words):
    store.write(lambda tx: tx.portals.keep(Probed("main", tags, 1_795_953_600.0, "digest")))
    assert words in given(store, slack, author=ADMIN, language=language)
    assert words not in given(store, slack, author=OTHER, language=language)


def test_nothing_is_said_of_a_portal_that_was_never_asked(store, slack):
    assert given(store, slack, author=ADMIN).count("\n") == 0


@pytest.mark.parametrize(("language", "words"), [("en", "perhaps twice"), ("ru", "возможно дважды")])
def test_whoever_waits_hears_perhaps_twice(store, slack, language, words):
    assert words in given(store, slack, author=OTHER, language=language, twice=True)
    assert words not in given(store, slack, author=ADMIN, language=language)


@pytest.mark.parametrize("tags", [1, 0, -1])
def test_metrics_show_it(tags):
    unwatch = metrics.watch_queues(lambda: [metrics.Queue("main", 0, 0, 0, 0.0, tags=tags)])
    try:
        assert f'slack_bitrix24_portal_tags{{portal="main"}} {float(tags)}'.encode() in metrics.expose()
    finally:
        unwatch()
