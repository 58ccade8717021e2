"""Bodies in and answers out, as ASGI speaks of them (https://asgi.readthedocs.io/en/latest/specs/www.html)."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from slack_bitrix24.web.request import Answer, RefusedError

DRAINED = 4
"""So many times the limit is read and thrown away before 413: a sender that still writes would not read the answer."""


class GoneError(Exception):
    """The client went away before its body was whole: nobody waits for an answer, and nothing is taken."""


def is_awaited(expect: str) -> bool:
    """Tell whether a sender with this `Expect` waits with its body until it is asked for: curl does, from 1 MB on."""
    return expect.strip().lower() == "100-continue"


async def read(scope: Scope, receive: Receive, *, most: int) -> bytes:
    """Return the body. RefusedError 413 when it is longer than that, whatever its Content-Length says."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    parts: list[bytes] = []
    size, too_large = 0, length.isdigit() and int(length) > most
    awaited = any(name == b"expect" and is_awaited(value.decode("latin-1")) for name, value in scope["headers"])
    if too_large and (awaited or int(length) > DRAINED * most):
        raise _too_large(most)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        part = message.get("body", b"")
        size += len(part)
        too_large = too_large or size > most
        if too_large:
            parts.clear()
        else:
            parts.append(part)
        if not message.get("more_body", False):
            break
        if size > DRAINED * most:
            raise _too_large(most)
    if too_large:
        raise _too_large(most)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(most: int) -> RefusedError:
    return RefusedError(413, "too_large", f"at most {most:,} bytes")


async def send(out: Send, answer: Answer, *, head: bool = False) -> None:
    """Send an answer whole."""
    content = answer.body.encode()
    kind = answer.kind if content.isascii() or "json" in answer.kind else f"{answer.kind}; charset=utf-8"
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
    for name, value in answer.headers.items():
        headers.append((name.lower().encode("latin-1"), value.encode("latin-1", "replace")))
    await out({"type": "http.response.start", "status": answer.status, "headers": headers})
    await out({"type": "http.response.body", "body": b"" if head else content})
