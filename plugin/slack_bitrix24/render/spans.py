r"""Spans as lines of BB code. No I/O.

All that is text is joined before it is neutralised, so that no code can be put together from neighbouring spans; every
code is closed on the line on which it was opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from slack_bitrix24.bitrix24.sendable import clean
from slack_bitrix24.document import Date, Emoji, Link, Mention, Span, Spans, Text
from slack_bitrix24.render import guard
from slack_bitrix24.render.dialect import Dialect
from slack_bitrix24.render.guard import short
from slack_bitrix24.render.links import shown, target

_NAME_LIMIT = 200
"""Characters of a name or an emoji."""
_PICTURE = re.compile(r"(?:/|https?://)\S+\.(?:jpe?g|png|gif|webp|bmp)(?:\?\S*)?", re.IGNORECASE)
_SIGNS = {"user": "@", "group": "@", "channel": "#", "broadcast": "@"}


@dataclass(frozen=True, slots=True)
class _Markup:
    """Rendered, with nothing untrusted in it that could act."""

    text: str


_Piece = Text | _Markup


def span_lines(spans: Spans, dialect: Dialect) -> list[str]:
    """Render spans, one string for each line of theirs. Inline code keeps its backticks: [code] would be a block."""
    rows: list[list[_Piece]] = [[]]
    for piece in _pieces(spans, dialect):
        if isinstance(piece, _Markup):
            rows[-1].append(piece)
            continue
        first, *others = piece.text.split("\n")
        rows[-1].append(replace(piece, text=first))
        rows.extend([replace(piece, text=other)] for other in others)
    return [dialect.line(_row(row, dialect)) for row in rows]


def one_line(spans: Spans, dialect: Dialect) -> str:
    """Render spans as one line; line breaks become spaces."""
    return " ".join(filter(None, span_lines(spans, dialect)))


def words(spans: Spans) -> str:
    """Return spans as one line of plain text, not neutralised: links by their label, mentions by name."""
    said = "".join(_label(span.label) or shown(span.url) if isinstance(span, Link) else _word(span) for span in spans)
    return " ".join(said.split())


def bold(spans: Spans) -> Spans:
    """Return the same spans in bold."""
    return tuple(_bold(span) for span in spans)


def linked(spans: Spans, url: str) -> Spans:
    """Return the spans as one link, links within losing their own; a `url` that can't be linked follows as text."""
    if not target(url):
        tail = shown(url)
        return (*spans, Text(f" ({tail})")) if tail and tail not in words(spans) else spans
    label: list[Text | Emoji] = []
    for span in spans:
        if isinstance(span, Link):
            label += span.label or (Text(shown(span.url)),)
        else:
            label.append(span if isinstance(span, Text | Emoji) else Text(_word(span)))
    return (Link(url, tuple(label)),)


def _bold(span: Span) -> Span:
    if isinstance(span, Link):
        label = span.label or (Text(shown(span.url)),)
        return replace(
            span, label=tuple(replace(part, bold=True) if isinstance(part, Text) else part for part in label)
        )
    return replace(span, bold=True) if isinstance(span, Text) else span


def _label(label: Iterable[Text | Emoji]) -> str:
    return " ".join("".join(_word(part) for part in label).split())


def _word(span: Text | Emoji | Mention | Date) -> str:
    match span:
        case Text(text):
            return clean(text)
        case Emoji(name, unicode):
            return clean(short(unicode or f":{name}:", _NAME_LIMIT))
        case Mention(kind, id_, name):
            known = " ".join(clean(name or id_).split()).lstrip("@#")
            return _SIGNS[kind] + short(known or kind, _NAME_LIMIT)
        case _:
            return short(clean(span.fallback), 300) if span.fallback.strip() else _moment(span.timestamp)


def _moment(timestamp: int) -> str:
    # [timestamp=…] shows the reader's own zone, but only one of its formats is documented, and it has no date
    try:
        return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):  # a year that Python has not
        return str(timestamp)


def _pieces(spans: Iterable[Span], dialect: Dialect) -> Iterable[_Piece]:
    for span in spans:
        match span:
            case Text(text):
                cleaned = clean(text)
                if span.code:
                    yield _ticked(span)
                else:
                    yield span if cleaned == text else replace(span, text=cleaned)
            case Link():
                yield from _link(span, dialect)
            case Date(url=url) if url:
                yield from _link(Link(url, (Text(_word(span)),)), dialect)
            case Mention(kind="user", bitrix24_id=int(user_id)) if user_id > 0:
                yield _Markup(f"[user={user_id}]{dialect.guard(_word(span).removeprefix('@'))}[/user]")
            case _:
                yield Text(_word(span))


def _ticked(text: Text) -> Text:
    return replace(text, text=f"`{clean(text.text)}`" if text.text.strip() else text.text, code=False)


def _link(link: Link, dialect: Dialect) -> Iterable[_Piece]:
    parts: list[_Piece] = [_label_part(part) for part in link.label]
    told = "".join(part.text for part in parts)
    if not told.strip():
        told = shown(link.url) or "link"
        parts = [Text(told)]
    if url := target(link.url):
        label = _row(parts, dialect)
        kept = guard.JOINER if dialect.pictures and _PICTURE.fullmatch(label) else ""
        yield _Markup(f"[url={url}]{label}{kept}[/url]")
    else:
        yield from parts
        yield Text("" if shown(link.url) in told else f" ({shown(link.url)})")


def _label_part(part: Text | Emoji) -> Text:
    text = _ticked(part) if isinstance(part, Text) and part.code else part
    flat = _word(text).replace("\n", " ")
    return replace(text, text=flat) if isinstance(text, Text) else Text(flat)


def _row(pieces: Iterable[_Piece], dialect: Dialect) -> str:
    return _styled([_settled(piece) for piece in pieces if piece.text], dialect, dialect.styles)


def _settled(piece: _Piece) -> _Piece:
    # Blank text has no style to show, and a code around nothing would keep its neighbours from being joined.
    return Text(piece.text) if isinstance(piece, Text) and not piece.text.strip() else piece


def _styled(pieces: Sequence[_Piece], dialect: Dialect, styles: Sequence[tuple[str, str, str]]) -> str:
    if not styles:
        runs = groupby(pieces, key=lambda piece: isinstance(piece, Text))
        joined = ((text, "".join(piece.text for piece in run)) for text, run in runs)
        return "".join(dialect.guard(run) if text else run for text, run in joined)
    (attribute, opening, closing), *others = styles
    if not any(isinstance(piece, Text) and getattr(piece, attribute) for piece in pieces):
        return _styled(pieces, dialect, others)
    made = []
    for on, group in groupby(pieces, key=lambda piece: isinstance(piece, Text) and bool(getattr(piece, attribute))):
        inner = _styled(list(group), dialect, others)
        made.append(f"{opening}{inner}{closing}" if on else inner)
    return "".join(made)
