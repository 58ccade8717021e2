"""Which sender a path belongs to, and what its parts are. No I/O.

A pattern is `/alertmanager/{name}/{token}`. Where it ends in `{name}/{token}`, the same without the token is known
too: then the secret stands in a header. `{either}` is the name of a webhook, or a token that says which. Paths come
in the one form that `paths.py` gives them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slack_bitrix24.web.senders.sender import Sender


@dataclass(frozen=True, slots=True)
class Place:
    """A path that a sender knows: what stands for `{name}`, `{token}` and the rest of its pattern."""

    sender: Sender
    parts: dict[str, str]


RESERVED = frozenset({
    "alertmanager", "api", "bitrix24", "favicon.ico", "healthz", "heartbeat", "hooks", "json", "message", "metrics",
    "notify", "openapi.json", "page", "readyz", "services", "slack", "upload", "v1",
})  # fmt: skip
"""First segments that are never a topic, beside those of the senders' own paths."""


class Routes:
    """The table of all paths, by their first segment."""

    def __init__(self, senders: Iterable[Sender]) -> None:
        self.senders = tuple(senders)
        self._table: dict[tuple[str, int], list[tuple[tuple[str, ...], Sender]]] = {}
        for sender in self.senders:
            for pattern in sender.paths:
                self._add(pattern, sender)

    def _add(self, pattern: str, sender: Sender) -> None:
        segments = tuple(pattern.strip("/").split("/"))
        self._table.setdefault((segments[0], len(segments)), []).append((segments, sender))
        if segments[-2:] == ("{name}", "{token}"):
            self._add("/".join(segments[:-1]), sender)

    def find(self, path: str) -> Place | None:
        """Return the sender of a canonical path, the first of those that know it; None where nobody does."""
        segments = tuple(path.strip("/").split("/"))
        own = {first for first, _ in self._table}
        for first in (segments[0],) if segments[0] in own | RESERVED else ("{topic}",):
            for pattern, sender in self._table.get((first, len(segments)), ()):
                parts = _match(pattern, segments)
                if parts is not None:
                    return Place(sender, parts)
        return None


def _match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    parts = {}
    for wanted, given in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            parts[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return parts
