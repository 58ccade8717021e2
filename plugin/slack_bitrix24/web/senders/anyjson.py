"""Any JSON: what stands where is said in the configuration, by JSONPath (RFC 9535). No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonpath

from slack_bitrix24.document import Block, Document, Heading, Link, Paragraph, Text
from slack_bitrix24.slack.messages import lenient, markdown
from slack_bitrix24.web import naming
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders import alerts, elsewhere, leaves, slack
from slack_bitrix24.web.senders.bodies import NoJSONError, json_of
from slack_bitrix24.web.senders.sender import Incoming, Sender, State

_OVER = frozenset({
    "resolved", "resolve", "ok", "okay", "up", "recovered", "recovery", "closed", "close", "success", "succeeded",
    "normal", "healthy", "passing", "inactive", "cleared", "clear", "fixed", "green", "0", "false",
})  # fmt: skip
MOST = 50
"""Values that one path may find."""


def read(request: Request, hook: Hook) -> Incoming:
    """Read what the webhook's `fields` find; where they find no word, all leaves as a table."""
    try:
        body = json_of(request, "payload")
    except NoJSONError:
        raise RefusedError(400, "invalid_payload", "the body is no JSON") from None
    found = {name: values(path, body) for name, path in hook.fields.items()}
    said = _blocks(found)
    if not any(found.values()) and (known := _known(body, hook)):
        return known
    shown = said or leaves.blocks(body)
    if not shown:
        raise RefusedError(400, "no_text", "there is not a word in it")
    state = _state(found.get("state", []))
    level: alerts.Level | None = {"firing": "critical", "resolved": "resolved"}.get(state)  # type: ignore[assignment]
    blocks: tuple[Block, ...] = (alerts.card(shown, of=level),) if level else shown
    return Incoming(
        document=Document(blocks),
        key="\n".join(found.get("key", [])),
        state=state,
        wanted=tuple(address for text in found.get("to", []) for address in naming.addresses(text)),
        facts=(body,),
    )


def _known(body: object, hook: Hook) -> Incoming | None:
    """Return what a body says where no path finds anything and it is of a kind with an address of its own."""
    if not isinstance(body, Mapping | list):
        return None
    if isinstance(body, Mapping) and (body.get("blocks") or body.get("attachments")):
        return slack.message(body, hook)
    return elsewhere.read(body)


def values(path: str, body: object) -> list[str]:
    """Return the texts that a path finds, in order; objects and lists are told by their leaves."""
    texts = []
    for value in compiled(path).findall(body if isinstance(body, Mapping | list) else [body])[:MOST]:
        texts += (
            [text for _, text in leaves.leaves(value)] if isinstance(value, Mapping | list) else [lenient.text(value)]
        )
    return [text for text in texts if text.strip()]


@lru_cache(maxsize=256)
def compiled(path: str) -> Any:
    """Return a path ready for use; the configuration has tried each."""
    return jsonpath.compile(path)


def _blocks(found: Mapping[str, list[str]]) -> tuple[Block, ...]:
    title, text = " ".join(found.get("title", [])), "\n".join(found.get("text", []))
    link = next((url for one in found.get("link", []) if (url := lenient.web(one))), "")
    blocks: list[Block] = [Heading((Text(" ".join(title.split())),), url=link)] if title else []
    blocks += markdown.parse(text)
    if link and not title and blocks:
        blocks.append(Paragraph((Link(link),)))
    return tuple(blocks)


def _state(words: list[str]) -> State:
    if not words:
        return "none"
    return "resolved" if all(word.strip().casefold() in _OVER for word in words) else "firing"


SENDER = Sender(name="json", paths=("/json/{name}/{token}",), read=read, methods=("POST", "PUT"))
