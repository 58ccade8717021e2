"""What `GET /openapi.json` answers: made from the table of senders, so that no path is forgotten. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from slack_bitrix24.web.senders.sender import Sender

SECURITY = {"token": {"type": "http", "scheme": "bearer", "description": "the token of a [[webhooks]] section"}}
ANSWERS = {
    "200": "taken",
    "202": "taken; the numbers of the notifications",
    "400": "no such body",
    "401": "no token",
    "403": "a wrong token, or a recipient that is not allowed",
    "404": "no such webhook or notification",
    "409": "it can't be taken back",
    "413": "too large",
    "422": "the Idempotency-Key came with another request",
    "503": "not now; see Retry-After",
}


def document(senders: Iterable[Sender], *, version: str) -> dict[str, Any]:
    """Return the OpenAPI document of all paths that are served."""
    paths = {
        path: {method.lower(): _operation(sender, path) for method in sender.allowed(_parts(path)) if method != "HEAD"}
        for sender in senders
        for path in sender.paths
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "slack-bitrix24", "version": version},
        "paths": paths,
        "components": {"securitySchemes": SECURITY},
    }


def _parts(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _operation(sender: Sender, path: str) -> dict[str, Any]:
    names = _parts(path)
    summary = (sender.read.__doc__ or sender.name).partition("\n")[0]
    return {
        "summary": summary,
        "tags": [sender.name],
        "parameters": [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names],
        "security": [] if "token" in names or "either" in names else [{"token": []}],
        "responses": {status: {"description": text} for status, text in ANSWERS.items()},
    }
