"""ntfy's publish: `POST` or `PUT /{topic}` with headers, or JSON on `/`. No I/O.

https://docs.ntfy.sh/publish/. Its clients take exactly 200 for success. A topic is a name, not a secret: the secret
stands in Bearer, Basic or `?auth=`.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import unquote

from slack_bitrix24.document import Block, Document, Emoji, File, Heading, Link, Paragraph, Text
from slack_bitrix24.slack.messages import emoji, lenient
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders import alerts, bodies, leaves, written
from slack_bitrix24.web.senders.sender import LARGEST_WITH_FILES, Attached, Incoming, Priority, Sender

_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "t"),
    "message": ("message", "m"),
    "priority": ("priority", "prio", "p"),
    "tags": ("tags", "tag", "ta"),
    "click": ("click",),
    "attach": ("attach", "a"),
    "filename": ("filename", "file", "f"),
    "markdown": ("markdown", "md"),
    "delay": ("delay", "at", "in"),
    "actions": ("actions", "action"),
    "icon": ("icon",),
    "sequence": ("sequence-id", "sequence_id", "sid"),
    "poll": ("up", "unifiedpush"),
}
"""Every parameter by its names; each also as a header with `X-` before it (https://docs.ntfy.sh/publish/#list-of-all-parameters)."""
_MESSAGE = (*_NAMES["message"], "text", "body")
"""Where programs that speak several of these put it, in JSON."""
_PRIORITIES = {"min": 1, "low": 2, "default": 3, "high": 4, "max": 5, "urgent": 5}
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_DURATION = re.compile(r"(\d+)\s*(s|sec|seconds?|m|min|mins|minutes?|h|hours?|d|days?)?", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_ACTION = re.compile(r"\s*([^;]+)")
BY_GET = frozenset({"publish", "send", "trigger"})
"""What stands behind a topic where a plain link publishes (https://docs.ntfy.sh/publish/#webhooks-publish-via-get)."""
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_KINDS = {
    b"\x89PNG": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"%PDF-": ".pdf",
    b"PK\x03\x04": ".zip",
    b"\x1f\x8b": ".gz",
}
"""How files of these kinds begin."""
LONGEST_DELAY = 3 * 86_400
"""Seconds; ntfy's own limit."""


def read(request: Request, _hook: Hook) -> Incoming:
    """Read a message from wherever its parts stand; JSON on `/` names the topic itself."""
    if request.named.get("act", "clear") != "clear":
        raise RefusedError(404, "40401", "page not found")
    given = _given(request)
    topic = lenient.text(given.get("topic")) or request.named.get("topic", "")
    if not _TOPIC.fullmatch(topic):
        raise RefusedError(400, "40009", "invalid topic")
    sequence = _sequence(request) or lenient.text(given.get("sequence"))
    key = f"ntfy\n{topic}\n{sequence}" if sequence else ""
    if _takes_back(request):
        return Incoming(key=key, state="cleared", facts=(given,))
    files = tuple(_files(request, given))
    blocks = tuple(_blocks(given))
    if not blocks and not files:
        # ntfy itself says "triggered" where nothing was written.
        blocks = (Paragraph((Text("triggered"),)),)
    return Incoming(
        document=Document(blocks),
        key=key,
        files=files,
        facts=({**given, "topic": topic},),
        not_before=_not_before(lenient.text(given.get("delay")), now=time.time()),
        priority=_priority(given),
    )


def _sequence(request: Request) -> str:
    return "" if request.method == "GET" else request.named.get("sequence", "")


def _takes_back(request: Request) -> bool:
    """Tell whether it clears or deletes what was published under a sequence."""
    return bool(request.named.get("sequence")) and (request.method == "DELETE" or request.named.get("act") == "clear")


def _given(request: Request) -> dict[str, Any]:
    """Return the parameters: of the address and the headers, of the JSON on `/`, and the body as the message."""
    given: dict[str, Any] = {name: _parameter(request, names) for name, names in _NAMES.items()}
    if not request.named.get("topic"):
        try:
            body = bodies.parse(bodies.said(request))
        except bodies.NoJSONError:
            raise RefusedError(400, "40024", "the body is no JSON") from None
        if not isinstance(body, Mapping):
            raise RefusedError(400, "40024", "the body is no JSON object")
        known = {name: body[alias] for name, aliases in _NAMES.items() for alias in aliases if alias in body}
        words = next(filter(None, (leaves.said(body.get(name)) for name in _MESSAGE)), "") or given["message"]
        return {**given, **known, "message": words, "topic": body.get("topic")}
    if not given["message"] and not given["filename"]:
        given["filename"] = _file_name(request)
        given["message"] = "" if given["filename"] else bodies.said(request)
    return given


def _file_name(request: Request) -> str:
    """Return what ntfy calls a file that came without a name; nothing where the body is a text."""
    body = request.body
    kind = next((ending for mark, ending in _KINDS.items() if body.startswith(mark)), "")
    is_text = request.charset or body[:2] in (b"\xff\xfe", b"\xfe\xff") or not _NO_TEXT.search(body)
    return f"attachment{kind or '.bin'}" if kind or not is_text else ""


def _parameter(request: Request, names: Sequence[str]) -> str:
    found = request.asked(*names, *(f"x-{name}" for name in names))
    headers = [header for name in names for header in (f"x-{name}", name)]
    # "in", "at", "p" and the like as bare headers are ntfy's too; `X-Message`'s "\n" is a line break.
    return found or _decoded(request.header(*headers))


def _decoded(header: str) -> str:
    """Return a header's text: RFC 2047 where it is so written, else UTF-8, as ntfy reads them."""
    if "=?" in header:
        try:
            return str(make_header(decode_header(header)))
        except (ValueError, LookupError):
            return header
    try:
        return header.encode("latin-1").decode("utf-8").replace("\\n", "\n")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return header.replace("\\n", "\n")


def _blocks(given: Mapping[str, Any]) -> Iterator[Block]:
    marks, labels = _tags(given)
    title = lenient.text(given.get("title")).strip()
    if title:
        yield Heading((*marks, Text(title)))
    elif marks:
        yield Paragraph(tuple(marks))
    yield from written.blocks(given.get("message"), "markdown" if lenient.flag(given.get("markdown")) else "")
    yield from alerts.fields([("tags", ", ".join(labels))])
    url = lenient.web(given.get("attach"))
    if url:
        name = lenient.text(given.get("filename")) or unquote(url.partition("?")[0].rstrip("/").rpartition("/")[2])
        yield File(name or url, url=url)
    click = lenient.text(given.get("click")).strip()
    if click:
        yield Paragraph((Link(click, (Text("Open"),)) if lenient.web(click) else Text(click),))
    for label, url in _actions(given.get("actions")):
        yield Paragraph((Link(url, (Text(label or url),)),))


def _tags(given: Mapping[str, Any]) -> tuple[list[Emoji | Text], list[str]]:
    """Return the tags that are emoji, which stand before the title, and the others."""
    value = given.get("tags")
    words: list[Any] = value if isinstance(value, list) else [*lenient.text(value).split(",")]
    marks: list[Emoji | Text] = []
    labels = []
    for word in filter(None, (lenient.text(one).strip() for one in words)):
        found = emoji.named(word)
        if found.unicode:
            marks += [found, Text(" ")]
        else:
            labels.append(word)
    return marks, labels


def _actions(value: object) -> Iterator[tuple[str, str]]:
    """Yield label and address of the actions that open something: others act in ntfy's own app alone."""
    found = lenient.several(value)
    if found:
        for one in map(lenient.mapping, found):
            if lenient.web(one.get("url")):
                yield lenient.text(one.get("label")), lenient.web(one.get("url"))
        return
    for part in _ACTION.findall(lenient.text(value)):
        words = [word.strip() for word in part.split(",")]
        url = next((web for word in words[1:] if (web := lenient.web(word.removeprefix("url=")))), "")
        if len(words) > 1 and url:
            yield words[1].removeprefix("label="), url


def _files(request: Request, given: Mapping[str, Any]) -> Iterator[Attached]:
    name = lenient.text(given.get("filename")).strip()
    if name and request.named.get("topic") and request.body and not lenient.web(given.get("attach")):
        yield Attached(name, content=request.body, kind=request.content_type)


def _priority(given: Mapping[str, Any]) -> Priority:
    word = lenient.text(given.get("priority")).strip().lower()
    number = _PRIORITIES.get(word) or lenient.whole(word) or 3
    return "high" if number > 3 else "low" if number < 3 else "normal"


def _not_before(text: str, *, now: float) -> float:
    """Return when it goes out, Unix seconds; 0 for at once. A delay that nobody can read does not hold it up."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        return 0.0
    # No more digits: Python reads no number of thousands of them, and a delay has few.
    number = int(found[1][:12])
    # Without a unit and as large as a Unix time, it is one (https://docs.ntfy.sh/publish/#scheduled-delivery).
    if not found[2] and number > 10**9:
        return float(number) if now < number <= now + LONGEST_DELAY else 0.0
    return now + min(LONGEST_DELAY, number * _UNITS[(found[2] or "s")[0].lower()])


def _answer(request: Request, incoming: Incoming) -> Answer:
    if _takes_back(request):
        return Answer(200, json.dumps({"success": True}), "application/json")
    given = lenient.mapping(incoming.facts[0]) if incoming.facts else {}
    now = int(time.time())
    made: dict[str, Any] = {
        "id": secrets.token_urlsafe(9),
        "time": now,
        "expires": now + 43_200,  # what ntfy's own server keeps a message for
        "event": "message",
        "topic": lenient.text(given.get("topic")),
        "message": lenient.text(given.get("message")) or "triggered",
    }
    for name in ("title", "click"):
        if said := lenient.text(given.get(name)):
            made[name] = said
    return Answer(200, json.dumps(made, ensure_ascii=False), "application/json")


_CODES = {401: 40101, 403: 40301, 404: 40401, 405: 40501, 413: 41301, 429: 42901, 503: 50301}


def _refuse(refused: RefusedError) -> Answer:
    own = int(refused.word) if refused.word.isdecimal() else _CODES.get(refused.status, refused.status * 100 + 1)
    body = {"code": own, "http": refused.status, "error": refused.text, "link": "https://docs.ntfy.sh/publish/"}
    return Answer(refused.status, json.dumps(body), "application/json", refused.headers)


SENDER = Sender(
    name="ntfy",
    paths=("/", "/{topic}", "/{topic}/{sequence}", "/{topic}/{sequence}/{act}"),
    read=read,
    methods=("POST", "PUT"),
    methods_with={"sequence": ("POST", "PUT", "DELETE", "GET"), "act": ("PUT",)},
    answer=_answer,
    refuse=_refuse,
    largest=LARGEST_WITH_FILES,
    query_authorization="auth",
    idempotent=False,
)
