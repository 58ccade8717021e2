"""What alerts of all senders look like: one coloured card each. No I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from slack_bitrix24.document import Block, Blocks, Card, Date, Field, Fields, Image, Link, Paragraph, Span, Text
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web.senders.leaves import spans

Level = Literal["critical", "warning", "info", "resolved", "unknown"]
COLORS: Mapping[Level, str] = {
    "critical": "#a30200",
    "warning": "#daa038",
    "info": "#439fe0",
    "resolved": "#2eb886",
    "unknown": "#808080",
}
_LEVELS: Mapping[str, Level] = {
    **dict.fromkeys(("warning", "warn", "minor", "medium", "average", "3", "p3"), "warning"),
    **dict.fromkeys(("info", "information", "informational", "notice", "debug", "none", "low", "p4", "p5"), "info"),
    **dict.fromkeys(("unknown", "no_data", "nodata"), "unknown"),
}
SHORT = 40
"""Characters up to which two fields stand in one row."""
ROUND = "{date_short_pretty} {time_secs}"


def level(severity: object) -> Level:
    """Return how bad a severity is; what nobody knows is taken as the worst."""
    return _LEVELS.get(lenient.text(severity).strip().casefold(), "critical")


def card(blocks: Iterable[Block], *, of: Level) -> Card:
    """Return a card in the colour of its level."""
    return Card(tuple(blocks), COLORS[of])


def paragraph(text: object, *, bold: bool = False) -> Blocks:
    """Return a text as its sender wrote it, with its addresses as links; nothing where there is none."""
    said = lenient.text(text).strip()
    if not said:
        return ()
    return (Paragraph((Text(said, bold=True),) if bold else spans(said)),)


def fields(pairs: Iterable[tuple[str, object]]) -> Blocks:
    """Return facts as title and value; those without a value are left out."""
    made = []
    for title, value in pairs:
        shown = lenient.text(value).strip()
        if shown:
            made.append(Field((Text(title),), spans(shown), short=len(shown) <= SHORT))
    return (Fields(tuple(made)),) if made else ()


def links(pairs: Iterable[tuple[str, object]]) -> Blocks:
    """Return links in one line; an address that no browser can open is shown as it is."""
    made: list[Span] = []
    for label, value in pairs:
        shown = lenient.text(value).strip()
        if not shown:
            continue
        made.append(Text(" · " if made else ""))
        url = lenient.web(shown)
        made.append(Link(url, (Text(label),)) if url else Text(f"{label}: {shown}"))
    return (Paragraph(tuple(span for span in made if span != Text(""))),) if made else ()


def moments(pairs: Iterable[tuple[str, object]]) -> Blocks:
    """Return when it began and ended; a time that is none (the year 1, as Go writes "never") is left out."""
    made: list[Span] = []
    for label, value in pairs:
        at = moment(value)
        if at is not None:
            made += [Text(f"{' · ' if made else ''}{label} "), Date(at, ROUND)]
    return (Paragraph(tuple(made)),) if made else ()


def moment(value: object) -> int | None:
    """Return Unix seconds of an RFC 3339 time or a number; None where it is none, or before 1971."""
    text = lenient.text(value).strip()
    found = lenient.moment(text)
    if found is None:
        try:
            # Go writes nanoseconds; Python reads no more than six digits of a fraction before 3.11.
            at = dt.datetime.fromisoformat(text)
            found = int((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp())
        except (ValueError, OverflowError):
            return None
    return found if found > 31_536_000 else None


def image(value: object, name: str = "") -> Blocks:
    """Return a picture by its address, where it is one."""
    url = lenient.web(value)
    return (Image(url, name=name),) if url else ()


def texts(value: object) -> Iterator[tuple[str, str]]:
    """Yield the keys of an object with what they say, those without a word left out."""
    mapping: Mapping[str, Any] = lenient.mapping(value)
    for key, inside in mapping.items():
        said = lenient.text(inside).strip()
        if said:
            yield lenient.clean(str(key)), said
