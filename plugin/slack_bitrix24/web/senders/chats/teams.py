"""Microsoft Teams' older cards (`MessageCard`): what connectors and half of all monitoring programs write. No I/O.

https://learn.microsoft.com/outlook/actionable-messages/message-card-reference
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Block, Blocks, Card, Field, Fields, Heading
from slack_bitrix24.slack.messages import lenient, markdown, mrkdwn, tables
from slack_bitrix24.slack.messages.colors import color
from slack_bitrix24.slack.messages.saying import says_nothing_new
from slack_bitrix24.web.senders import alerts, html

_TAG = re.compile(r"</?(?:a|b|br|code|div|em|h[1-6]|i|li|ol|p|pre|strong|table|ul)\b[^<>]*>", re.IGNORECASE)
_MARKS = frozenset({"themeColor", "sections", "potentialAction"})


def read(body: Mapping[str, Any]) -> Blocks:
    """Return a card; nothing where the body is none. Teams takes one of a title and a text alone."""
    if lenient.text(body.get("@type")) != "MessageCard" and not _MARKS & body.keys():
        return _titled(body)
    shown: list[Block] = [*heading(body.get("title")), *said(body.get("text"))]
    for section in map(lenient.mapping, lenient.several(body.get("sections"))):
        shown += _section(section)
    shown += _actions(body.get("potentialAction"))
    summary = said(body.get("summary"))  # what a client shows that can't show the card
    if not says_nothing_new(summary, tuple(shown)):
        shown = [*summary, *shown]
    tone = color(lenient.text(body.get("themeColor")))
    return (Card(tuple(shown), tone),) if shown and tone else tuple(shown)


def _titled(body: Mapping[str, Any]) -> Blocks:
    """Return a title above a text: how the text is written nobody knows, so it is read as Slack's."""
    text = body.get("text")
    if not isinstance(text, str) or not lenient.text(body.get("title")) or {"blocks", "attachments"} & body.keys():
        return ()
    return (*heading(body.get("title")), *mrkdwn.parse(text))


def heading(value: object) -> Blocks:
    """Return a line above others."""
    spans = tables.flat(said(value))
    return (Heading(spans),) if spans else ()


def said(value: object) -> Blocks:
    """Return a text, which is Markdown, or HTML where it holds tags."""
    text = lenient.text(value)
    return html.parse(text) if _TAG.search(text) else markdown.parse(text)


def _section(section: Mapping[str, Any]) -> Iterator[Block]:
    yield from heading(section.get("title"))
    for name in ("activityTitle", "activitySubtitle", "activityText", "text"):
        yield from said(section.get(name))
    facts = [lenient.mapping(one) for one in lenient.several(section.get("facts"))]
    made = [(tables.flat(said(one.get("name"))), tables.flat(said(one.get("value")))) for one in facts]
    fields = tuple(Field(title, value, short=True) for title, value in made if title or value)
    if fields:
        yield Fields(fields)
    for one in (section.get("heroImage"), *lenient.several(section.get("images"))):
        picture = lenient.mapping(one)
        yield from alerts.image(picture.get("image"), lenient.text(picture.get("title")))
    yield from _actions(section.get("potentialAction"))


def _actions(value: object) -> Blocks:
    """Return the actions that open a page; those that post something have nobody to post it to."""
    found = []
    for one in map(lenient.mapping, lenient.several(value)):
        targets = one.get("targets") or one.get("target")
        many = targets if isinstance(targets, list) else [targets]
        url = next((web for each in many if (web := lenient.web(lenient.mapping(each).get("uri") or each))), "")
        if url:
            found.append((lenient.text(one.get("name")) or "Open", url))
    return alerts.links(found)
