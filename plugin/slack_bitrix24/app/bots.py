"""The bridge's own bot at a portal: its token sealed in the database, registered once, never unregistered by itself."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.bitrix24.bots import register
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.tokens import Seal, Tokens
from slack_bitrix24.config import Portal
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.store import Store

TOKEN_BYTES = 18
"""They make 36 hexadecimal digits; Bitrix24 takes 40 characters."""
LOOK = 10.0
"""Seconds for which the database's answer holds: `portal bot` may have registered it anew."""


class OwnBot:
    """One portal's bot. `key` seals its token; the database is asked every `look` seconds. Threads may share it."""

    def __init__(self, portal: Portal, store: Store, *, key: str, look: float = LOOK) -> None:
        self.portal, self._store, self._seal, self._look = portal, store, Seal(key), look
        self._lock = threading.Lock()
        self._bot: Bot | None = None
        self._look_at = 0.0

    def get(self, ask: Callable[[Call], Answer]) -> Bot:
        """Return the bot, registered where it is not yet. Safe to repeat. Raise `Bitrix24Error`, StoreError."""
        with self._lock:
            if self._bot is None or time.monotonic() >= self._look_at:
                self._bot = self._kept() or self._registered(ask)
                self._look_at = time.monotonic() + self._look
            return self._bot

    def registered(self, ask: Callable[[Call], Answer]) -> Bot:
        """Return the bot after asking the portal: it may have been deleted there. Raise `Bitrix24Error`, StoreError."""
        with self._lock:
            self._bot = self._registered(ask)
            return self._bot

    def _kept(self) -> Bot | None:
        kept = self._store.read(lambda tx: tx.bots.get(self.portal.name))
        if kept is None or not kept.bot_id or kept.code != self.portal.bot.code:
            return None
        return Bot(kept.bot_id, self._seal.open(kept.token).access_token)

    def _registered(self, ask: Callable[[Call], Answer]) -> Bot:
        # The token is kept first: a bot whose token got lost could not be driven any more.
        fresh = self._seal.close(Tokens(access_token=secrets.token_hex(TOKEN_BYTES)))
        name, wanted = self.portal.name, self.portal.bot
        kept = self._store.write(lambda tx: tx.bots.begin(name, wanted.code, fresh))
        token = self._seal.open(kept.token).access_token
        bot = register(ask, code=wanted.code, name=wanted.name, token=token, avatar=_picture(wanted.avatar))
        self._store.write(lambda tx: tx.bots.registered(name, bot.id))
        return bot


def _picture(file: Path | None) -> str:
    """Return a picture as Bitrix24 takes it. Raise `Bitrix24Error` where the file can't be read."""
    if file is None:
        return ""
    try:
        return base64.b64encode(file.read_bytes()).decode("ascii")
    except OSError as error:
        said = f"the bot's avatar {file.name} can't be read: {error.strerror or type(error).__name__}"
        raise Bitrix24Error(said, verdict=Verdict.PORTAL) from None
