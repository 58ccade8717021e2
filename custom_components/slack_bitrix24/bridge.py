"""The bridge over HTTP: whether it is there and knows the token, and posting a notification.

`POST /api/notifications` of slack-bitrix24. What it answers 202 to is kept on its disk.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=10)
PAUSES = (1.0, 4.0)
"""Seconds before each further try, where the bridge could not be reached or is not ready."""


class BridgeError(Exception):
    """The text says what went wrong; it never holds the token."""


class UnreachableError(BridgeError):
    """Nothing that is a bridge answered, or it is not ready."""


class TokenError(BridgeError):
    """The bridge does not know the token."""


class RefusedError(BridgeError):
    """The bridge does not take this notification; the same again would be refused again."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. `to`: addresses; without any, those of the webhook. `picture` and `file` are addresses (URLs)."""

    message: str
    title: str = ""
    tag: str = ""
    picture: str = ""
    file: str = ""
    to: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """Return it as the bridge takes it: texts as they are, no sign in them is markup."""
        blocks: list[dict[str, Any]] = []
        if self.title:
            blocks.append({"type": "header", "text": _plain(self.title)})
        blocks.append({"type": "section", "text": _plain(self.message)})
        if self.picture:
            blocks.append({"type": "image", "image_url": self.picture, "alt_text": self.title or "picture"})
        if self.file:
            link = {"type": "link", "url": self.file, "text": _file_name(self.file)}
            blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]})
        made: dict[str, Any] = {"text": f"{self.title}\n{self.message}".strip(), "blocks": blocks}
        if self.to:
            made["to"] = list(self.to)
        if self.tag:
            made["tag"] = self.tag
        return made


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _file_name(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2] or url


@dataclass(frozen=True, slots=True)
class Bridge:
    """One webhook of one bridge."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def check(self) -> None:
        """Raise UnreachableError or TokenError unless the bridge is alive and takes the token. Sends nothing."""
        status, _ = await self._request("GET", "/healthz")
        if status != HTTPStatus.OK:
            raise UnreachableError(f"/healthz was answered with {status}")
        # Notification 0 never exists: whoever is let in hears that it is not found.
        status, answer = await self._request("GET", "/api/notifications/0")
        if (status, answer.get("error")) != (HTTPStatus.NOT_FOUND, "not_found"):
            raise UnreachableError(f"/api/notifications was answered with {status}: is this slack-bitrix24?")

    async def send(self, message: Message) -> dict[str, Any]:
        """Return `notifications` and `unknown`, as the bridge answers, once it has taken the message.

        A try after a lost answer has the same Idempotency-Key: the bridge takes it once.
        """
        key = uuid4().hex
        for pause in (*PAUSES, None):
            try:
                return await self._send(message, key)
            except UnreachableError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError

    async def _send(self, message: Message, key: str) -> dict[str, Any]:
        headers = {"Idempotency-Key": key}
        status, answer = await self._request("POST", "/api/notifications", headers=headers, json=message.body())
        if status == HTTPStatus.ACCEPTED:
            return answer
        said = f"{status} {answer.get('message') or answer.get('error') or ''}".strip()
        if status in (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS) or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnreachableError(said)
        raise RefusedError(said)

    async def _request(self, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        try:
            async with self.session.request(
                method, self.url + path, headers=headers, timeout=TIMEOUT, allow_redirects=False, **more
            ) as response:
                answer = _object(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise UnreachableError(type(error).__name__) from None
        unknown = answer.get("error") in ("invalid_token", "invalid_auth", "not_authed")
        if response.status == HTTPStatus.UNAUTHORIZED or (response.status == HTTPStatus.FORBIDDEN and unknown):
            raise TokenError("the bridge does not know the token")
        return response.status, answer


def _object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of an answer; what is none as its `error`."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"error": body[:200].decode("utf-8", "replace").strip()}
