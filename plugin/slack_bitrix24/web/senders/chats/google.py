"""Google Chat's cards, both generations. No I/O.

https://developers.google.com/workspace/chat/api/reference/rest/v1/cards
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Block, Blocks, Card, Divider, Field, Fields, Heading
from slack_bitrix24.slack.messages import lenient, mrkdwn, tables
from slack_bitrix24.web.senders import alerts, html


def read(body: Mapping[str, Any]) -> Blocks:
    """Return text and cards; nothing where there are no cards: its text alone is written as Slack's."""
    held = [lenient.mapping(one) for one in lenient.several(body.get("cardsV2"))]
    cards = [*(lenient.mapping(one.get("card")) or one for one in held), *lenient.several(body.get("cards"))]
    shown = tuple(card for one in cards for card in _card(lenient.mapping(one)))
    return (*mrkdwn.parse(lenient.text(body.get("text"))), *shown) if shown else ()


def _card(card: Mapping[str, Any]) -> Iterator[Card]:
    header = lenient.mapping(card.get("header"))
    inside: list[Block] = [*_heading(header.get("title")), *said(header.get("subtitle"))]
    for section in map(lenient.mapping, lenient.several(card.get("sections"))):
        inside += _heading(section.get("header"))
        inside += _widgets(section.get("widgets"), lenient.DEPTH)
    inside += _buttons(lenient.mapping(card.get("fixedFooter")).values())
    if inside:
        yield Card(tuple(inside))


def _heading(value: object) -> Blocks:
    spans = tables.flat(said(value))
    return (Heading(spans),) if spans else ()


def said(value: object) -> Blocks:
    """Return a text of a card: a few tags of HTML, and line ends that count."""
    return html.parse(lenient.text(value).strip().replace("\n", "<br>"))


def _widgets(value: object, depth: int) -> Iterator[Block]:
    for widget in map(lenient.mapping, lenient.several(value)):
        yield from said(lenient.mapping(widget.get("textParagraph")).get("text"))
        yield from _decorated(lenient.mapping(widget.get("decoratedText") or widget.get("keyValue")))
        picture = lenient.mapping(widget.get("image"))
        yield from alerts.image(picture.get("imageUrl"), lenient.text(picture.get("altText")))
        if "divider" in widget:
            yield Divider()
        yield from _buttons(lenient.several(widget.get("buttons")))
        yield from _buttons(lenient.several(lenient.mapping(widget.get("buttonList")).get("buttons")))
        columns = lenient.several(lenient.mapping(widget.get("columns")).get("columnItems"))
        for column in map(lenient.mapping, columns if depth else ()):
            yield from _widgets(column.get("widgets"), depth - 1)


def _decorated(widget: Mapping[str, Any]) -> Iterator[Block]:
    title = tables.flat(said(widget.get("topLabel")))
    value = tables.flat((*said(widget.get("text") or widget.get("content")), *said(widget.get("bottomLabel"))))
    if title or value:
        yield Fields((Field(title, value),))
    yield from _buttons([widget.get("button"), {**widget, "text": "Open"}])


def _buttons(buttons: Any) -> Blocks:
    found = []
    for one in map(lenient.mapping, buttons):
        button = lenient.mapping(one.get("textButton") or one.get("imageButton")) or one
        url = lenient.mapping(lenient.mapping(button.get("onClick")).get("openLink")).get("url")
        if lenient.web(url):
            found.append((lenient.text(button.get("text") or button.get("name")) or "Open", url))
    return alerts.links(found)
