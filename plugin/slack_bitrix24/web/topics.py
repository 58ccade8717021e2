"""What ntfy's clients ask before they publish: does the server live, who are they, is a topic theirs."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from slack_bitrix24.web.credentials import enclosed, offered
from slack_bitrix24.web.hooks import Hook

_STATS = (
    "messages", "messages_remaining", "emails", "emails_remaining", "calls", "calls_remaining", "reservations",
    "reservations_remaining", "attachment_total_size", "attachment_total_size_remaining",
)  # fmt: skip


def add(app: FastAPI, served: Callable[[], Hook | None]) -> None:
    """Answer them; `served` returns the webhook that is served as ntfy, None where it is there no more."""

    @app.api_route("/v1/health", methods=["GET", "HEAD"])
    async def health() -> dict[str, bool]:
        return {"healthy": True}

    @app.get("/v1/account")
    async def account(request: Request) -> JSONResponse:
        brought = _brought(request)
        hook = served()
        if brought and not (hook and hook.opens(brought)):
            return _refused()
        name, role = (hook.name, "user") if brought and hook else ("*", "anonymous")
        return JSONResponse({"username": name, "role": role, "stats": dict.fromkeys(_STATS, 0)})

    @app.get("/{topic}/auth")
    async def auth(topic: str, request: Request) -> JSONResponse:
        del topic  # every topic is the webhook's
        hook = served()
        return JSONResponse({"success": True}) if hook and hook.opens(_brought(request)) else _refused()


def _brought(request: Request) -> tuple[str, ...]:
    return offered(dict(request.headers), *enclosed(request.query_params.get("auth", "")))


def _refused() -> JSONResponse:
    return JSONResponse({"code": 40101, "http": 401, "error": "unauthorized"}, status_code=401)
