"""The way in from silence: what said "I live" and says so no more.

Healthchecks' idea (https://healthchecks.io/docs/): the alert comes from whoever waits, not from what has died. One
thread per node looks; telling a silence is one conditional change, so it is told once whatever the number of nodes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from slack_bitrix24.document import Document, Heading, Paragraph, Text
from slack_bitrix24.errors import StoreError
from slack_bitrix24.slack.messages import mrkdwn
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Pulse, Store, Submission, Transaction
from slack_bitrix24.submit.compose import Draft
from slack_bitrix24.submit.submitter import Submitter

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between looks at the table."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the configuration expects: a beat each `every` seconds, `grace` more before its silence is told."""

    name: str
    every: float
    grace: float
    to: tuple[str, ...]
    text: str = ""


News = Literal["silent", "back", ""]


def news(pulse: Pulse, expected: Heartbeat, *, now: float, since: float) -> News:
    """Return what is to be told of a heartbeat. No I/O.

    `since` is when this node began to listen: what could not be heard before is no silence.
    """
    if pulse.silent_since:
        return "back" if pulse.seen_at > pulse.silent_since else ""
    return "silent" if now - max(pulse.seen_at, since) > expected.every + expected.grace else ""


class Watch:
    """One thread that tells silences and their ends."""

    def __init__(self, store: Store, submitter: Submitter, expected: Sequence[Heartbeat]) -> None:
        self.store, self.submitter = store, submitter
        self.expected: Mapping[str, Heartbeat] = {}
        self.expect(expected)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeats", daemon=True)
        self._since = 0.0

    def expect(self, expected: Sequence[Heartbeat]) -> None:
        """Wait for these from now on."""
        self.expected = {each.name: each for each in expected}

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        while not self._ending.wait(LOOK):
            try:
                self._since = self._since or self.store.now()
                self.look()
            except StoreError as error:
                log.warning("heartbeats: %s", error)
            except Exception:
                # A thread that ends would be silence of the worst kind.
                log.exception("heartbeats: a look failed")

    def look(self) -> None:
        """Tell what is new."""
        now = self.store.now()
        for pulse in self.store.read(lambda tx: tx.heartbeats.all()):
            expected = self.expected.get(pulse.name)
            what = news(pulse, expected, now=now, since=self._since) if expected else ""
            if expected and what:
                self._tell(expected, pulse, what, now=now)

    def _tell(self, expected: Heartbeat, pulse: Pulse, what: News, *, now: float) -> None:
        began = pulse.seen_at if what == "silent" else pulse.silent_since
        until = now if what == "silent" else pulse.seen_at
        found = self.submitter.resolve(expected.to)
        made = self.submitter.compose(_draft(expected, what, began=began, seconds=until - began), found.recipients)
        silent_since = pulse.seen_at if what == "silent" else 0.0

        def write(tx: Transaction) -> bool:
            first = tx.heartbeats.told(pulse, silent_since=silent_since)
            if first and made:
                tx.outbox.accept(Submission(made))
            return first

        if self.store.write(write):
            log.warning("heartbeat %s: %s (%d recipients)", expected.name, what, len(made))
            for unknown in found.unknown:
                log.warning("heartbeat %s: %s gives nobody (%s)", expected.name, unknown.address, unknown.reason.value)


def _draft(expected: Heartbeat, what: News, *, began: float, seconds: float) -> Draft:
    lasted = answers.duration(max(0.0, seconds), lang="en")
    key = "silent" if what == "silent" else "alive_again"
    title = Heading((Text(say("en", key, name=expected.name, time=lasted)),))
    said = mrkdwn.parse(expected.text) if expected.text and what == "silent" else ()
    body = (title, *said) if said else (Paragraph(title.spans),)
    return Draft(
        document=Document(body),
        reference=f"heartbeat:{expected.name}:{began}:{what}",
        source=f"heartbeat:{expected.name}",
        author=expected.name,
        # The return replaces the alert of the same silence where the portal keeps tags.
        tag=f"heartbeat:{expected.name}:{began}",
        over=what != "silent",
    )
