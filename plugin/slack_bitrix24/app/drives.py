"""The Drives of the portals, for files that come in."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.config import Settings
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.store import Store
from slack_bitrix24.web.attaching import NotKeptError, Place
from slack_bitrix24.web.senders.sender import Attached

PATIENCE = 20.0
"""Seconds for which one upload is repeated before the others in the inbox go on."""


class Drives:
    """One client for each portal that is asked for, made when the first file comes.

    `patience` is in seconds.
    """

    def __init__(
        self, settings: Settings, portals: Mapping[str, Portal], store: Store, *, patience: float = PATIENCE
    ) -> None:
        self.settings, self.portals, self.store, self.patience = settings, portals, store, patience
        self._clients: dict[str, Bitrix24] = {}
        self._lock = threading.Lock()

    def keep(self, portal: str, file: Attached, users: Sequence[int]) -> Place:
        """Bring a file to a portal's Drive, readable by these users."""
        content = file.content
        if file.upload:
            kept = self.store.read(lambda tx: tx.uploads.content(file.upload))
            if kept is None:
                raise NotKeptError("the file is not kept any more")
            content = kept
        try:
            made = self.client(portal).upload(content, file.name or "file", rights_for=users)
        except Bitrix24Error as error:
            raise NotKeptError(str(error), again=error.verdict is Verdict.AGAIN) from error
        except ValueError as error:
            raise NotKeptError(str(error)) from error
        return Place(made.url, made.size)

    def close(self) -> None:
        """Close the clients."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def client(self, portal: str) -> Bitrix24:
        """Return the client of a portal, for what the ways in ask of it."""
        with self._lock:
            if portal not in self._clients:
                auth, plan = self.portals[portal].client.auth, self.settings.portals[portal].plan
                self._clients[portal] = Bitrix24(auth=auth, plan=plan, retry_for=self.patience)
            return self._clients[portal]
