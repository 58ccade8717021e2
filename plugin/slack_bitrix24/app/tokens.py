"""A portal's OAuth tokens in the database: sealed, for one application, renewed by one node at a time.

Before the sealed text stand two digests in the open: of the `client_id` that the tokens belong to, and of the
`refresh_token` that was configured when they were saved. Neither tells anything; they tell tokens of an application
that was made anew, and of an authorization that was given anew, where the old key is no longer there to open them.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from slack_bitrix24.bitrix24.tokens import Seal, digest
from slack_bitrix24.errors import Bitrix24Error, StoreError, Verdict
from slack_bitrix24.store import Store, Transaction, is_gone

log = logging.getLogger(__name__)

KEY = "SLACK_BITRIX24_KEY"
"""The environment variable with the key that seals tokens in the database; without it the client secret makes one."""
RENEWAL = 30.0
"""Seconds for which one node may hold off the others while it renews a token."""
LOOK = 0.05
"""Seconds between two looks whether another node has done with renewing."""
WRONG_KEY = (
    f"the kept tokens can't be opened: {KEY} (or, where that is not set, client_secret) is another than when they "
    "were kept"
)


class KeptTokens:
    """The `TokenStore` of one portal. `key` seals; `lease` is how long a renewal may take, in seconds."""

    def __init__(
        self,
        store: Store,
        portal: str,
        *,
        owner: str,
        client_id: str,
        refresh_token: str = "",
        key: str,
        lease: float = RENEWAL,
    ) -> None:
        self.store, self.portal, self.lease = store, portal, lease
        # One process may hold several of these (an upload beside a delivery): each renews for itself.
        self.owner = f"{owner}/{secrets.token_hex(4)}"
        self._marks = (digest(client_id)[:16], digest(refresh_token)[:16])
        self._seal = Seal(key)
        self._opened = ""
        self._version = 0
        self._unsaved = ""

    def load(self) -> str:
        """Return what was saved last for this application, or an empty string.

        Raises Bitrix24Error where another key is needed to open it, unless a new refresh token was configured.
        """
        if self._unsaved:
            self.save(self._unsaved)
        kept = self.store.read(lambda tx: tx.tokens.load(self.portal))
        self._version = kept.version if kept else 0
        client, seed, text = _split(kept.blob.decode()) if kept else ("", "", "")
        if client != self._marks[0]:
            return ""
        if text != self._opened:
            if not self._opens(text):
                if seed == self._marks[1]:
                    raise Bitrix24Error(WRONG_KEY, verdict=Verdict.PORTAL)
                return ""
            self._opened = text
        return text

    def save(self, text: str) -> None:
        """Keep the text; durable when it returns.

        Where the database does not take it (StoreError), it is tried again before anything else is done: the
        authorization server gives a refresh token once.
        """
        self._unsaved = text
        blob = ".".join((*self._marks, text)).encode()
        version = self._version
        saved = self.store.write(lambda tx: tx.tokens.save(self.portal, blob, expected_version=version))
        self._unsaved = ""
        if not saved:
            raise StoreError(f"portal {self.portal}: another node has kept newer tokens meanwhile")

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold off every other thread and node while tokens are renewed; StoreError when another takes too long."""
        end = time.monotonic() + self.lease * 1.2 + 0.5  # a claim of the other has ended by then
        while not self.store.write(self._claim):
            if time.monotonic() > end:
                raise StoreError(f"portal {self.portal}: another node has been renewing its tokens for too long")
            time.sleep(LOOK)
        try:
            yield
        finally:
            with suppress(StoreError):  # the claim ends by itself
                self.store.write(lambda tx: tx.tokens.release(self.portal, self.owner))

    def _claim(self, tx: Transaction) -> bool:
        # What a process that was killed had claimed is taken over at once: deliveries wait for it.
        return tx.tokens.exclusive(self.portal, self.owner, ttl=self.lease, gone=_is_gone)

    def _opens(self, text: str) -> bool:
        try:
            self._seal.open(text)
        except Bitrix24Error:
            return False
        return True


def _is_gone(owner: str) -> bool:
    return is_gone(owner.partition("/")[0])


def _split(blob: str) -> tuple[str, str, str]:
    client, _, rest = blob.partition(".")
    seed, _, text = rest.partition(".")
    return client, seed, text
