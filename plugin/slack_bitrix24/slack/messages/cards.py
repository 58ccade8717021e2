"""The younger blocks that frame others: alert, card, task_card, video, call. No I/O.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bitrix24.document import Blocks, Card, Date, Heading, Image, Link, Paragraph, Text
from slack_bitrix24.slack.messages import lenient, rich_text, texts

_LEVELS = {"info": "#439fe0", "warning": "#daa038", "error": "#a30200", "success": "#2eb886"}
_STATES = {"pending": "⏳", "in_progress": "🔄", "complete": "✅", "error": "❌"}


def alert(block: Mapping[str, Any]) -> Blocks:
    """Return an alert block in the colour of its level."""
    inside = texts.blocks(block.get("text"))
    return (Card(inside, _LEVELS.get(lenient.text(block.get("level")), "")),) if inside else ()


def card(block: Mapping[str, Any]) -> Blocks:
    """Return a card block: title, subtitle, picture, body, links."""
    inside = (
        *heading(block.get("title")),
        *texts.blocks(block.get("subtitle")),
        *image(block.get("hero_image")),
        *texts.blocks(block.get("body")),
        *texts.blocks(block.get("subtext")),
        *texts.links(block.get("actions")),
    )
    return (Card(inside),) if inside else ()


def task(block: Mapping[str, Any]) -> Blocks:
    """Return a task_card block: its state, title, details, output and sources."""
    mark = _STATES.get(lenient.text(block.get("status")), "")
    title = lenient.text(block.get("title"))
    spans = (Text(f"{mark} {title}".strip(), bold=True),) if title else ()
    return (
        *((Paragraph(spans),) if spans else ()),
        *rich_text.parse(block.get("details") or {}),
        *rich_text.parse(block.get("output") or {}),
        *texts.links(block.get("sources")),
    )


def video(block: Mapping[str, Any]) -> Blocks:
    """Return a video block: where to see it, who made it, a picture."""
    url = lenient.url(block.get("title_url")) or lenient.url(block.get("video_url"))
    title = lenient.text(block.get("title")) or lenient.text(block.get("alt_text"))
    makers = " · ".join(filter(None, (lenient.text(block.get(key)) for key in ("author_name", "provider_name"))))
    thumbnail = lenient.web(block.get("thumbnail_url"))
    return (
        *heading(title or url, url if title else ""),
        *((Paragraph((Text(makers),)),) if makers else ()),
        *texts.blocks(block.get("description")),
        *((Image(thumbnail, title),) if thumbnail else ()),
    )


def call(block: Mapping[str, Any]) -> Blocks:
    """Return a call block: its name, when it began, where to join."""
    told = lenient.mapping(lenient.mapping(block.get("call")).get("v1"))
    name = lenient.text(told.get("name")) or "Call"
    url = lenient.url(told.get("join_url"))
    started = lenient.moment(told.get("date_start"))
    spans = (
        Link(url, (Text(name),)) if url else Text(name),
        *((Text(" "), Date(started, "{date_short_pretty} {time}")) if started else ()),
    )
    return (Paragraph(spans),)


def heading(value: object, url: str = "") -> Blocks:
    """Return a title as a heading, or nothing where there is none."""
    spans = texts.title(value)
    return (Heading(spans, url),) if spans else ()


def image(value: object) -> Blocks:
    """Return an image block or element; where it has no address for the outside, its words."""
    fields = lenient.mapping(value)
    held = lenient.mapping(fields.get("slack_file"))
    url = lenient.web(fields.get("image_url")) or lenient.web(held.get("url"))
    name = lenient.text(fields.get("title")).strip() or lenient.text(fields.get("alt_text")).strip()
    if url:
        width, height = (lenient.whole(fields.get(key)) for key in ("image_width", "image_height"))
        return (Image(url, name, width, height),)
    return (Paragraph((Text(name),)),) if name else ()
