"""Bold, italic and strike in one line: which marks open and close, and the spans that come of it. No I/O.

A mark opens after a blank or a punctuation mark and closes before one. Where a line has words with marks inside
(snake_case, paths, arithmetic) they stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final, TypeAlias

from slack_bitrix24.document import Emoji, Link, Span, Spans, Text
from slack_bitrix24.slack.messages import tokens

BOLD, ITALIC, STRIKE, CODE = 1, 2, 4, 8
"""Styles, to be or-ed."""
_FLAGS = [
    (bool(style & BOLD), bool(style & ITALIC), bool(style & STRIKE), False, bool(style & CODE)) for style in range(16)
]

Marks: TypeAlias = Mapping[str, int]

MRKDWN: Final[Marks] = {"*": BOLD, "**": BOLD, "***": BOLD | ITALIC, "_": ITALIC, "~": STRIKE, "~~": STRIKE}
"""Slack's own marks, and what senders leave over from Markdown."""
NONE: Final[Marks] = {}
"""Tokens and emoji only: titles."""

_JOINERS = frozenset("\\\u034f\u200c\u200d\u2060")
_NEVER_OPENS_AFTER = _JOINERS | {"@", "/"}


@dataclass(slots=True)
class Line:
    """A line as far as it was read. `pieces` holds strings still to be decoded, and finished spans."""

    marks: Marks
    pieces: list[str | Span] = field(default_factory=list)
    styles: list[int] = field(default_factory=list)
    opened: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, piece: str | Span, style: int = 0) -> None:
        """Add a string or a span."""
        if piece != "":
            self.pieces.append(piece)
            self.styles.append(style)

    def mark(self, run: str, before: str, after: str) -> None:
        """Open, close or keep a run of marks, by the characters beside it; one of a kind is open at a time."""
        known = run in self.marks
        if known and self._closes(run, before=before, after=after):
            self._close(run)
            return
        if known and after and not after.isspace() and not before.isalnum() and before not in _NEVER_OPENS_AFTER:
            self.opened[run[0]] = (len(self.pieces), run)
        elif not (run == "_" and before.isalnum() and after.isalnum()):
            self.opened.pop(run[0], None)
        self.add(run)

    def _closes(self, run: str, *, before: str, after: str) -> bool:
        start, opener = self.opened.get(run[0], (0, ""))
        if opener != run or start + 1 == len(self.pieces):
            return False
        return not (before.isspace() or before in _JOINERS or after.isalnum())

    def _close(self, run: str) -> None:
        start, _ = self.opened.pop(run[0])
        # What was opened within and not closed is text: codes must not cross.
        self.opened = {kind: at for kind, at in self.opened.items() if at[0] < start}
        self.pieces[start] = ""
        for index in range(start + 1, len(self.pieces)):
            self.styles[index] |= self.marks[run]

    def spans(self) -> Spans:
        """Return the spans; strings of one style are joined first, so that an entity is decoded whole."""
        found: list[Span] = []
        pairs = [pair for pair in zip(self.pieces, self.styles, strict=True) if pair[0] != ""]
        for style, group in groupby(pairs, key=_text_style):
            if style is None:
                found += (styled(piece, its) for piece, its in group if not isinstance(piece, str))
                continue
            text = "".join(piece for piece, _ in group if isinstance(piece, str))
            found.append(Text(tokens.decode(text), *_FLAGS[style]))
        return merged(found)


def _text_style(pair: tuple[str | Span, int]) -> int | None:
    return pair[1] if isinstance(pair[0], str) else None


def styled(span: Span, style: int) -> Span:
    """Return a span with further styles; a link's label has them."""
    if isinstance(span, Link):
        return replace(span, label=tuple(_dressed(part, style) for part in span.label))
    return _dressed(span, style) if isinstance(span, Text) else span


def _dressed(span: Text | Emoji, style: int) -> Text | Emoji:
    if isinstance(span, Emoji) or not style:
        return span
    return Text(span.text, *(own or new for own, new in zip(_flags(span), _FLAGS[style], strict=True)))


def merged(spans: Iterable[Span]) -> Spans:
    """Return the spans with neighbours of one style made one, empty ones left out."""
    found: list[Span] = []
    for style, group in groupby(spans, key=_flags):
        members = list(group)
        if not style:
            found += members
        elif joined := "".join(span.text for span in members if isinstance(span, Text)):
            found.append(members[0] if len(members) == 1 else Text(joined, *style))
    return tuple(found)


def _flags(span: Span) -> tuple[bool, ...]:
    """Return a text's styles in the order of its fields; nothing for another span."""
    return (span.bold, span.italic, span.strike, span.underline, span.code) if isinstance(span, Text) else ()
