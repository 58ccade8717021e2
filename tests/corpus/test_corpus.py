"""Payloads of real senders: nothing raises, nothing is empty, no word is lost.

The folder is named by the environment variable CORPUS. A reader's words are gathered here by code of its own, which
knows Slack's fields and nothing of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from real_payloads import CORPUS, needed, payloads
from slack_bitrix24.plain import plain
from slack_bitrix24.slack.messages import blocks, mrkdwn
from slack_bitrix24.slack.messages.event import Changed, Posted, read_event
from slack_bitrix24.slack.messages.payload import read
from slack_bitrix24.slack.messages.rich_text import parse as rich_text

pytestmark = needed

RECALL = 0.995
SAID = ("text", "title", "label", "caption", "subtitle", "body", "description", "author_name", "provider_name")
HELD = ("fields", "elements", "child_blocks", "tasks", "rows", "cells", "details", "output", "blocks")
PRESSED = ("button", "workflow_button", "icon_button")
UNSEEN = re.compile(r".*select|image|.*picker|overflow|feedback_buttons|checkboxes|radio_buttons")
TOKENS = [
    (r"<!date\^[^|>]*\|([^>]*)>", r"\1"),
    (r"<(?:https?://|mailto:)[^|>]*\|([^>]*)>", r"\1"),
    (r"<(?:[@#]|!subteam)[^|>]*\|([^>]*)>", r"\1"),
    (r"<!subteam\^(\w+)>", r"\1"),
    (r"<!(here|channel|everyone)(?:\|[^>]*)?>", r"\1"),
    (r"(?<!\w):[a-z0-9_+-]+:(?!\w)", ""),
]


def words(text: object) -> list[str]:
    said = str(text).lower() if isinstance(text, bool) else "" if text is None else str(text)
    for pattern, shown in TOKENS:
        said = re.sub(pattern, shown, said)
    said = said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return found(said)


def found(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub("[\u034f\ufe0f]", "", text).casefold())


def block_words(block: Any) -> Iterator[str]:
    if isinstance(block, list):
        for one in block:
            yield from block_words(one)
    if not isinstance(block, dict) or UNSEEN.fullmatch(str(block.get("type"))):
        return
    if block.get("type") in PRESSED and not block.get("url"):
        return
    for key in SAID:
        said = block.get(key)
        yield from words(said) if isinstance(said, str) else block_words(said)
    for key in (*HELD, "accessory"):
        yield from block_words(block.get(key))


def body_words(body: Any) -> Iterator[str]:
    if isinstance(body, list):
        yield from block_words(body)
        return
    text = body.get("text")
    yield from words(text.get("text") if isinstance(text, dict) else text)
    yield from block_words(body.get("blocks") or [])
    told = body.get("attachments") or []
    for attachment in json.loads(told) if isinstance(told, str) else told:
        for key in ("pretext", "title", "text", "footer", "author_name"):
            yield from words(attachment.get(key))
        for field in attachment.get("fields") or []:
            yield from (*words(field.get("title")), *words(field.get("value")))
        for action in attachment.get("actions") or []:
            yield from words(action.get("text")) if action.get("url") else ()
        yield from block_words(attachment.get("blocks") or [])


def test_no_word_of_a_webhooks_message_is_lost() -> None:
    recalls: dict[str, float] = {}
    for name, body in payloads("webhook"):
        said = list(body_words(body))
        if not said or (
            isinstance(body, dict) and body.get("client_msg_id")
        ):  # a redacted event: its text is not its blocks'
            continue
        shown = set(found(read(body).visible))
        assert shown, f"{name} is empty"
        recalls[f"{name} {len(recalls)}"] = sum(word in shown for word in said) / len(said)
    mean = sum(recalls.values()) / len(recalls)
    worst = sorted(recalls, key=recalls.__getitem__)[:5]
    assert mean >= RECALL, {name: recalls[name] for name in worst}
    assert len(recalls) > 180


def test_no_payload_of_any_kind_raises() -> None:
    for name, body in payloads():
        for post in (read(body), read({"blocks": body}), read({"attachments": body}), read({"text": body})):
            assert isinstance(post.visible, str), name
        read_event(body)


def test_every_message_event_says_something() -> None:
    read = [(name, read_event(body)) for name, body in payloads("event")]
    said = [(name, event.post.visible) for name, event in read if isinstance(event, Posted | Changed)]
    assert len(said) > 40
    assert [name for name, visible in said if not visible] == []


def test_every_block_says_something() -> None:
    every = [*payloads("block")]
    assert len(every) > 50
    for name, body in every:
        shown = "".join(found(plain(blocks.parse(body if isinstance(body, list) else [body]))))
        assert [word for word in block_words(body) if word not in shown] == [], name


def test_the_readers_words_of_every_mrkdwn_case_survive() -> None:
    for case in json.loads(Path(CORPUS, "mrkdwn-cases.json").read_text())["cases"]:
        shown = "".join(found(plain(mrkdwn.parse(case["input"]))))
        said = words(re.sub(r"<!date[^>]*>|https?://[^|>\s]*", " ", case["input"]))
        assert "".join(said) in shown or [word for word in said if word not in shown] == [], case["id"]


def test_lists_are_numbered_as_slack_shows_them() -> None:
    for case in json.loads(Path(CORPUS, "rich_text-list-cases.json").read_text())["cases"]:
        if "markers" not in case:
            continue
        shown = re.findall(r"^ *(\d+)\. ", plain(rich_text({"elements": case["elements"]})), re.MULTILINE)
        expected = [
            str(ord(marker[0]) - ord("a") + 1) if marker[0].isalpha() else marker[:-1] for marker in case["markers"]
        ]
        assert shown == expected, case["name"]
