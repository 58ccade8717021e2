"""The Web API's methods by name, and what is checked before one is called."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.people import JSON
from slack_bitrix24.sandbox.workspace.views import ApiError

Function = Callable[[Core, JSON], JSON]
DEPRECATED = {"files.upload", "channels.list", "channels.info", "groups.list", "im.list", "rtm.start"}


@dataclass(frozen=True, slots=True)
class Method:
    """A method, the scope it needs (or none), and whether it takes the app-level token."""

    function: Function
    scope: str = ""
    app_level: bool = False


METHODS: dict[str, Method] = {}


def method(name: str, scope: str = "", *, app_level: bool = False) -> Callable[[Function], Function]:
    """Register a function as the Web API's method `name`."""

    def register(function: Function) -> Function:
        METHODS[name] = Method(function, scope, app_level)
        return function

    return register


def call(core: Core, name: str, args: JSON, *, token: str) -> JSON:
    """Return the answer of a Web API call."""
    try:
        found = _find(name)
        _authorize(core, found, token)
        return {"ok": True, **found.function(core, args)}
    except ApiError as error:
        return error.body


def _find(name: str) -> Method:
    if name not in METHODS:
        raise ApiError("method_deprecated" if name in DEPRECATED else "unknown_method", req_method=name)
    return METHODS[name]


def _authorize(core: Core, found: Method, token: str) -> None:
    if not token:
        raise ApiError("not_authed")
    if token not in {core.bot_token, core.app_token}:
        raise ApiError("invalid_auth")
    if found.app_level != (token == core.app_token):
        raise ApiError("not_allowed_token_type")
    if not found.app_level and found.scope and found.scope not in core.scopes:
        raise ApiError("missing_scope", needed=found.scope, provided=",".join(core.scopes))


def need(args: JSON, *names: str) -> list[str]:
    """Return the named arguments; raise ApiError when one is missing."""
    for name in names:
        if not args.get(name):
            raise ApiError(
                "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]}
            )
    return [str(args[name]) for name in names]


def page(items: Sequence[object], args: JSON, *, key: str) -> JSON:
    """Return one page of a list: https://docs.slack.dev/apis/web-api/pagination."""
    try:
        start = int(base64.b64decode(str(args.get("cursor") or ""), validate=True) or 0)
    except ValueError:
        raise ApiError("invalid_cursor") from None
    limit = int(args.get("limit") or 0) or len(items)
    rest = start + limit < len(items)
    cursor = base64.b64encode(str(start + limit).encode()).decode() if rest else ""
    return {key: items[start : start + limit], "response_metadata": {"next_cursor": cursor}}


def true(args: JSON, name: str) -> bool:
    """Tell whether a boolean argument is set, in any of the notations that clients use."""
    return str(args.get(name) or "").lower() in {"1", "true"}
