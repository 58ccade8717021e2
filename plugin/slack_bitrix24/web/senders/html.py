"""HTML as programs write it into notifications, to blocks. No I/O.

The parser is Python's own, which never refuses anything; what is here says what each tag means. No word is lost: an
unknown tag is looked through, and only what a browser does not show either (script, style) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from slack_bitrix24.document import (
    Block,
    Blocks,
    Code,
    Divider,
    Heading,
    Image,
    Items,
    Link,
    Paragraph,
    Quote,
    Span,
    Spans,
    Table,
    Text,
)
from slack_bitrix24.slack.messages import lenient

_HIDDEN = frozenset({"script", "style", "head", "template"})
_BREAKS = frozenset({"p", "div", "section", "article", "header", "footer", "tr", "dl", "dt", "dd", "figure", "center"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_STYLES: Mapping[str, Callable[[Text], Text]] = {
    **dict.fromkeys(("b", "strong"), lambda text: replace(text, bold=True)),
    **dict.fromkeys(("i", "em", "cite"), lambda text: replace(text, italic=True)),
    **dict.fromkeys(("s", "del", "strike"), lambda text: replace(text, strike=True)),
    **dict.fromkeys(("u", "ins"), lambda text: replace(text, underline=True)),
    **dict.fromkeys(("code", "kbd", "tt", "samp"), lambda text: replace(text, code=True)),
}
DEPTH = 12
"""How deep quotes and lists may stand in each other; what stands deeper joins the last that is read."""


def parse(text: str) -> Blocks:
    """Return what a browser would show."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.whole()


@dataclass(slots=True)
class _Frame:
    """An open tag that holds blocks of its own."""

    tag: str
    blocks: list[Block] = field(default_factory=list)
    items: list[Blocks] = field(default_factory=list)
    rows: list[tuple[Spans, ...]] = field(default_factory=list)
    cells: list[Spans] = field(default_factory=list)
    header: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.frames = [_Frame("")]
        self.spans: list[Span] = []
        self.style = Text("")
        self.styles: list[tuple[str, Text]] = []
        self.url = ""
        self.hidden = 0
        self.heading = ""
        self.pre: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag == "br":
            self._text("\n")
        elif tag in _STYLES and self.pre is None:
            self.styles.append((tag, self.style))
            self.style = _STYLES[tag](self.style)
        elif tag == "a":
            self.url = lenient.url(given.get("href", ""))
        elif tag == "img":
            self._image(given)
        elif tag == "pre":
            self._flush()
            if self.pre is not None:
                self._end_code()  # one that nobody closed: what stands in it is not lost
            self.pre = []
        elif tag in _HEADINGS:
            self._flush()
            self.heading = tag
        elif tag in ("td", "th"):
            self._begin_cell(tag)
        else:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag == "hr":
            self._add(Divider())
        elif tag in ("ul", "ol", "blockquote", "table"):
            self._flush()
            if len(self.frames) < DEPTH:
                self.frames.append(_Frame(tag))
        elif tag == "li":
            self._end_item()
        elif tag in _BREAKS:
            self._flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in _STYLES:
            self._end_style(tag)
        elif tag == "a":
            self.url = ""
        elif tag == "pre":
            self._end_code()
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag in ("ul", "ol", "blockquote", "table"):
            self._end(tag)
        elif tag == "li":
            self._end_item()
        elif tag in _BREAKS or tag == self.heading:
            self._flush()

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.pre is not None:
            self.pre.append(data)
            return
        # White space of the source is one blank, as a browser has it.
        words = " ".join(data.split())
        self._text(f"{' ' if words and data[:1].isspace() else ''}{words}{' ' if data[-1:].isspace() else ''}")

    def unknown_decl(self, data: str) -> None:
        """Show what stands in a CDATA section: people paste XML."""
        self.handle_data(data.removeprefix("CDATA["))

    def _text(self, text: str) -> None:
        text = lenient.clean(text)
        last = self.spans[-1] if self.spans else Text(" ")
        text = text.lstrip(" ") if isinstance(last, Text) and last.text.endswith((" ", "\n")) else text
        if text:
            styled = replace(self.style, text=text)
            self.spans.append(Link(self.url, (styled,)) if self.url and text.strip() else styled)

    def _image(self, given: dict[str, str]) -> None:
        url, name = lenient.web(given.get("src", "")), lenient.clean(given.get("alt", "")).strip()
        if url:
            self._add(Image(url, name=name))
        elif name:
            self._text(name)

    def _end_style(self, tag: str) -> None:
        """Close the nearest open style of this name: tags that people write overlap."""
        for number in range(len(self.styles) - 1, -1, -1):
            if self.styles[number][0] == tag:
                self.style = self.styles[number][1]
                del self.styles[number:]
                return

    def _end_code(self) -> None:
        text, self.pre = "".join(self.pre or ()).strip("\n"), None
        if text:
            self._add(Code(lenient.clean(text)))

    def _begin_cell(self, tag: str) -> None:
        frame = self.frames[-1]
        if frame.tag == "table":
            frame.header |= tag == "th" and not frame.rows
            frame.cells += [self._taken()] if self.spans else []
        else:
            self._text(" ")

    def _end_cell(self) -> None:
        if self.frames[-1].tag == "table":
            self.frames[-1].cells.append(self._taken())

    def _end_row(self) -> None:
        frame = self.frames[-1]
        if frame.tag != "table":
            self._flush()
            return
        frame.cells += [self._taken()] if self.spans else []
        if frame.cells:
            frame.rows.append(tuple(frame.cells))
        frame.cells = []

    def _end_item(self) -> None:
        self._flush()
        frame = self.frames[-1]
        if frame.tag in ("ul", "ol") and frame.blocks:
            frame.items.append(tuple(frame.blocks))
            frame.blocks = []

    def _end(self, tag: str) -> None:
        if tag in [frame.tag for frame in self.frames[1:]]:
            while self.frames[-1].tag != tag:
                self._close()
            self._close()

    def _close(self) -> None:
        """Close the innermost open frame, and put what is in it into the next."""
        if self.frames[-1].tag == "table":
            self._end_row()
        else:
            self._end_item()
        frame = self.frames.pop()
        made: list[Block] = [*frame.blocks]
        if frame.tag == "blockquote" and made:
            made = [Quote(tuple(made))]
        elif frame.items:
            made = [Items(tuple(frame.items), ordered=frame.tag == "ol"), *made]
        elif frame.rows:
            made = [Table(_even(frame.rows), header=frame.header), *made]
        self.frames[-1].blocks += made

    def _taken(self) -> Spans:
        spans, self.spans = tuple(self.spans), []
        return _stripped(spans)

    def _flush(self) -> None:
        spans = self._taken()
        if spans:
            self.frames[-1].blocks.append(Heading(spans) if self.heading else Paragraph(spans))
        self.heading = self.heading if not spans else ""

    def _add(self, block: Block) -> None:
        self._flush()
        self.frames[-1].blocks.append(block)

    def whole(self) -> Blocks:
        """Return all blocks; what was never closed is closed here."""
        if self.pre is not None:
            self._end_code()
        self._flush()
        while len(self.frames) > 1:
            self._close()
        return tuple(self.frames[0].blocks)


def _stripped(spans: Spans) -> Spans:
    """Return the spans without white space at the end of the last; nothing where only that is left."""
    made = list(spans)
    while made and isinstance(last := made[-1], Text):
        text = last.text.rstrip()
        if text:
            made[-1] = replace(last, text=text)
            break
        made.pop()
    return tuple(made)


def _even(rows: list[tuple[Spans, ...]]) -> tuple[tuple[Spans, ...], ...]:
    most = max(map(len, rows))
    return tuple(row + ((),) * (most - len(row)) for row in rows)
