"""One line of Slack mrkdwn (or of its `markdown` block) to spans. No I/O.

Code, tokens, links and emoji are found first; emphasis is read on what stands between them. The line is passed over
once, and no step looks further than the next bracket, so that hostile text costs no more than any other.
"""

from __future__ import annotations

import re

from slack_bitrix24.document import Date, Emoji, Link, Span, Spans, Text
from slack_bitrix24.slack.messages import emoji, tokens
from slack_bitrix24.slack.messages.emphasis import CODE, MRKDWN, Line, Marks, merged

_SCAN = re.compile(
    r"""
      `(?P<code>(?:[^`\n<]|<!date\^[^<>\n]*>|<)+)`
    | <(?P<angle>[^<>\n]+)>
    | !?\[(?P<words>[^\[\]\n]+)\]\((?:<(?P<held>[^<>|\s]+)(?:\|[^<>\n]*)?>
        | (?P<target>(?:https?://|mailto:)(?:[^\s()<>]|\([^\s()<>]*\))+))\)
    | (?P<url>(?<![^\W_])https?://(?:(?!&[lg]t;)[^\s<>|`"])+)
    | (?P<colons>:[\w+'-]{1,100}:(?::skin-tone-[2-6]:)?)
    | (?P<mark>\*+|_+|~+)
    """,
    re.VERBOSE,
)
_SPECIAL = re.compile(r"[`<\[:*_~]")
_COLONS = re.compile(r"(?P<colons>:[\w+'-]{1,100}:(?::skin-tone-[2-6]:)?)")
_TAIL = re.compile(r"\*+|_+|~+|[^*_~]+")
_ANGLE = re.compile(r"<([^<>\n]+)>")


def line(text: str, marks: Marks = MRKDWN) -> Spans:
    """Return the spans of one line."""
    if not _SPECIAL.search(text):
        return (Text(said),) if (said := tokens.decode(text)) else ()
    found = Line(marks)
    end = 0
    while match := _SCAN.search(text, end):
        found.add(text[end : match.start()])
        end = _take(found, match)
    found.add(text[end:])
    return found.spans()


def words(text: str, *, emojis: bool = True) -> tuple[Text | Emoji, ...]:
    """Return the spans of a text without marks (`plain_text`): characters and emoji."""
    found: list[Text | Emoji] = []
    end = 0
    while emojis and (match := _COLONS.search(text, end)):
        span = _emoji(match)
        stop = match.end() if span else match.end() - 1
        found += (Text(tokens.decode(text[end : match.start()])), span or Text(text[match.start() : stop]))
        end = stop
    found.append(Text(tokens.decode(text[end:])))
    return tuple(span for span in merged(found) if isinstance(span, Text | Emoji))


def label(text: str, marks: Marks = MRKDWN) -> tuple[Text | Emoji, ...]:
    """Return the spans of a link's label: emphasis and emoji, nothing that could be pressed by itself."""
    return tuple(part for span in line(text, marks) for part in parts(span))


def parts(span: Span) -> tuple[Text | Emoji, ...]:
    """Return what a span may be within a label."""
    if isinstance(span, Link):
        return span.label or (Text(span.url),)
    return (span,) if isinstance(span, Text | Emoji) else ()


def code(text: str) -> tuple[Link | Text, ...]:
    """Return the spans of code: links, which Slack makes of addresses there too, and the rest as it is.

    A date is its fallback: so jsx-slack writes a sign that would act, a backtick above all.
    """
    found: list[Link | Text] = []
    end = 0
    for match in _ANGLE.finditer(text):
        span = tokens.read(match[1], lambda inside: (Text(tokens.decode(inside)),) if inside else ())
        if isinstance(span, Date) and span.fallback:
            span = Text(span.fallback)
        elif not isinstance(span, Link):
            continue
        found += (Text(tokens.decode(text[end : match.start()])), span)
        end = match.end()
    found.append(Text(tokens.decode(text[end:])))
    return tuple(span for span in merged(found) if isinstance(span, Link | Text))


def _take(found: Line, match: re.Match[str]) -> int:
    """Add what was found, and return where to go on."""
    text, start, end = match.string, match.start(), match.end()
    if match["mark"]:
        found.mark(match["mark"], text[start - 1 : start] if start else "", text[end : end + 1])
    elif match["code"]:
        for piece in code(match["code"]):
            found.add(_coded(piece), CODE)
    elif match["url"]:
        _address(found, match["url"], text[end : end + 1])
    elif match["words"]:
        url = tokens.decode(match["held"] or match["target"])
        found.add(tokens.link(url, label(match["words"], found.marks)))
    elif match["colons"]:
        span = _emoji(match)
        found.add(span or text[start : end - 1])
        return end if span else end - 1
    else:
        token = tokens.read(match["angle"], label)
        found.add(token or "<")
        return end if token else start + 1
    return end


def _coded(span: Link | Text) -> Link | Text:
    return Link(span.url, span.label or (Text(span.url),)) if isinstance(span, Link) else span


def _address(found: Line, url: str, after: str) -> None:
    """Add an address that stands there bare; the marks at its end are not its own."""
    kept = _trimmed(url)
    found.add(Link(tokens.decode(kept)))
    rest = url[len(kept) :]
    for match in _TAIL.finditer(rest):
        if match[0][0] in "*_~":
            found.mark(
                match[0],
                rest[match.start() - 1] if match.start() else ".",
                rest[match.end() : match.end() + 1] or after,
            )
        else:
            found.add(match[0])


def _trimmed(url: str) -> str:
    end = len(url)
    closed = url.count(")") - url.count("(")
    while url[end - 1] in ".,;:!?'*_~]}" or (url[end - 1] == ")" and closed > 0):
        closed -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def _emoji(match: re.Match[str]) -> Emoji | None:
    """Return the emoji; None where the colons are a time's, a path's or a word's own."""
    span = emoji.named(match["colons"])
    text, start, end = match.string, match.start(), match.end()
    if start and text[start - 1].isalnum():
        held = text[end : end + 1].isalnum()  # cache:lock:7, de:us:fr
        return span if span.unicode and len(span.name) > 2 and not (held or span.name.isdigit()) else None
    own = span.name == span.name.lower() and any(character.isalpha() for character in span.name)
    return span if span.unicode or own else None
