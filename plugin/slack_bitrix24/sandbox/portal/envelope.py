"""What an answer looks like: result and time, or error and description. No I/O.

https://apidocs.bitrix24.com/error-codes.html
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Reason:
    """Why a call is refused: code, text and HTTP status."""

    code: str
    description: str
    status: int = 400

    def body(self) -> Json:
        """Return the JSON of the refusal; documented ones have no `time`."""
        return {"error": self.code, "error_description": self.description}


class Refusal(Exception):  # noqa: N818  refusing is what a portal does, and no fault of its own
    """A call is refused, for a `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class PhpDeath(Exception):  # noqa: N818  it ends a request of the portal's, not the portal
    """PHP gives up in the middle of a request: no answer of REST's, all that was done before stays done."""


@dataclass(frozen=True)
class Reply:
    """A list method's result, with its paging."""

    result: object
    total: int | None = None
    next: int | None = None


NO_AUTH = Reason("NO_AUTH_FOUND", "Wrong authorization data", 401)
BAD_CREDENTIALS = Reason("INVALID_CREDENTIALS", "Invalid request credentials", 401)
EXPIRED_TOKEN = Reason("expired_token", "The access token provided has expired.", 401)
HTTPS_REQUIRED = Reason("INVALID_REQUEST", "Https required.", 400)
QUERY_LIMIT = Reason("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
OPERATION_TIME = Reason("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)
OVERLOAD = Reason("OVERLOAD_LIMIT", "REST API is blocked due to overload.", 503)
NO_SUBSCRIPTION = Reason("ACCESS_DENIED", "REST is available only by subscription.", 401)
NO_CONNECTION = Reason("CONNECTION_ERROR", "Error connecting to authorization server", 401)
NO_METHOD = Reason("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
NOT_IN_BATCH = Reason("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
BATCH_LENGTH = Reason("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded", 400)
NO_APPLICATION = Reason("ACCESS_DENIED", "Access denied! Application context required", 403)
INTERNAL = Reason("INTERNAL_SERVER_ERROR", "Internal server error", 500)


NO_SCOPE = "insufficient_scope"


def missing_scope(kind: str) -> Reason:
    """Return the refusal for a webhook or a token that lacks the method's scope."""
    token = "webhook token" if kind == "webhook" else "access token"
    return Reason(NO_SCOPE, f"The request requires higher privileges than provided by the {token}", 403)


def time_of(
    start: float, finish: float, *, operating: float | None = None, reset_at: float = 0.0, whole: bool = False
) -> Json:
    """Return the `time` object; seconds and Unix seconds, dates ISO 8601 in UTC.

    `whole`: start and processing are whole seconds, so that the duration is up to one too long.
    """
    spent = max(0.0, finish - start)
    told: Json = {
        "start": int(start) if whole else start,
        "finish": finish,
        "duration": max(0.0, finish - int(start)) if whole else spent,
        "processing": int(spent) if whole else spent,
        "date_start": iso(int(start)),
        "date_finish": iso(int(finish)),
    }
    if operating is not None:
        told["operating_reset_at"] = int(reset_at)
        told["operating"] = operating
    return told


@lru_cache(maxsize=256)
def iso(second: int) -> str:
    """Return a Unix second as ISO 8601 with an offset."""
    return dt.datetime.fromtimestamp(second, dt.UTC).isoformat()


def encode(body: object, *, plain: bool = False) -> bytes:
    """Return JSON as PHP writes it, without spaces: ASCII only, or `plain` UTF-8 without what HTML might read."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=not plain)
    return (_MARKUP.sub(_escaped, text) if plain else text).encode("utf-8", "replace")


_MARKUP = re.compile(r"\\.|[<>&'/]")
_ESCAPED = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "'": "\\u0027", '\\"': "\\u0022", "/": "\\/"}


def _escaped(sign: re.Match[str]) -> str:
    return _ESCAPED.get(sign[0], sign[0])


def php_array(values: dict[str, Any]) -> Any:
    """Return what PHP's json_encode makes of an array: [] when empty, a list when the keys are 0 to n-1."""
    if not values:
        return []
    if all(key == str(index) for index, key in enumerate(values)):
        return list(values.values())
    return values
