"""Blocks that are no running text, told as lines of spans. No I/O.

This is how a table or a picture reads where only text can stand: in a quote, in a list, in MESSAGE.
"""

from __future__ import annotations

from slack_bitrix24.document import Author, Field, File, Image, Spans, Table, Text, Unsupported
from slack_bitrix24.render.guard import short
from slack_bitrix24.render.links import last_part, shown
from slack_bitrix24.render.spans import bold, linked

_NAME_LIMIT = 200
"""Characters of the name of a file or a person."""


def name_of(block: Image | File) -> str:
    """Return what a picture or file is called: its name, else the end of its address, else its kind; on one line."""
    kind = "image" if isinstance(block, Image) else "file"
    name = " ".join(block.name.split()) or " ".join(last_part(block.url).split())
    return short(name or kind, _NAME_LIMIT)


def fetched_spans(block: Image | File) -> Spans:
    """Return a picture or file as a link, or its name and that it can't be had."""
    name = name_of(block)
    return linked((Text(name),), block.url) if block.url.strip() else (Text(f"{name} (unavailable)"),)


def author_spans(author: Author) -> Spans:
    """Return the author's name, else address, linked where it can be."""
    name = short(" ".join(author.name.split()), _NAME_LIMIT) or shown(author.url)
    return linked((Text(name),), author.url) if author.url else (Text(name),)


def field_spans(field: Field) -> Spans:
    """Return a field as its title in bold, a colon and its value."""
    title = says(field.title)
    return (*bold(field.title), Text(": " if title and says(field.value) else ""), *field.value)


def row_spans(row: tuple[Spans, ...]) -> Spans:
    """Return a table's row as its cells with bars between them."""
    return tuple(span for number, cell in enumerate(row) for span in ((Text(" | "),) if number else ()) + cell)


def table_lines(table: Table) -> list[Spans]:
    """Return a table's rows, the header in bold."""
    rows = [row_spans(row) for row in table.rows]
    return [bold(rows[0]), *rows[1:]] if table.header and rows else rows


def unsupported_spans(block: Unsupported) -> Spans:
    """Return the mark that something could not be shown, and the texts found in it."""
    kind = short(" ".join(block.kind.split()) or "block", 100)
    return (Text("\n".join((f"[unsupported: {kind}]", *block.texts))),)


def says(spans: Spans) -> bool:
    """Say whether spans hold anything but blanks."""
    return any(not isinstance(span, Text) or span.text.strip() for span in spans)
