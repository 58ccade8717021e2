"""Who is told that a portal stands still: whoever waits for an outcome, and the administrators in Slack."""

from __future__ import annotations

import logging

from slack_bitrix24.app.current import Current
from slack_bitrix24.deliver.lane import Stop
from slack_bitrix24.errors import StoreError
from slack_bitrix24.listeners.workspace import Workspace
from slack_bitrix24.receipts import Receipts
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.reasons import Reader, Stopped
from slack_bitrix24.store import Store

log = logging.getLogger(__name__)


class Stops:
    """Called with each stop, once; what can't be told is logged, for delivery goes on elsewhere."""

    def __init__(self, current: Current, store: Store, receipts: Receipts, *, workspace: Workspace | None) -> None:
        self._current, self._store, self._receipts, self._workspace = current, store, receipts, workspace

    def __call__(self, stop: Stop) -> None:
        """Tell them."""
        try:
            self._store.write(lambda tx: tx.receipts.hurry(stop.portal))
            self._receipts.wake()
        except StoreError as error:
            log.warning("those who wait for portal %s could not be told: %s", stop.portal, error)
        if self._workspace is None:
            return
        for admin in self._current.settings.permissions.admin:
            if admin.startswith(("U", "W")):
                self._tell(self._workspace, admin, stop)

    @staticmethod
    def _tell(workspace: Workspace, admin: str, stop: Stop) -> None:
        reader = Reader(workspace.people.language(admin), admin=True)
        text = answers.stopped(stop.portal, Stopped(stop.code, stop.reason), reader)
        try:
            workspace.client.chat_postMessage(channel=admin, text=text)
        except Exception as error:  # noqa: BLE001 – whatever Slack's client raises, delivery goes on
            log.warning("an admin could not be told: %s", error)
