"""Adaptive Cards, as Teams' workflows and Webex take them. No I/O.

https://adaptivecards.io/explorer/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Block, Blocks, Card, Field, Fields, Heading, Paragraph, Spans, Table, Text
from slack_bitrix24.slack.messages import lenient, markdown, tables
from slack_bitrix24.web.senders import alerts

_HOLDS = ("items", "columns", "images", "body", "card", "cells")
_TONES: Mapping[str, alerts.Level] = {"attention": "critical", "warning": "warning", "good": "resolved"}
_LARGE = frozenset({"large", "extralarge"})


def read(body: Mapping[str, Any]) -> Blocks:
    """Return the cards of a message, or one that stands alone; nothing where there is none."""
    cards = [one for one in (body, *map(_attached, lenient.several(body.get("attachments")))) if _is_card(one)]
    shown = tuple(card for one in cards for card in _card(one))
    return (*markdown.parse(lenient.text(body.get("text") or body.get("markdown"))), *shown) if shown else ()


def _attached(attachment: object) -> Mapping[str, Any]:
    return lenient.mapping(lenient.mapping(attachment).get("content"))


def _is_card(value: Mapping[str, Any]) -> bool:
    return lenient.text(value.get("type")).lower() == "adaptivecard"


def _card(card: Mapping[str, Any]) -> Iterator[Card]:
    inside = tuple(_elements(card.get("body"), lenient.DEPTH))
    inside += _actions(card.get("actions"), lenient.DEPTH)
    if not inside:
        inside = markdown.parse(lenient.text(card.get("fallbackText")) or lenient.text(card.get("speak")))
    if inside:
        tones = (_TONES[one] for one in _colors(card.get("body"), lenient.DEPTH) if one in _TONES)
        yield Card(inside, next((alerts.COLORS[tone] for tone in tones), ""))


def _elements(value: object, depth: int) -> Iterator[Block]:
    for element in map(lenient.mapping, lenient.several(value)):
        kind = lenient.text(element.get("type"))
        if kind in _READERS:
            yield from _READERS[kind](element)
        yield from _actions(element.get("actions"), depth)
        yield from _actions(element.get("selectAction"), depth)
        for name in _HOLDS if depth and kind != "Table" else ():
            yield from _elements(element.get(name), depth - 1)


def _text(element: Mapping[str, Any]) -> Blocks:
    shown = markdown.parse(lenient.text(element.get("text")))
    bold = lenient.text(element.get("weight")).lower() == "bolder"
    large = lenient.text(element.get("size")).lower() in _LARGE or element.get("style") == "heading"
    flat = tables.flat(shown)
    return (Heading(flat),) if (bold or large) and flat else shown


def _runs(element: Mapping[str, Any]) -> Blocks:
    spans: list[Text] = []
    for one in lenient.several(element.get("inlines")):
        run = lenient.mapping(one)
        bold = lenient.text(run.get("weight")).lower() == "bolder"
        spans.append(Text(lenient.text(one), bold=bold, italic=lenient.flag(run.get("italic"))))
    said = tuple(span for span in spans if span.text)
    return (Paragraph(said),) if said else ()


def _facts(element: Mapping[str, Any]) -> Blocks:
    found = [lenient.mapping(one) for one in lenient.several(element.get("facts"))]
    made = [(_flat(one.get("title")), _flat(one.get("value"))) for one in found]
    fields = tuple(Field(title, value, short=True) for title, value in made if title or value)
    return (Fields(fields),) if fields else ()


def _table(element: Mapping[str, Any]) -> Blocks:
    rows = tuple(
        tuple(tables.flat(tuple(_elements(cell, lenient.DEPTH))) for cell in lenient.several(row.get("cells")))
        for row in map(lenient.mapping, lenient.several(element.get("rows")))
    )
    return (Table(rows, header=element.get("firstRowAsHeader") is not False),) if any(rows) else ()


def _image(element: Mapping[str, Any]) -> Blocks:
    return alerts.image(element.get("url"), lenient.text(element.get("altText")))


def _code(element: Mapping[str, Any]) -> Blocks:
    return markdown.parse(f"```\n{lenient.text(element.get('codeSnippet'))}\n```")


def _actions(value: object, depth: int) -> Blocks:
    """Return the actions that open a page in one line, and the cards that others would unfold."""
    found = [lenient.mapping(one) for one in lenient.several(value)]
    links = [(lenient.text(one.get("title")) or "Open", one.get("url")) for one in found if lenient.web(one.get("url"))]
    unfolded = (lenient.mapping(one.get("card")) for one in found if depth)
    return (*alerts.links(links), *(block for one in unfolded for block in _elements(one.get("body"), depth - 1)))


def _flat(value: object) -> Spans:
    return tables.flat(markdown.parse(lenient.text(value)))


def _colors(value: object, depth: int) -> Iterator[str]:
    for element in map(lenient.mapping, lenient.several(value)):
        yield from (lenient.text(element.get(name)).lower() for name in ("color", "style"))
        for name in _HOLDS if depth else ():
            yield from _colors(element.get(name), depth - 1)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Blocks]] = {
    "TextBlock": _text,
    "RichTextBlock": _runs,
    "FactSet": _facts,
    "Table": _table,
    "Image": _image,
    "CodeBlock": _code,
}
