"""What Gotify's clients ask before they post: is the server well, and which version is it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI

VERSION = "2.6.3"
"""Of the Gotify whose `POST /message` is served (https://gotify.net/api-docs)."""


def add(app: FastAPI, ready: Callable[[], Mapping[str, str]]) -> None:
    """Answer them; `ready` returns what is missing."""

    @app.api_route("/health", methods=["GET", "HEAD"])
    async def health() -> dict[str, str]:
        database = "red" if "database" in ready() else "green"
        return {"health": "green" if database == "green" else "orange", "database": database}

    @app.api_route("/version", methods=["GET", "HEAD"])
    async def version() -> dict[str, str]:
        return {"version": VERSION, "commit": "", "buildDate": ""}
