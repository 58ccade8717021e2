"""A document as what one notification carries: MESSAGE, MESSAGE_OUT and ATTACH. No I/O.

https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import takewhile

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.size import COLUMN, LIMIT, astral, bytes_kept
from slack_bitrix24.document import Author, Blocks, Document, Paragraph, Text
from slack_bitrix24.plain import plain
from slack_bitrix24.render import guard
from slack_bitrix24.render.bbcode import blocks_lines, whole
from slack_bitrix24.render.cards import Part, is_text, parts, text_parts
from slack_bitrix24.render.colors import is_color, leading, token
from slack_bitrix24.render.dialect import BOT, MESSAGE, Dialect
from slack_bitrix24.render.fill import filled
from slack_bitrix24.render.fit import Frame, fitted
from slack_bitrix24.render.guard import short
from slack_bitrix24.render.links import address
from slack_bitrix24.render.sections import Section, essential, is_blank, sections
from slack_bitrix24.render.spans import linked

MESSAGE_LIMIT = 20_000
"""Characters: the server cuts a longer one, and says so at its end (Bitrix24 server source, main 26.150, 2026-03)."""
PLAIN = "#c6c6c6"
"""The bar of an attachment that names no colour: without one a portal takes any, be it the red of an alarm."""

_MORE = "…"
_FENCES = 10  # characters around code of several lines
_TAKEN = 400  # characters of a bot's message that are kept for the line that says who took it
_DESCRIPTION = 2_000
"""Characters of a card that the push and the mail of a bot's message show."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What a notification carries. A `message` is empty only where nothing is said; `attach` is JSON or empty."""

    message: str
    message_out: str
    attach: str


def compose(
    document: Document, *, link: tuple[str, str] | None = None, limit: int = LIMIT, bot: bool = False
) -> Composed:
    """Render a document for im.notify: leading text as MESSAGE, all from the first card, picture or fact on as ATTACH.

    `link` is (label, address) back to where it comes from: the last block of ATTACH, or the last line of MESSAGE.
    `limit` is for ATTACH, as `size.counted` counts; what goes beyond is cut with a visible note. `bot`: it becomes a
    bot's message, whose push and mail are made of MESSAGE and of ATTACH's DESCRIPTION.
    """
    dialect = BOT if bot else MESSAGE
    lead = tuple(takewhile(is_text, document.blocks))
    below = sections(document.blocks[len(lead) :])
    if is_blank(lead):
        lead, below = essential(below)
    back = _line(link) if link else None
    foot = blocks_lines((back,), dialect) if back else []
    room = MESSAGE_LIMIT - len(_MORE) - _FENCES - _cost(foot) - (_TAKEN if bot else 0)
    top, overflow = _divided(lead, dialect, room)
    made = [part for block in overflow for part in text_parts(block)] + _below(below)
    color = leading(section.color for section in below)
    frame = Frame(color or PLAIN, token(color), link if link and address(link[1]) else None, limit)
    if bot:
        cards = [block for section in below for block in section.blocks]
        frame = replace(frame, description=_described((*overflow, *cards), back))
    attach = fitted(made, frame) if made else None
    if made and attach is None and frame.link:  # a long link may stand in MESSAGE instead
        frame = replace(frame, link=None)
        attach = fitted(made, frame)
    more = [_MORE] if overflow or (made and attach is None) else []
    message = whole([*top, *more, *(foot if attach is None or frame.link is None else [])])
    return Composed(message, _outside(document, back), _json(attach) if attach else "")


def _line(link: tuple[str, str]) -> Paragraph:
    label, url = link
    return Paragraph(linked((Text(short(" ".join(label.split()), 200) or url),), url))


def _below(found: list[Section]) -> list[Part]:
    """Return the sections with lines between them; a line takes the colour of the card below it."""
    made: list[Part] = []
    for section in found:
        inner = _trimmed(parts(section.blocks))
        if inner and made:
            made.append(
                Part(build.delimiter(color=section.color if is_color(section.color) else build.DELIMITER_COLOR))
            )
        made += inner
    bar = leading(section.color for section in found)
    if not made and bar:
        made.append(Part(build.delimiter(color=bar)))  # the text went to MESSAGE; its colour is still news
    return made


def _trimmed(inner: list[Part]) -> list[Part]:
    while inner and inner[0].is_line:
        inner = inner[1:]
    while inner and inner[-1].is_line:
        inner = inner[:-1]
    return inner


def _divided(blocks: Blocks, dialect: Dialect, room: int) -> tuple[list[str], Blocks]:
    """Return the lines that fit into `room` as MESSAGE, and the blocks that don't; one that crosses it is divided."""
    lines: list[str] = []
    for number, block in enumerate(blocks):
        made, tail = filled(block, dialect, cost=_line_cost, room=room)
        lines += made
        room -= _cost(made)
        if tail:
            return lines, (tail, *blocks[number + 1 :])
    return lines, ()


def _described(blocks: Blocks, back: Paragraph | None) -> str:
    return guard.described(plain((*blocks, *([back] if back else []))), _DESCRIPTION) or _MORE


def _cost(lines: list[str]) -> int:
    return sum(map(_line_cost, lines))


def _line_cost(line: str) -> int:
    # 20,000 characters in 65,535 bytes: those beyond U+FFFF take 10 bytes there, and two places in older clients
    return len(line) + (21 * astral(line) + 9) // 10 + 1


def _outside(document: Document, back: Paragraph | None) -> str:
    """Return the e-mail copy: all the words, as many as the portal can keep; who sent it and the link back stay."""
    blocks = document.blocks
    last = len(blocks)
    while last and isinstance(blocks[last - 1], Author):
        last -= 1
    text, foot = plain(blocks[:last]), plain((*blocks[last:], *([back] if back else [])))
    if bytes_kept(guard.mail(foot)) > COLUMN / 4:  # no signature, but a text of its own
        text, foot = "\n".join(filter(None, (text, foot))), ""
    made = guard.mail("\n".join(filter(None, (text, foot))))
    taken, end = bytes_kept(guard.mail(foot)), len(text)
    while (size := bytes_kept(made)) > COLUMN:
        end = end * (COLUMN - taken) // (size - taken) - 20
        made = guard.mail("\n".join(filter(None, (text[:end].rstrip() + "…", foot))))
    return made


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
