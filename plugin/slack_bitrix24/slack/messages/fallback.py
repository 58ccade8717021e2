"""The words in JSON of a kind that this program does not know. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from slack_bitrix24.document import Unsupported
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.slack.messages.tokens import decode

_SAID = (
    "title",
    "text",
    "label",
    "caption",
    "subtitle",
    "subtext",
    "body",
    "description",
    "alt_text",
    "fallback",
    "name",
    "value",
)
_HELD = ("elements", "blocks", "child_blocks", "fields", "rows", "items", "tasks", "element", "accessory", "actions")
_TECHNICAL = frozenset(
    """type block_id action_id callback_id id ids url urls href src key ts token hash format color colour style styles
    size width height variant level status state align alignment position border spacing theme mode layout direction
    emoji verbatim mrkdwn expand multiline optional required is_wrapped unicode skin_tone range language lang mimetype
    filetype timestamp timezone response_url_enabled focus_on_load dispatch_action dispatch_action_config filter confirm
    placeholder options option_groups initial_option initial_options initial_value bot_id app_id team_id
    """.split()  # noqa: SIM905 - a list of words reads better as one
)
"""Fields that are for programs; and so is all whose name ends in `_id`, `_ids`, `_url` or `_ts`."""
_CODED = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+|#[0-9a-fA-F]{3,8}|[UWBCDGSTFEA][A-Z0-9]{8,}|\d+(?:\.\d+)?|(?:true|false|null)"
)
"""Addresses, colours, Slack's ids, numbers: no words."""
_TEXTS = 100
"""Texts that are taken from a block that nobody knows."""
_LENGTH = 10_000
"""Characters of them all."""


def unsupported(kind: str, value: object) -> Unsupported:
    """Return a block of an unknown kind with the texts in it; at most 100, 10,000 characters in all."""
    return Unsupported(kind or "block", texts(value))


def texts(value: object) -> tuple[str, ...]:
    """Return what a reader of the JSON would take for words, in order, without doubles."""
    found: dict[str, None] = {}
    length = 0
    for text in _texts(value, lenient.DEPTH):
        if text in found:
            continue
        found[text[: _LENGTH - length]] = None
        length += len(text)
        if length >= _LENGTH or len(found) == _TEXTS:
            break
    return tuple(found)


def unnamed(block: Mapping[str, Any], known: AbstractSet[str]) -> list[str]:
    """Return the texts in fields that the block's reader does not name: Slack and its imitators add some each month."""
    return [text for key in block if key not in known and _may_say(key) for text in texts(block[key])]


def may_say(key: object, text: str) -> bool:
    """Tell whether a text under this name may be words, for readers and not for programs."""
    return bool(text.strip()) and _may_say(key) and not _CODED.fullmatch(text.strip())


def _may_say(key: object) -> bool:
    return isinstance(key, str) and key not in _TECHNICAL and not key.endswith(("_id", "_ids", "_url", "_ts"))


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key in _SAID:
            said = value.get(key)
            if isinstance(said, Mapping | list):
                yield from _texts(said, depth - 1) if depth else ()
            elif text := decode(lenient.text(said)).strip():
                yield text
        others = [key for key in value if key not in (*_SAID, *_HELD) and _may_say(key)]
        for key in (*_HELD, *others):
            yield from _texts(value.get(key), depth - 1) if depth else ()
    elif isinstance(value, list) and depth:
        for item in value:
            yield from _texts(item, depth - 1)
    elif isinstance(value, str) and value.strip() and not _CODED.fullmatch(value.strip()):
        yield decode(lenient.clean(value)).strip()
