"""A long text to thousands: whoever comes meanwhile is answered, and it costs its own length once, not each time."""

from __future__ import annotations

import threading
import time
import tracemalloc

import pytest

from slack_bitrix24.document import Document, Paragraph, Text
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.store import Submission
from slack_bitrix24.submit.compose import Draft, PortalRules, notifications
from slack_bitrix24.submit.people import People
from waiting import until

MOST = 5_000
PATIENCE = 3.0
"""Seconds after which Slack calls a command failed."""
MEMORY = 64 * 2**20
"""Bytes. The texts alone of so many copies would be 400 MB."""
SAID = {
    "words": "word " * 8_000,
    "lines": "one more line\n" * 2_900,
    "Cyrillic": "слово " * 6_700,
    "emoji": "🎉 " * 10_000,
    "codes": "[b]& </a> " * 4_000,
}


def written(text: str, people: int, *, reference: str) -> list:
    draft = Draft(Document((Paragraph((Text(text),)),)), reference, source="relay:x", tag=reference)
    recipients = [Recipient("main", number + 1) for number in range(people)]
    rules = {"main": PortalRules()}
    return notifications(draft, recipients, rules=rules, directory=Directory(), people=People())


@pytest.mark.parametrize("said", SAID)
def test_a_lone_command_is_answered_while_a_broadcast_is_kept(store, said):
    waits: list[float] = []
    over = threading.Event()

    def alone() -> None:
        while not over.is_set():
            began = time.monotonic()
            store.accept(Submission(written("hi", 1, reference=f"lone-{len(waits)}")))
            waits.append(time.monotonic() - began)

    other = threading.Thread(target=alone)
    other.start()
    try:
        until(lambda: waits)
        accepted = store.accept(Submission(written(SAID[said], MOST, reference="all")))
    finally:
        over.set()
        other.join()
    assert sum(one.new for one in accepted) == MOST
    assert max(waits) < PATIENCE


@pytest.mark.parametrize("said", SAID)
def test_a_broadcast_takes_memory_for_one_text(store, said):
    tracemalloc.start()
    try:
        store.accept(Submission(written(SAID[said], MOST, reference="all")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY
