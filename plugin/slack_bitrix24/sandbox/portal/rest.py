"""/rest/…: read a request, admit it, let it be executed, answer; the hot path, so plain ASGI."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from slack_bitrix24.sandbox.portal import batch, decode, envelope
from slack_bitrix24.sandbox.portal.access import Caller
from slack_bitrix24.sandbox.portal.call import Line, recipient
from slack_bitrix24.sandbox.portal.envelope import NO_AUTH, NO_METHOD, Json, PhpDeath, Reason, Refusal, Reply
from slack_bitrix24.sandbox.portal.faults import Fault, Target
from slack_bitrix24.sandbox.portal.methods import known
from slack_bitrix24.sandbox.portal.rules import SOURCE
from slack_bitrix24.sandbox.portal.state import Portal

JSON_TYPE = "application/json; charset=utf-8"
HTML = "<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>nginx</body></html>"


@dataclass
class Request:
    """One HTTP request below /rest/; `credentials` is (user id, secret), a token, or "" without either."""

    method: str
    params: dict[str, Any]
    credentials: tuple[int, str] | str
    address: str = ""
    base: str = ""
    path: str = ""
    warning: str = ""


@dataclass
class Answer:
    """What goes back; `drop` closes the connection instead."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


def read(path: str, params: dict[str, Any]) -> Request:
    """Understand a path below /rest/, and who calls."""
    parts = [part for part in path.split("/") if part]
    method = parts[-1].lower().removesuffix(".json") if parts else ""
    if len(parts) == 3 and parts[0].isdigit():
        return Request(method, params, (int(parts[0]), parts[1]))
    auth = next((value for key, value in params.items() if key.lower() == "auth"), "")
    if isinstance(auth, dict):
        auth = auth.get("access_token", "")
    return Request(method if len(parts) == 1 else "", params, str(auth))


async def answer(portal: Portal, request: Request) -> Answer:
    """Answer one request, faults and limits included."""
    refused = _admit(portal, request)
    if refused:
        return refusal(portal, refused)
    fault = _fault(portal, request)
    if fault is None:
        return await _perform(portal, request)
    if fault.seconds:
        await asyncio.sleep(fault.seconds)
    if fault.reason:
        return refusal(portal, fault.reason)
    true = await _perform(portal, request) if fault.executes else Answer()
    return true if fault.answers else _spoiled(portal, fault, request)


def refusal(portal: Portal, reason: Reason) -> Answer:
    """Answer with a refusal, and count it."""
    told = portal.refuse(reason)
    return Answer(told.status, envelope.encode(told.body()))


def _admit(portal: Portal, request: Request) -> Reason | None:
    with portal.lock:
        portal.counts["requests"] += 1
        if request.warning:
            portal.warn(request.warning)
        if portal.https_required and not request.base.startswith("https"):
            return envelope.HTTPS_REQUIRED
        if not portal.buckets.take(request.address, portal.clock()):
            return envelope.QUERY_LIMIT
    return None


def _fault(portal: Portal, request: Request) -> Fault | None:
    if not portal.faults.waiting:
        return None
    with portal.lock:
        return portal.faults.for_request(request.method, _targets(portal, request))


def _targets(portal: Portal, request: Request) -> list[Target]:
    if request.method != "batch":
        return [(request.method, _recipient(request.params))]
    try:
        parsed = [decode.command(text) for _, text in batch.commands(request.params, portal.rules)]
    except Refusal:
        return []
    return [(method, _recipient(params)) for method, params in parsed]


def _recipient(params: dict[str, Any]) -> int:
    return recipient({key.upper(): value for key, value in params.items()})


async def _perform(portal: Portal, request: Request) -> Answer:
    source = portal.rules == SOURCE
    try:
        line = Line(portal, _caller(portal, request), request.base)
        started = portal.clock()
        if request.method == "batch":
            done: Json = {"result": await batch.run(line, request.params)}
            done["time"] = envelope.time_of(started, portal.clock(), whole=source)
        else:
            reply, time = await line.execute(request.method, request.params)
            done = {"result": reply.result, **_paging(reply), "time": time}
    except Refusal as refused:
        return refusal(portal, refused.reason)
    except PhpDeath as death:
        portal.warn(f"PHP died: {death}")
        return Answer(500, HTML.format(status=500).encode(), "text/html; charset=utf-8")
    return Answer(200, envelope.encode(done, plain=source))


def _caller(portal: Portal, request: Request) -> Caller:
    is_known = request.method == "batch" or known(request.method, portal.revision) is not None
    if portal.rules == SOURCE and not is_known:
        raise Refusal(NO_METHOD)  # the server looks for the method first, then for who calls
    if not request.credentials:
        raise Refusal(NO_AUTH)
    return portal.caller(request.credentials)


def _paging(reply: Reply) -> Json:
    told = {"next": reply.next, "total": reply.total}
    return {key: value for key, value in told.items() if value is not None}


def _spoiled(portal: Portal, fault: Fault, request: Request) -> Answer:
    portal.counts["unanswered"] += 1
    if fault.kind.endswith("drop"):
        return Answer(drop=True)
    if fault.kind == "redirect":
        host = fault.location if "://" in fault.location else f"https://{fault.location}"
        return Answer(302, b"", "text/html", {"location": host.rstrip("/") + request.path})
    if fault.kind.endswith("html"):
        status = fault.status or 500
        return Answer(status, HTML.format(status=status).encode(), "text/html; charset=utf-8")
    return Answer(fault.status or 200, b"", "text/html")
