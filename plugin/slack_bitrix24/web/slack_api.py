"""The methods of Slack's Web API that programs post with; a message is found again by its `ts` for 30 days."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.store import Store, Uploaded
from slack_bitrix24.web.door import Allows, check, keep, with_unsupported
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.intake import Intake
from slack_bitrix24.web.reading import read
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders.bodies import form
from slack_bitrix24.web.senders.sender import LARGEST_WITH_FILES
from slack_bitrix24.web.senders.slack_api import SENDER, arguments

MOST_FILES = 10
"""Files in one message (https://docs.slack.dev/reference/methods/files.completeUploadExternal has no number)."""
MOST_DELETED = 1000
"""Deleted messages that are remembered, so that an update of one is refused."""


class Stamps:
    """Time stamps as Slack's: no two alike in this process, always later than the last."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """Return the next one."""
        self._last = max(self._last + 1, int(time.time() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06}"


@dataclass(frozen=True, slots=True)
class SlackApi:
    """`public_url` is where callers reach the bridge; where it is empty, the host that they named is taken."""

    store: Store
    intake: Intake
    allows: Allows
    public_url: str = ""
    stamps: Stamps = field(default_factory=Stamps)
    deleted: dict[str, None] = field(default_factory=dict)
    """Tags of what was deleted just now, until that is worked off."""

    async def take(self, request: Request, hook: Hook) -> Answer:
        """Answer a call that was let in."""
        match request.named["method"]:
            case "auth.test":
                return _ok(
                    **_identity(hook), url=f"{self._origin(request)}/", team="slack-bitrix24", team_id="T0BRIDGE0"
                )
            case "api.test":
                return _ok()
            case "chat.postMessage" | "chat.update" | "chat.delete":
                return await self._chat(request, hook, arguments(request))
            case "chat.getPermalink":
                return await self._permalink(request, hook, arguments(request))
            case "files.getUploadURLExternal":
                return await self._ticket(request, hook, arguments(request))
            case "files.completeUploadExternal":
                return await self._complete(request, hook, arguments(request))
            case _:
                raise RefusedError(200, "unknown_method")

    async def _chat(self, request: Request, hook: Hook, given: Mapping[str, Any]) -> Answer:
        method = request.named["method"]
        new = method == "chat.postMessage"
        ts = self.stamps.next() if new else lenient.text(given.get("ts"))
        if not new:
            await self._found(hook, ts)
        kept = _kept(request, given, ts=ts)
        incoming = read(SENDER, kept, hook)
        check(self.allows, hook, request=request, incoming=incoming)
        channel = lenient.text(given.get("channel")) or "C0BRIDGE0"
        said: dict[str, Any] = {"channel": channel, "ts": ts}
        if method != "chat.delete":
            text = lenient.text(given.get("text"))
            said |= {"text": text, "message": {"type": "message", "text": text, "ts": ts, "bot_id": _bot(hook)}}
        answer = with_unsupported(SENDER, _ok(**said), incoming)
        answer = await keep(self.intake, kept, hook, sender=SENDER, incoming=incoming, answer=answer, begins=new)
        if method == "chat.delete":
            self.deleted[hook.tag(incoming.key)] = None
            while len(self.deleted) > MOST_DELETED:
                del self.deleted[next(iter(self.deleted))]
        return answer

    async def _found(self, hook: Hook, ts: str) -> None:
        tag = hook.tag(f"ts\n{ts}")
        if tag in self.deleted:
            raise RefusedError(200, "message_not_found")
        stands = await asyncio.to_thread(self.store.read, lambda tx: tx.standing.get(tag))
        if not ts or stands is None or stands.over:
            raise RefusedError(200, "message_not_found")

    async def _permalink(self, request: Request, hook: Hook, given: Mapping[str, Any]) -> Answer:
        ts, channel = lenient.text(given.get("message_ts")), lenient.text(given.get("channel")) or "C0BRIDGE0"
        await self._found(hook, ts)
        link = f"{self._origin(request)}/archives/{channel.lstrip('#@')}/p{ts.replace('.', '')}"
        return _ok(channel=channel, permalink=link)

    async def _ticket(self, request: Request, hook: Hook, given: Mapping[str, Any]) -> Answer:
        name, length = lenient.text(given.get("filename")).strip(), lenient.whole(given.get("length"))
        if not name or not length:
            raise RefusedError(200, "invalid_arguments")
        if length > LARGEST_WITH_FILES:
            raise RefusedError(200, "file_upload_size_restricted")
        ticket, file_id = secrets.token_urlsafe(24), f"F{secrets.token_hex(5).upper()}"
        new = Uploaded(id=file_id, hook=hook.name, name=name)
        await asyncio.to_thread(self.store.write, lambda tx: tx.uploads.begin(new, ticket=ticket))
        return _ok(upload_url=f"{self._origin(request)}/upload/{ticket}", file_id=file_id)

    async def upload(self, ticket: str, request: Request) -> Answer:
        """Take the bytes of a file: raw, or the first file of a form."""
        content = request.body
        if request.content_type == "multipart/form-data":
            files = form(request).files
            content = files[0].content if files else b""
        taken = await asyncio.to_thread(self.store.write, lambda tx: tx.uploads.fill(ticket, content))
        return Answer(200, f"OK - {len(content)}") if taken else Answer(404, "not found")

    async def _complete(self, request: Request, hook: Hook, given: Mapping[str, Any]) -> Answer:
        told = [lenient.mapping(one) for one in lenient.several(given.get("files"))][: MOST_FILES + 1]
        if not told or len(told) > MOST_FILES:
            raise RefusedError(200, "invalid_arguments")
        ids = [lenient.text(one.get("id")) for one in told]
        found = await asyncio.to_thread(self.store.read, lambda tx: tx.uploads.of(hook.name, ids))
        if len(found) < len(set(ids)):
            raise RefusedError(200, "file_not_found")
        ts = self.stamps.next()
        named = {one.id: one.name for one in found}
        files = [_titled(one, named) for one in told]
        kept = _kept(request, {**given, "files": files}, ts=ts)
        incoming = read(SENDER, kept, hook)
        answer = _ok(files=files)
        return await keep(self.intake, kept, hook, sender=SENDER, incoming=incoming, answer=answer, begins=True)

    def _origin(self, request: Request) -> str:
        if self.public_url:
            return self.public_url.rstrip("/")
        scheme = request.header("x-forwarded-proto") or "http"
        return f"{scheme}://{request.header('x-forwarded-host', 'host')}"


def _kept(request: Request, given: Mapping[str, Any], *, ts: str) -> Request:
    """Return the call as it is kept: its arguments as JSON, without a token, and the `ts` it was given."""
    headers = {**request.headers, "content-type": "application/json"}
    body = json.dumps(given, ensure_ascii=True).encode()
    query = tuple(pair for pair in request.query if pair[0] == "to")
    return replace(request, query=query, headers=headers, body=body, named={**request.named, "ts": ts})


def _titled(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    id_ = lenient.text(told.get("id"))
    return {"id": id_, "title": lenient.text(told.get("title")) or names[id_], "name": names[id_]}


def _identity(hook: Hook) -> dict[str, str]:
    return {"user": hook.name, "user_id": "U0BRIDGE0", "bot_id": _bot(hook)}


def _bot(_hook: Hook) -> str:
    return "B0BRIDGE0"


def _ok(**more: Any) -> Answer:
    return Answer(200, json.dumps({"ok": True, **more}, ensure_ascii=False), "application/json")
