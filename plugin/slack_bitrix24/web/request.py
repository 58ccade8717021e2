"""What a way in is handed and what it answers: plain values, no I/O.

A `Request` holds no secret: it is kept in the inbox as it stands, shown by `inbox show` and read again by a replay.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

SECRET_HEADERS = frozenset({
    "authorization", "proxy-authorization", "cookie", "x-gotify-key", "x-apprise-config-id", "x-api-key",
    "x-slack-signature", "x-hub-signature", "x-hub-signature-256", "x-grafana-alerting-signature",
})  # fmt: skip
"""Never kept. The signatures tell nothing, but a kept one could be shown again within its five minutes."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]+)", re.IGNORECASE)

SECRET_FIELDS = frozenset({"token", "auth"})
"""Parameters of the address that may be a secret (Gotify's `?token=`, ntfy's `?auth=`): never kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: who took it (`sender`), for which webhook, and what came.

    `named` are the sender's own parts of the path (`topic`, `method`, …). Header names are in lower case; of a
    parameter that is given twice `query` holds both, in order.
    """

    sender: str
    hook: str = ""
    method: str = "POST"
    named: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Return the media type alone, in lower case; empty where none was given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """Return the character set that the body's type names, in lower case; empty where it names none."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1].lower() if found else ""

    def header(self, *names: str) -> str:
        """Return the first of these headers that is there and not blank."""
        return next((text for name in names if (text := self.headers.get(name, "").strip())), "")

    def asked(self, *names: str) -> str:
        """Return the first of these parameters of the address that is there and not blank."""
        found = dict(reversed(self.query))
        return next((text for name in names if (text := found.get(name, "").strip())), "")

    @property
    def to(self) -> tuple[str, ...]:
        """Return the addresses of `?to=`, given several times or separated by commas."""
        named = (one.strip() for name, value in self.query if name == "to" for one in value.split(","))
        return tuple(dict.fromkeys(one for one in named if one))

    def without_secrets(self) -> Request:
        """Return it as it may be kept."""
        headers = {name: value for name, value in self.headers.items() if name not in SECRET_HEADERS}
        query = tuple((name, value) for name, value in self.query if name.lower() not in SECRET_FIELDS)
        return replace(self, headers=headers, query=query)


def to_json(request: Request) -> dict[str, Any]:
    """Return it as the inbox keeps it: a body that is no UTF-8 in base64."""
    made: dict[str, Any] = {
        "sender": request.sender,
        "hook": request.hook,
        "method": request.method,
        "named": dict(request.named),
        "query": [list(pair) for pair in request.query],
        "headers": dict(request.headers),
    }
    try:
        made["body"] = request.body.decode("utf-8")
    except UnicodeDecodeError:
        made["base64"] = base64.b64encode(request.body).decode("ascii")
    return made


def from_json(kept: Mapping[str, Any]) -> Request:
    """Return what `to_json` kept."""
    body = base64.b64decode(kept["base64"]) if "base64" in kept else str(kept.get("body", "")).encode("utf-8")
    return Request(
        sender=str(kept["sender"]),
        hook=str(kept["hook"]),
        method=str(kept["method"]),
        named=dict(kept["named"]),
        query=tuple((str(name), str(value)) for name, value in kept["query"]),
        headers=dict(kept["headers"]),
        body=body,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: status, body, its type, and further headers."""

    status: int
    body: str = ""
    kind: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The request is not taken. `word` is the sender's own (Slack's `no_text`), `text` says it to a person."""

    def __init__(self, status: int, word: str, text: str = "", **headers: str) -> None:
        super().__init__(word)
        self.status, self.word, self.text = status, word, text or word
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
