"""Discord's webhook: a text, and embeds that are cards. No I/O.

https://discord.com/developers/docs/resources/message#embed-object
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Author, Block, Blocks, Card, Date, Field, Fields, Heading, Paragraph, Span, Text
from slack_bitrix24.slack.messages import lenient, markdown, tables
from slack_bitrix24.web.senders import alerts


def read(body: Mapping[str, Any]) -> Blocks:
    """Return a message; nothing where the body is none."""
    embeds = lenient.several(body.get("embeds"))
    content = lenient.text(body.get("content"))
    if not embeds and (not content or "text" in body or "blocks" in body):
        return ()
    return (
        *markdown.parse(content),
        *(card for one in embeds for card in _embed(lenient.mapping(one))),
        *_buttons(body.get("components")),
    )


def _embed(embed: Mapping[str, Any]) -> Iterator[Block]:
    author, footer = lenient.mapping(embed.get("author")), lenient.mapping(embed.get("footer"))
    name, title = lenient.text(author.get("name")).strip(), lenient.text(embed.get("title")).strip()
    url = lenient.web(embed.get("url"))
    inside: list[Block] = []
    if name:
        inside.append(Author(name, lenient.web(author.get("icon_url")), lenient.web(author.get("url"))))
    if title:
        inside.append(Heading(tables.flat(markdown.parse(title)), url=url))
    inside += markdown.parse(lenient.text(embed.get("description")))
    inside += _fields(embed.get("fields"))
    for picture in ("image", "thumbnail", "video"):
        inside += alerts.image(lenient.mapping(embed.get(picture)).get("url"))
    inside += _footer(lenient.text(footer.get("text")).strip(), alerts.moment(embed.get("timestamp")))
    if inside:
        yield Card(tuple(inside), _color(embed.get("color")))


def _fields(value: object) -> Blocks:
    made = []
    for one in map(lenient.mapping, lenient.several(value)):
        title, said = (tables.flat(markdown.parse(lenient.text(one.get(part)))) for part in ("name", "value"))
        if title or said:
            made.append(Field(title, said, short=lenient.flag(one.get("inline"))))
    return (Fields(tuple(made)),) if made else ()


def _footer(text: str, at: int | None) -> Blocks:
    spans: list[Span] = [Text(text)] if text else []
    if at is not None:
        spans += [*((Text(" | "),) if spans else ()), Date(at, "{date_short_pretty} {time}")]
    return (Paragraph(tuple(spans)),) if spans else ()


def _color(value: object) -> str:
    number = lenient.whole(value)
    return f"#{number:06x}" if 0 < number <= 0xFFFFFF else ""


def _buttons(rows: object) -> Blocks:
    """Return the buttons that lead somewhere; the texts of newer layouts stand below, with all that nobody names."""
    found = [
        (lenient.text(one.get("label")) or "Open", one.get("url"))
        for row in map(lenient.mapping, lenient.several(rows))
        for one in map(lenient.mapping, lenient.several(row.get("components")))
        if lenient.web(one.get("url"))
    ]
    return alerts.links(found)
