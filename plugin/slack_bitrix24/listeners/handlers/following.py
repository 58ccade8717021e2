"""Which ids Slack's channels had and have, and since when each relay listens: read from the store, a few seconds old.

Slack gives a channel another id when it is shared with another organisation
(https://docs.slack.dev/reference/events/channel_id_changed). What is configured or kept under the old one goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from slack_bitrix24.store import Store

FRESH = 5.0
"""Seconds after which the store is asked again: another node may have heard of a change."""


class Following:
    """For any number of threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._moved: Mapping[str, str] = {}
        self._since: Mapping[tuple[str, str], float] = {}

    def newest(self, channel: str) -> str:
        """Return the id that a channel has now."""
        return _last(channel, self._known()[0])

    def oldest(self, channel: str) -> str:
        """Return the first id that a channel had: what belongs to it is kept under that one."""
        oldest = self.back()
        return oldest(channel) if oldest else channel

    def back(self) -> Callable[[str], str] | None:
        """Return `oldest` as it is at the moment, for many channels at one look; None where no channel ever moved."""
        back = {new: old for old, new in self._known()[0].items()}
        return partial(_last, following=back) if back else None

    def since(self, relay: str, channel: str) -> float:
        """Return since when a relay has listened to a channel (under its oldest id), Unix seconds."""
        since = self._known()[1]
        found = [since[key] for key in ((relay, channel), (relay, "")) if key in since]
        return min(found, default=0.0)

    def move(self, old: str, new: str) -> bool:
        """Keep that a channel has another id now; return whether that is news. Raises StoreError."""
        news = old != new and self._store.write(lambda tx: tx.channels.move(old, new))
        self._read_at = 0.0
        return news

    def _known(self) -> tuple[Mapping[str, str], Mapping[tuple[str, str], float]]:
        with self._lock:
            if time.monotonic() - self._read_at > FRESH or not self._read_at:
                self._moved, self._since = self._store.read(lambda tx: (tx.channels.moved(), tx.channels.since()))
                self._read_at = time.monotonic()
            return self._moved, self._since


def _last(channel: str, following: Mapping[str, str]) -> str:
    seen = {channel}
    while (after := following.get(channel)) is not None and after not in seen:
        channel = after
        seen.add(after)
    return channel
