"""The web client's parser: which words and pictures it makes of a delivered text. No I/O.

The order of its steps is the client's (2025), for what one step makes the next one reads. Like the client it escapes
the text first and then writes markup into it; `tree` and `drawn` read that markup back.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from slack_bitrix24.sandbox.portal.seen.pictures import SMILEY, is_picture

Node = str | dict[str, Any]
"""A text, or {"tag", "children"} with what else the tag has: "href", "value"."""

MARKER = "\N{REPLACEMENT CHARACTER}"
"""Stands for the client's own marker where that comes to light."""
HYPHENS = 54
"""A quote is between two lines of exactly so many."""
_FLAGS = re.IGNORECASE | re.DOTALL
_SCHEME = re.compile(r"/|(?:https?|ftp|file|tel|callto|mailto|skype|viber):")
_CUT = re.compile(r"\[(code)\](.*?)\[/code\]|\[(put|send)(?:=([^\]]*))?\](.*?)\[/\3\]", _FLAGS)
_IMG = re.compile(r"\[img size=(?:small|medium|large)\]\s*(\S+?)\s*\[/img\]", _FLAGS)
_URL = re.compile(r"\[url(?:=((?:[^\[\]]|\[[^\[\]]*\])*))?\](.*?)\[/url\]", _FLAGS)
_FONT = [(re.compile(rf"\[{name}\](.*?)\[/{name}\]", _FLAGS), name) for name in "bius"]
_SIZE = re.compile(r"\[size=(\d+)(?:pt|px)?\](.*?)\[/size\]", _FLAGS)
_COLOUR = re.compile(r"\[color=(#[0-9a-f]{6}|#[0-9a-f]{3})\](.*?)\[/color\]", _FLAGS)
_REACTION = re.compile(r"\[(?:(like)|(dislike)|rating=([1-5]))\]", re.IGNORECASE)
_USER = re.compile(r"\[user=(\d+|all)(?: [^\]]*)?\]((?:(?!<br>).)*?)\[/user\]", _FLAGS)
_PLACE = re.compile(r"\[(?:chat|context)=[^\]]+\](.*?)\[/(?:chat|context)\]", _FLAGS)
_CALL = re.compile(r"\[call(?:=([-+\d()./# ]+))?\](.*?)\[/call\]", _FLAGS)
_PCH = re.compile(r"\[pch=\d+\].*?\[/pch\]", _FLAGS)
_ICON = re.compile(r"\[icon=(\S+?)(?: [^\]]*)?\]", re.IGNORECASE)
_DISK = re.compile(r"\[disk=n?(\d+)\]", re.IGNORECASE)
_TIME = re.compile(r"\[timestamp=(\d+)(?: [^\]]*)?\]", re.IGNORECASE)
_BREAK = re.compile(r"\n|\[br\]", re.IGNORECASE)
_LINE = rf"(?<!-)-{{{HYPHENS}}}(?!-)"
_FENCE = re.compile(rf"{_LINE}<br>(.*?)<br>{_LINE}(?:<br>)?", re.DOTALL)
_PLACEHOLDER = re.compile("\0(\\d+)\0")


def drawn(text: str, *, card: bool = False, names: Mapping[int, str] | None = None) -> str:
    """Return the words that a reader sees of a delivered text; pictures are 🙂 and 🖼.

    `card`: it stands in an ATTACH, where links to pictures are drawn as such; `names`: of users, for empty mentions.
    """
    return words(tree(text, card=card, names=names))


def tree(text: str, *, card: bool = False, names: Mapping[int, str] | None = None) -> list[Node]:
    """Return what is drawn as nodes."""
    reader = _Reader()
    reader.feed(_markup(text, card=card, names=names or {}))
    reader.close()
    return reader.root


def words(nodes: list[Node]) -> str:
    """Return the text of nodes; code and quotes stand on lines of their own."""
    found = ""
    for node in nodes:
        if isinstance(node, str):
            found += node
        elif node["tag"] == "br":
            found += "\n"
        elif node["tag"] in ("pre", "blockquote"):
            found += ("\n" if found and not found.endswith("\n") else "") + words(node["children"]) + "\n"
        else:
            found += words(node["children"])
    return found.removesuffix("\n") if nodes and _is_block(nodes[-1]) else found


def _is_block(node: Node) -> bool:
    return not isinstance(node, str) and node["tag"] in ("pre", "blockquote")


def _markup(text: str, *, card: bool, names: Mapping[int, str]) -> str:
    text = html.escape(text.replace("\0", "").strip()).replace("&#x27;", "&#39;")
    text = _BREAK.sub("<br>", text).replace("    ", "\t")
    cut: list[tuple[bool, str]] = []
    text = _CUT.sub(lambda found: _set_aside(found, cut), text)
    text = SMILEY.sub('<img class="smile">', text)
    text = _slash(text)
    text = _IMG.sub(lambda found: _picture(found[1], found[0]), text)
    text = _URL.sub(lambda found: _link(found, card=card), text)
    for pattern, name in _FONT:
        text = pattern.sub(rf"<{name}>\1</{name}>", text)
    text = _SIZE.sub(lambda found: f'<span class="size" data-value="{_size(found[1])}">{found[2]}</span>', text)
    text = _COLOUR.sub(r'<span class="color" data-value="\1">\2</span>', text)
    text = _REACTION.sub(_reaction, text)
    text = _USER.sub(lambda found: _user(found, names), text)
    text = _PLACE.sub(r'<span class="mention">\1</span>', text)
    text = _CALL.sub(lambda found: f'<a href="tel:{found[1] or found[2]}">{found[2] or found[1]}</a>', text)
    text = _PCH.sub("", text)
    text = _ICON.sub(lambda found: _picture(found[1], found[0]), text)
    text = _DISK.sub(r'<span class="mention">file \1</span>', text)
    text = _TIME.sub(_time, text)
    text = _FENCE.sub(r"<blockquote>\1</blockquote>", _quoted(text))
    return _put_back(text, cut)


def _set_aside(found: re.Match[str], cut: list[tuple[bool, str]]) -> str:
    if found[1]:
        cut.append((True, f"<pre>{found[2]}</pre>"))
    else:
        label = found[5] or found[4] or ""
        cut.append((False, f'<span class="button">{label}</span>'))
    return f"\0{len(cut) - 1}\0"


def _put_back(text: str, cut: list[tuple[bool, str]]) -> str:
    for number, (code, content) in enumerate(cut):
        before, marker, after = text.partition(f"\0{number}\0")
        if marker:
            # Code is put back with JavaScript's replace(text, text), to which a dollar sign says something.
            text = before + (_as_replacement(content, before, after) if code else content) + after
    return _PLACEHOLDER.sub(MARKER, text)


def _as_replacement(content: str, before: str, after: str) -> str:
    meant = {"$": "$", "&": MARKER, "`": before, "'": after}
    return re.sub(r"\$([$&`'])", lambda found: meant[found[1]], content)


def _slash(text: str) -> str:
    # No blank is asked for, and the sign after the letters goes with them.
    if text.startswith("/me"):
        return f"<i>{text[4:]}</i>"
    if text.startswith("/loud"):
        return f'<span class="size" data-value="20">{text[6:]}</span>'
    return text


def _picture(url: str, written: str) -> str:
    return f'<img class="picture" href="{url}">' if _SCHEME.match(url) else written


def _link(found: re.Match[str], *, card: bool) -> str:
    label = found[2]
    address = label if found[1] is None else found[1]
    if not _SCHEME.match(address):
        return label
    if card and is_picture(html.unescape(label)):
        return f'<img class="picture" href="{label}">'
    return f'<a href="{address}">{label}</a>'


def _size(number: str) -> int:
    return min(max(int(number[:4]), 8), 30)


def _reaction(found: re.Match[str]) -> str:
    sign = "👍" if found[1] else "👎" if found[2] else "⭐" * int(found[3])
    return f'<span class="reaction">{sign}</span>'


def _user(found: re.Match[str], names: Mapping[int, str]) -> str:
    name = found[2] or html.escape(names.get(int(found[1]), f"user {found[1]}") if found[1].isdigit() else found[1])
    return f'<span class="mention">{name}</span>'


def _time(found: re.Match[str]) -> str:
    try:
        return f"<time>{dt.datetime.fromtimestamp(int(found[1]), dt.UTC):%H:%M}</time>"
    except (OverflowError, ValueError, OSError):
        return found[0]


def _quoted(text: str) -> str:
    lines: list[str] = []
    quote: list[str] = []
    for line in [*text.split("<br>"), ""]:
        if line.startswith("&gt;&gt;"):
            quote.append(line.removeprefix("&gt;&gt;"))
            continue
        if quote:
            lines.append(f"<blockquote>{'<br>'.join(quote)}</blockquote>{line}")
            quote = []
        else:
            lines.append(line)
    return "<br>".join(lines[:-1] if lines[-1] == "" else lines)


class _Reader(HTMLParser):
    """Reads our own markup back: everything a person wrote was escaped."""

    def __init__(self) -> None:
        super().__init__()
        self.root: list[Node] = []
        self._open: list[tuple[str, list[Node]]] = [("", self.root)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind = given.get("class", "") or tag
        node: dict[str, Any] = {"tag": kind, "children": []}
        node |= {name.removeprefix("data-"): value for name, value in given.items() if name != "class"}
        self._open[-1][1].append(node)
        if tag == "img":
            node["children"].append("🙂" if kind == "smile" else "🖼")
        elif tag != "br":
            self._open.append((tag, node["children"]))

    def handle_endtag(self, tag: str) -> None:
        # Codes may cross ("[b]1[i]2[/b]3[/i]"): what closes out of turn closes nothing but itself.
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1][1].append(data)
