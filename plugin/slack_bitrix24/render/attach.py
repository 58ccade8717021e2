"""A document as what one notification carries: MESSAGE, MESSAGE_OUT and ATTACH. No I/O.

https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import takewhile

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.check import LIMIT
from slack_bitrix24.document import Block, Blocks, Document, Paragraph, Text
from slack_bitrix24.plain import plain
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.cards import Part, is_text, parts, text_parts
from slack_bitrix24.render.colors import is_color, leading, token
from slack_bitrix24.render.cut import divide
from slack_bitrix24.render.fit import Frame, fitted
from slack_bitrix24.render.guard import neutral, short
from slack_bitrix24.render.links import address
from slack_bitrix24.render.sections import Section, essential, is_blank, sections
from slack_bitrix24.render.spans import linked

MESSAGE_LIMIT = 20_000
"""UTF-16 units. Documented for chat messages, which are cut beyond it; for notifications nothing is documented."""

_MORE = "\n…"


@dataclass(frozen=True, slots=True)
class Composed:
    """What a notification carries. A `message` is empty only where nothing is said; `attach` is JSON or empty."""

    message: str
    message_out: str
    attach: str


def compose(document: Document, *, link: tuple[str, str] | None = None, limit: int = LIMIT) -> Composed:
    """Render a document for im.notify: leading text as MESSAGE, all from the first card, picture or fact on as ATTACH.

    `link` is (label, address) back to where it comes from: the last block of ATTACH, or the last line of MESSAGE.
    `limit` is for ATTACH, in characters as `check.longest` counts; what goes beyond is cut with a visible note.
    """
    lead = tuple(takewhile(is_text, document.blocks))
    below = sections(document.blocks[len(lead) :])
    if is_blank(lead):
        lead, below = essential(below)
    back = _line(link) if link else None
    room = MESSAGE_LIMIT - len(_MORE) - (_units(render((back,))) + 1 if back else 0)
    top, overflow = _divided(lead, room)
    made = [part for block in overflow for part in text_parts(block)] + _below(below)
    color = leading(section.color for section in below)
    frame = Frame(color, token(color), link if link and address(link[1]) else None, limit)
    attach = fitted(made, frame) if made else None
    if made and attach is None and frame.link:  # a long link may stand in MESSAGE instead
        frame = replace(frame, link=None)
        attach = fitted(made, frame)
    more = _MORE if overflow or (made and attach is None) else ""
    below_top = "\n" + render((back,)) if back and (attach is None or frame.link is None) else ""
    message = (render(top) + more + below_top).strip("\n")
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


def _divided(blocks: Blocks, room: int) -> tuple[Blocks, Blocks]:
    """Return the blocks that fit into `room` as MESSAGE, and those that don't; one that crosses the end is divided."""
    if _units(render(blocks)) <= room:
        return blocks, ()
    kept: list[Block] = []
    left: list[Block] = []
    for block in blocks:
        head, tail = (None, block) if left else divide(block, lambda part: _units(render((*kept, part))), room)
        kept.extend(filter(None, [head]))
        left.extend(filter(None, [tail]))
    return tuple(kept), tuple(left)


def _outside(document: Document, back: Paragraph | None) -> str:
    blocks = (*document.blocks, back) if back else document.blocks
    # whether codes act in an e-mail copy is not documented
    text = plain(Document(blocks))[: 2 * MESSAGE_LIMIT + 2]  # of two characters (\r\n) one remains at least
    return short(neutral(text), MESSAGE_LIMIT)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
