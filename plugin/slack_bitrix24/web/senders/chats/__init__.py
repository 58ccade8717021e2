"""Messages of other chats - Discord, Teams, Google Chat, Telegram - that somebody points at this address. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Author, Blocks, Field, Fields, Text
from slack_bitrix24.slack.messages import fallback, lenient
from slack_bitrix24.slack.messages.saying import words
from slack_bitrix24.web.senders import html, leaves
from slack_bitrix24.web.senders.chats import adaptive, discord, google, teams, telegram

REACH = 300_000
"""Characters: twice what MESSAGE, the e-mail copy and ATTACH hold together."""
_FOR_PROGRAMS = frozenset(
    """allowed_mentions cardId channel chat_id contentType flags fontType horizontalAlignment icon icon_emoji
    imageStyle imageType knownIcon method os parse parse_mode separator startIcon targetWidth tts weight wrap
    """.split()  # noqa: SIM905 - a list of words reads better as one
)
_READERS = (discord.read, adaptive.read, teams.read, google.read, telegram.read)


def blocks(body: object) -> Blocks:
    """Return what such a message says, with all that no reader names below it; nothing where it is none of these."""
    fields: Mapping[str, Any] = _in_reach(body, [REACH]) if isinstance(body, Mapping) else {}
    for read in _READERS:
        shown = read(fields)
        if shown:
            name = lenient.text(fields.get("username")).strip()
            signed: Blocks = (Author(name),) if name else ()
            return (*shown, *_beyond(fields, (*shown, *signed)), *signed)
    return ()


def _in_reach(value: Any, left: list[int]) -> Any:
    """Return the body without what comes after the first so many characters: nobody would ever see it."""
    if isinstance(value, str):
        kept = value if len(value) <= left[0] else f"{value[: left[0]]}…"
        left[0] = max(0, left[0] - len(value))
        return kept
    if isinstance(value, list):
        return [_in_reach(one, left) for one in value if left[0]]
    if isinstance(value, Mapping):
        return {key: _in_reach(one, left) for key, one in value.items() if left[0]}
    return value


def _beyond(body: Mapping[str, Any], shown: Blocks) -> Blocks:
    """Return the words that stand nowhere yet, under the names that they have in the body."""
    left = tuple(_left(body, words(shown)))
    return (Fields(left),) if left else ()


def _left(body: Mapping[str, Any], known: set[str]) -> Iterator[Field]:
    for path, text in leaves.leaves(body):
        key = path.rpartition(".")[2]
        if key in _FOR_PROGRAMS or key[:1] in ("$", "@") or key.lower().endswith(("url", "color")):
            continue
        if fallback.may_say(key, text) and words(html.parse(text)) - known:
            yield Field((Text(path),), leaves.spans(text), short=len(text) < leaves.SHORT)
