"""What became of it, back to whoever asked: the first answer in Slack is replaced when the outcome is known.

A queue of its own: trouble here never touches delivery. A response_url takes five answers within 30 minutes
(https://docs.slack.dev/interactivity/handling-user-interaction/), so nothing is said there in between, and what is not
known after 25 minutes is answered with how it stands.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from slack_bitrix24.errors import StoreError
from slack_bitrix24.slack import answers
from slack_bitrix24.store import DueReceipt, Store

log = logging.getLogger(__name__)

POLL = 1.0
TTL = 60.0
TOGETHER = 20
TIMEOUT = 10
LONGEST_PAUSE = 60.0
MOST_ATTEMPTS = 10


def post(url: str, body: Mapping[str, Any]) -> tuple[bool, float]:
    """Send a message to a response_url.

    Returns whether Slack took it, and otherwise after how many seconds to try again (0: never, the address is used up
    or too old). Raises OSError or HTTPException when it can't be reached.
    """
    answer = WebhookClient(url, timeout=TIMEOUT).send_dict(dict(body))
    if answer.status_code == 200:
        return True, 0.0
    if answer.status_code == 429 or answer.status_code >= 500:
        return False, float(answer.headers.get("Retry-After") or answer.headers.get("retry-after") or 2)
    return False, 0.0


class Receipts:
    """One thread that gives receipts back. `client` is needed for those that stand in a channel."""

    def __init__(self, store: Store, *, owner: str, command_name: str, client: WebClient | None = None) -> None:
        self.store, self.owner, self.command_name, self.client = store, owner, command_name, client
        self._wake = threading.Event()
        self._stop = threading.Event()
        # A daemon, because what it waits for is the network: what was not said is said after the next start.
        self._thread = threading.Thread(target=self._run, name="receipts", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look again now: an outcome was recorded."""
        self._wake.set()

    def stop(self, *, timeout: float) -> None:
        """Finish the receipt in hand within so many seconds, and end."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                found = self._is_due() and self.store.write(
                    lambda tx: tx.receipts.claim(self.owner, limit=TOGETHER, ttl=TTL)
                )
            except StoreError as error:
                log.warning("receipts: %s", error)
                found = []
            for receipt in found or []:
                if not self._stop.is_set():
                    self._give(receipt)
            if not found:
                self._wake.wait(POLL)

    def _is_due(self) -> bool:
        at = self.store.read(lambda tx: tx.receipts.next_at())
        return at is not None and at <= self.store.now()

    def _give(self, due: DueReceipt) -> None:
        receipt = due.receipt
        text = answers.outcome(
            due.notifications,
            receipt.names or {},
            receipt.notes,
            lang=receipt.language,
            command=self.command_name,
        )
        try:
            took, again = self._send(due, text)
        except (OSError, HTTPException) as error:
            took, again, reason = False, min(LONGEST_PAUSE, 2.0**due.uses), str(error)
        else:
            reason = "" if took else "Slack did not take it"
        self._record(due, took=took, again=again, reason=reason)

    def _send(self, due: DueReceipt, text: str) -> tuple[bool, float]:
        target = due.receipt.target
        if due.receipt.kind == "response_url":
            return post(target["url"], {"response_type": "ephemeral", "replace_original": True, "text": text})
        if self.client is None:
            return False, 0.0
        try:
            if "ts" in target:
                self.client.chat_update(channel=target["channel"], ts=target["ts"], text=text)
            else:
                self.client.chat_postMessage(channel=target["channel"], text=text)
        except SlackApiError as error:
            return False, float(error.response.headers.get("Retry-After") or 0)
        return True, 0.0

    def _record(self, due: DueReceipt, *, took: bool, again: float, reason: str) -> None:
        number = due.id
        try:
            if took:
                self.store.write(lambda tx: tx.receipts.done(number))
            elif again and due.uses < MOST_ATTEMPTS:
                at = self.store.now() + again
                self.store.write(lambda tx: tx.receipts.again(number, at=at, error=reason))
            else:
                log.warning("receipt %s could not be given: %s", number, reason)
                self.store.write(lambda tx: tx.receipts.fail(number, reason))
        except StoreError as error:
            log.warning("receipt %s: %s", number, error)
