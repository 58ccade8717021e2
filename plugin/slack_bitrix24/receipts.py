"""What became of it, back to whoever asked: the first answer in Slack is replaced when the outcome is known.

A queue of its own: trouble here never touches delivery. A response_url takes five answers within 30 minutes
(https://docs.slack.dev/interactivity/handling-user-interaction/). Where there is no outcome after 10 s, or the portal
is stopped, it is said once that it is still on its way, and why; what is not known after 25 minutes is answered with
how it stands.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from slack_bitrix24.errors import StoreError
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.reasons import Reader, Stopped
from slack_bitrix24.store import DueReceipt, Store, Transaction

log = logging.getLogger(__name__)

POLL = 1.0
"""Seconds between looks at what is due: the floor under the wake-ups, which may be missed."""
TTL = 60.0
"""Seconds after which a receipt in hand is taken for lost with its process."""
TOGETHER = 20
"""Receipts in hand. All of them are given, or given up, well within TTL, however slow Slack is."""
GIVERS = 4
"""Threads that wait for Slack: what one response_url takes long for holds up no others."""
TIMEOUT = 5
"""Seconds that one answer to Slack may take."""
ACKNOWLEDGED = 0.3
"""Seconds after which the acknowledgement, which the receipt replaces, has reached Slack."""
LONGEST_PAUSE = 60.0
"""Seconds between two attempts, at most."""
MOST_ATTEMPTS = 10
"""Attempts at an outcome."""
MOST_INTERIM = 3
"""Attempts at saying that there is no outcome yet; then it is left at that."""


def post(url: str, body: Mapping[str, Any]) -> tuple[bool, float]:
    """Send a message to a response_url.

    Returns whether Slack took it, and otherwise after how many seconds to try again (0: never, the address is used up
    or too old). Raises OSError or HTTPException when it can't be reached.
    """
    if not url.startswith(("https://", "http://")):
        return False, 0.0
    answer = WebhookClient(url, timeout=TIMEOUT, retry_handlers=[]).send_dict(dict(body))
    if answer.status_code == 200:
        return True, 0.0
    if answer.status_code == 429 or answer.status_code >= 500:
        return False, float(answer.headers.get("Retry-After") or answer.headers.get("retry-after") or 2)
    return False, 0.0


class Receipts:
    """Gives receipts back, several at a time. `client` is needed for those that stand in a channel.

    `told`: whether an administrator hears of a portal that stands still.
    """

    def __init__(
        self,
        store: Store,
        *,
        owner: str,
        command_name: str,
        client: WebClient | None = None,
        is_admin: Callable[[str], bool] = lambda _slack_id: False,
        told: Callable[[], bool] = lambda: False,
    ) -> None:
        self.store, self.owner, self.command_name, self.client = store, owner, command_name, client
        self.is_admin, self.told = is_admin, told
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._hand: queue.SimpleQueue[DueReceipt | None] = queue.SimpleQueue()
        self._in_hand = 0
        self._lock = threading.Lock()
        # Daemons, because what they wait for is the network: what was not said is said after the next start.
        self._threads = [threading.Thread(target=self._run, name="receipts", daemon=True)]
        for number in range(GIVERS):
            self._threads.append(threading.Thread(target=self._giver, name=f"receipt-{number}", daemon=True))

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look again now: an outcome was recorded."""
        self._wake.set()

    def stop(self, *, timeout: float) -> None:
        """Finish the receipts in hand within so many seconds, and end."""
        self._stop.set()
        self._wake.set()
        end = time.monotonic() + timeout
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                wait = self._turn()
            except StoreError as error:
                log.warning("receipts: %s", error)
                wait = POLL
            except Exception:
                log.exception("receipts were not looked for")  # the thread must outlive it
                wait = POLL
            if wait > 0:
                self._wake.wait(wait)
        for _ in range(GIVERS):
            self._hand.put(None)  # behind all that was taken into hand

    def _turn(self) -> float:
        """Take what is due into hand; return the seconds until the next look."""
        with self._lock:
            room = TOGETHER - self._in_hand
        if room <= 0:
            return POLL
        at = self.store.read(lambda tx: tx.receipts.next_at(age=ACKNOWLEDGED))
        wait = POLL if at is None else at - self.store.now()
        if wait > 0:
            return min(POLL, wait)
        found = self.store.write(
            lambda tx: tx.receipts.claim(self.owner, limit=room, ttl=TTL, age=ACKNOWLEDGED),
        )
        with self._lock:
            self._in_hand += len(found)
        for receipt in found:
            self._hand.put(receipt)
        return 0.0 if found else POLL

    def _giver(self) -> None:
        while (due := self._hand.get()) is not None:
            try:
                (self._put_back if self._stop.is_set() else self._give)(due)
            except Exception:
                log.exception("receipt %s was not given", due.id)  # the thread must outlive it
            finally:
                with self._lock:
                    self._in_hand -= 1
                self._wake.set()

    def _give(self, due: DueReceipt) -> None:
        try:
            took, again = self._send(due, self._text(due))
        except (OSError, HTTPException) as error:
            took, again, reason = False, min(LONGEST_PAUSE, 2.0**due.uses), str(error)
        else:
            reason = "" if took else "Slack did not take it"
        self._record(due, took=took, again=again, reason=reason)

    def _put_back(self, due: DueReceipt) -> None:
        """Leave it to the next process."""
        try:
            self.store.write(lambda tx: tx.receipts.again(due.id, at=tx.now))
        except StoreError as error:
            log.warning("receipt %s: %s", due.id, error)

    def _text(self, due: DueReceipt) -> str:
        receipt = due.receipt
        return answers.outcome(
            due.notifications,
            receipt.names or {},
            (*receipt.notes, *self._tags(due)),
            reader=Reader(receipt.language, admin=self._for_admin(due), told=self.told()),
            command=self.command_name,
            stops={} if due.complete else self._stops(),
        )

    def _for_admin(self, due: DueReceipt) -> bool:
        return any(self.is_admin(author) for author in {one.notification.author for one in due.notifications})

    def _tags(self, due: DueReceipt) -> list[str]:
        """Return what an administrator should know of the portals: whether they keep tags."""
        if not self._for_admin(due):
            return []
        portals = {one.notification.recipient.portal for one in due.notifications}
        try:
            found = self.store.read(lambda tx: tx.portals.all_probed())
        except StoreError:
            return []
        return [
            answers.tags(one.portal, one.tags, one.probed_at, lang=due.receipt.language)
            for one in found
            if one.portal in portals
        ]

    def _stops(self) -> dict[str, Stopped]:
        try:
            lanes = self.store.read(lambda tx: tx.lanes.states())
        except StoreError:
            return {}
        return {one.portal: Stopped(one.stopped.code, one.stopped.reason) for one in lanes if one.stopped is not None}

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
                self.client.chat_postMessage(channel=target["channel"], text=text, thread_ts=target.get("thread"))
        except SlackApiError as error:
            return False, float(error.response.headers.get("Retry-After") or 0)
        return True, 0.0

    def _record(self, due: DueReceipt, *, took: bool, again: float, reason: str) -> None:
        number, most = due.id, MOST_ATTEMPTS if due.last else MOST_INTERIM

        def write(tx: Transaction) -> None:
            if took and due.last:
                tx.receipts.done(number)
            elif took or (not due.last and again and due.uses >= most):
                tx.receipts.wait(number)
            elif again and due.uses < most:
                tx.receipts.again(number, at=tx.now + again, error=reason)
            else:
                log.warning("receipt %s could not be given: %s", number, reason)
                tx.receipts.fail(number, reason)

        try:
            self.store.write(write)
        except StoreError as error:
            log.warning("receipt %s: %s", number, error)
