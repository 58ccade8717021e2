"""Slack's text objects to spans and blocks. No I/O.

https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slack_bitrix24.document import Blocks, Field, Link, Paragraph, Span, Spans, Text
from slack_bitrix24.slack.messages import inline, lenient, mrkdwn
from slack_bitrix24.slack.messages.emphasis import NONE

_SEPARATOR = Text(" · ")


def blocks(value: object) -> Blocks:
    """Return a text object as blocks: mrkdwn unless it says plain_text."""
    if _is_plain(value):
        spans = inline.words(lenient.text(value), emojis=_has_emoji(value))
        return (Paragraph(spans),) if "".join(lenient.text(value)).strip() else ()
    return mrkdwn.parse(lenient.text(value))


def spans(value: object) -> Spans:
    """Return a text object as one run of spans."""
    if _is_plain(value):
        return inline.words(lenient.text(value), emojis=_has_emoji(value))
    return mrkdwn.inline(lenient.text(value))


def title(value: object) -> Spans:
    """Return a title: tokens, links and emoji, but no emphasis, because Slack reads none there."""
    if isinstance(value, Mapping):
        return spans(value)
    return mrkdwn.inline(lenient.text(value).strip(), NONE)


def field(value: object) -> Field:
    """Return a field of a section; a first line that is all bold is its title."""
    found = spans(value)
    head = found[0] if found else None
    if not isinstance(head, Text) or not head.bold:
        return Field((), found, short=True)
    rest = found[1:]
    follows = isinstance(rest[0], Text) and rest[0].text[:1] == "\n" if rest else False
    if not follows:
        return Field((), found, short=True)
    value_spans = mrkdwn.stripped(rest)
    return Field((Text(head.text.removesuffix(":")),), value_spans, short=True)


def links(elements: object) -> Blocks:
    """Return the elements that lead somewhere (buttons and options with a `url`) as links in one line."""
    found = list(_links(lenient.several(elements)))
    return (Paragraph(tuple(found[1:])),) if found else ()


def _links(elements: Iterable[Any]) -> Iterable[Span]:
    for element in elements:
        fields = lenient.mapping(element)
        options = lenient.several(fields.get("options")) if fields.get("type") == "overflow" else []
        for target in (fields, *map(lenient.mapping, options)):
            url = lenient.url(target.get("url"))
            if url:
                yield from (_SEPARATOR, Link(url, inline.words(lenient.text(target.get("text")).strip())))


def _is_plain(value: object) -> bool:
    return lenient.mapping(value).get("type") == "plain_text"


def _has_emoji(value: object) -> bool:
    return lenient.mapping(value).get("emoji") is not False
