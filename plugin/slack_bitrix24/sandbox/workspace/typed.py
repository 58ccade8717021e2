"""What Slack makes of a message that a person typed: rich text, and the mrkdwn beside it. No I/O.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import emoji

from slack_bitrix24.sandbox.workspace.escape import BROADCASTS, escape, split_name
from slack_bitrix24.sandbox.workspace.people import JSON, Names

STYLES = {"bold": "*", "italic": "_", "strike": "~"}
INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"*_~`])"
    r"|(?<![\w@.])@(?P<at>[\w.-]+)"
    r"|(?<![\w#&])#(?P<hash>[\w-]+)"
    r"|:(?P<emoji>[a-z0-9_+'-]+):"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<!\w)_(?P<italic>[^\s_](?:[^\n]*?[^\s_])?)_(?!\w)"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
)
LINE = re.compile(
    r"(?P<quote>&gt;|>) ?(?P<quoted>.*)"
    r"|(?P<indent> *)(?:(?P<bullet>[-*•])|(?P<number>\d+)[.)]) +(?P<item>.+)"
    r"|(?P<plain>.*)"
)
FENCE = re.compile(r"```\n?(.*?)\n?```\n?", re.DOTALL)


def rich_text(text: str, names: Names) -> JSON:
    """Return the rich_text block of a typed text."""
    elements: list[JSON] = []
    for number, part in enumerate(FENCE.split(text)):
        if number % 2:
            elements.append(
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": part}], "border": 0}
            )
        elif part.strip("\n"):
            elements.extend(_lines(part.strip("\n").split("\n"), names))
    return {"type": "rich_text", "block_id": "typed", "elements": elements}


def _lines(lines: list[str], names: Names) -> Iterator[JSON]:
    matches = [match for line in lines if (match := LINE.fullmatch(line))]
    for (kind, indent), group in itertools.groupby(matches, key=_kind):
        run = list(group)
        if kind == "quote":
            yield {"type": "rich_text_quote", "elements": inline("\n".join(m["quoted"] for m in run), names)}
        elif kind == "plain":
            yield {"type": "rich_text_section", "elements": inline("\n".join(m["plain"] for m in run), names)}
        else:
            yield {
                "type": "rich_text_list",
                "style": kind,
                "indent": indent,
                "border": 0,
                "elements": [{"type": "rich_text_section", "elements": inline(m["item"], names)} for m in run],
            }


def _kind(match: re.Match[str]) -> tuple[str, int]:
    if match["quote"]:
        return "quote", 0
    if match["item"]:
        return ("bullet" if match["bullet"] else "ordered"), min(len(match["indent"]) // 4, 8)
    return "plain", 0


def inline(text: str, names: Names, style: JSON | None = None) -> list[JSON]:
    """Return the inline elements of a piece of typed text."""
    elements: list[JSON] = []
    end = 0
    for match in INLINE.finditer(text):
        elements += _text(text[end : match.start()], style) + _element(match, names, style)
        end = match.end()
    return elements + _text(text[end:], style)


def _text(text: str, style: JSON | None) -> list[JSON]:
    if not text:
        return []
    return [{"type": "text", "text": text} | ({"style": style} if style else {})]


def _element(match: re.Match[str], names: Names, style: JSON | None) -> list[JSON]:
    kind, value = str(match.lastgroup), match[str(match.lastgroup)]
    if kind in STYLES:
        return inline(value, names, {**(style or {}), kind: True})
    if kind == "code":
        return _text(value, {**(style or {}), "code": True})
    styled: JSON = {"style": style} if style else {}
    if kind == "url":
        return [{"type": "link", "url": value} | styled]
    if kind == "emoji":
        return [_emoji(value)]
    found, rest = _mention(value, names) if kind == "at" else _channel(value, names)
    return [found | styled, *_text(rest, style)] if found else _text(match[0], style)


def _emoji(name: str) -> JSON:
    characters = emoji.emojize(f":{name}:", language="alias")
    known = not characters.startswith(":")
    return {"type": "emoji", "name": name} | (
        {"unicode": "-".join(f"{ord(char):x}" for char in characters)} if known else {}
    )


def _mention(word: str, names: Names) -> tuple[JSON, str]:
    name, rest = split_name(word, {*names.users, *names.groups, *BROADCASTS})
    if name in names.users:
        return {"type": "user", "user_id": names.users[name]}, rest
    if name in names.groups:
        return {"type": "usergroup", "usergroup_id": names.groups[name]}, rest
    return ({"type": "broadcast", "range": name}, rest) if name else ({}, "")


def _channel(word: str, names: Names) -> tuple[JSON, str]:
    return ({"type": "channel", "channel_id": names.channels[word][0]}, "") if word in names.channels else ({}, "")


def mrkdwn(block: JSON) -> str:
    """Return the `text` that goes with a rich_text block: Slack's mrkdwn, escaped."""
    return "\n".join(_block_text(element) for element in block["elements"])


def _block_text(element: JSON) -> str:
    parts = element["elements"]
    match element["type"]:
        case "rich_text_list":
            pad = "    " * element["indent"]
            marks = (f"{n}. " if element["style"] == "ordered" else "• " for n in itertools.count(1))
            return "\n".join(pad + mark + _block_text(part) for mark, part in zip(marks, parts, strict=False))
        case "rich_text_preformatted":
            return f"```\n{escape(parts[0]['text'])}\n```"
        case "rich_text_quote":
            return "\n".join("&gt; " + line for line in "".join(map(_inline_text, parts)).split("\n"))
        case _:
            return "".join(map(_inline_text, parts))


def _inline_text(element: JSON) -> str:
    match element["type"]:
        case "user":
            text = f"<@{element['user_id']}>"
        case "usergroup":
            text = f"<!subteam^{element['usergroup_id']}>"
        case "channel":
            text = f"<#{element['channel_id']}>"
        case "broadcast":
            text = f"<!{element['range']}>"
        case "link":
            text = f"<{escape(element['url'])}>"
        case "emoji":
            return f":{element['name']}:"
        case _:
            text = escape(element["text"])
    marks = "".join(mark for style, mark in {**STYLES, "code": "`"}.items() if element.get("style", {}).get(style))
    return f"{marks}{text}{marks[::-1]}"
