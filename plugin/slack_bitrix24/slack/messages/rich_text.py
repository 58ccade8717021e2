"""Slack's rich_text block to blocks. No I/O.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. Its text is not escaped and has no marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from slack_bitrix24.document import Block, Blocks, Code, Date, Emoji, Link, Mention, Paragraph, Quote, Span, Spans, Text
from slack_bitrix24.slack.messages import emoji, lenient, tokens
from slack_bitrix24.slack.messages.emphasis import merged
from slack_bitrix24.slack.messages.fallback import texts, unsupported
from slack_bitrix24.slack.messages.lists import Entry, nested

_STYLES = ("bold", "italic", "strike", "underline", "code")
_LIST = "rich_text_list"


def parse(block: Mapping[str, Any]) -> Blocks:
    """Return the blocks of one rich_text block."""
    return _blocks(lenient.several(lenient.mapping(block).get("elements")), lenient.DEPTH)


def spans(elements: object) -> Spans:
    """Return the inline elements of a section."""
    return merged(span for element in lenient.several(elements) for span in _span(element))


def _blocks(elements: list[Any], depth: int) -> Blocks:
    found: list[Block] = []
    # Slack writes a nested list as lists in a row, each with its indent: together they are one.
    for (is_list, border), group in groupby(elements, key=_kind):
        run = list(group)
        blocks: Blocks
        if is_list:
            blocks = nested(entry for element in run for entry in _entries(element, depth))
        else:
            blocks = tuple(block for element in run for block in _element(element, depth))
        found += (Quote(blocks),) if border and blocks else blocks
    return tuple(found)


def _kind(element: object) -> tuple[bool, bool]:
    fields = lenient.mapping(element)
    return fields.get("type") == _LIST, lenient.whole(fields.get("border")) > 0


def _entries(element: Mapping[str, Any], depth: int) -> Iterator[Entry]:
    ordered = element.get("style") == "ordered"
    offset = lenient.whole(element.get("offset"))
    for index, item in enumerate(lenient.several(element.get("elements"))):
        # `offset` moves the first number; Slack's client counts on from there.
        number = offset + 1 if offset and not index else None
        blocks = _element(item, depth - 1)
        if blocks:
            yield Entry(
                min(lenient.whole(element.get("indent")), lenient.DEPTH), blocks, ordered=ordered, number=number
            )


def _element(element: object, depth: int) -> Blocks:
    fields = lenient.mapping(element)
    kind = lenient.text(fields.get("type"))
    if depth <= 0:
        return (unsupported(kind, element),) if texts(element) else ()
    if kind == "rich_text_preformatted":
        return tuple(Code(text) for text in (_preformatted(fields),) if text)
    if kind == "rich_text_section":
        return _paragraph(fields)
    if kind == "rich_text_quote":
        inside = _paragraph(fields)
        return (Quote(inside),) if inside else ()
    if kind in ("rich_text", _LIST):
        return _blocks([fields] if kind == _LIST else lenient.several(fields.get("elements")), depth - 1)
    inline = _span(element)
    return (Paragraph(inline),) if inline else ()


def _paragraph(fields: Mapping[str, Any]) -> Blocks:
    found = list(spans(fields.get("elements")))
    for index, strip in ((0, str.lstrip), (-1, str.rstrip)):
        if found and isinstance(edge := found[index], Text):
            kept = strip(edge.text, "\n")
            found[index : index + 1 or None] = _styled(kept, _style(edge)) if kept else ()
    said = any(not isinstance(span, Text) or span.text.strip() for span in found)
    return (Paragraph(tuple(found)),) if said else ()


def _preformatted(fields: Mapping[str, Any]) -> str:
    return "".join(_written(span) for span in spans(fields.get("elements"))).strip("\n")


def _written(span: Span) -> str:
    match span:
        case Text(text):
            return text
        case Link(url, label):
            return "".join(part.text for part in label if isinstance(part, Text)) or url
        case Emoji(name, characters):
            return characters or f":{name}:"
        case Mention():
            return f"@{span.name or span.id}"
        case _:
            return span.fallback or str(span.timestamp)


def _span(element: object) -> Spans:
    if isinstance(element, str):
        return _styled(lenient.clean(element), {})
    fields = lenient.mapping(element)
    kind = fields.get("type")
    read = _INLINE.get(kind) if isinstance(kind, str) else None
    found = read(fields) if read else ()
    return found or tuple(Text(text) for text in texts(element) if kind != "text")


def _text(fields: Mapping[str, Any]) -> Spans:
    return _styled(lenient.text(fields.get("text")), lenient.mapping(fields.get("style")))


def _style(span: Text) -> dict[str, bool]:
    return {name: getattr(span, name) for name in _STYLES}


def _styled(text: str, style: Mapping[str, Any]) -> tuple[Text, ...]:
    on = {name: lenient.flag(style[name]) for name in _STYLES if name in style}
    return (Text(text, **on),) if text else ()


def _link(fields: Mapping[str, Any]) -> Spans:
    url = lenient.url(fields.get("url"))
    label = _styled(lenient.text(fields.get("text")), lenient.mapping(fields.get("style")))
    return (tokens.link(url, label),) if url else label


def _emoji(fields: Mapping[str, Any]) -> Spans:
    name, codes = lenient.text(fields.get("name")), lenient.text(fields.get("unicode"))
    tone = lenient.whole(fields.get("skin_tone"))
    if not (name or codes):
        return ()
    # Where `unicode` has several codes the tone is one of them already.
    return (emoji.coded(name, codes, 0 if "-" in codes else tone),)


def _date(fields: Mapping[str, Any]) -> Spans:
    timestamp = lenient.moment(fields.get("timestamp"))
    fallback = lenient.text(fields.get("fallback"))
    if timestamp is None:
        return _styled(fallback, {})
    form = lenient.text(fields.get("format")) or "{date_short_pretty} {time}"
    return (Date(timestamp, form, fallback, lenient.url(fields.get("url"))),)


def _broadcast(fields: Mapping[str, Any]) -> Spans:
    kind = lenient.text(fields.get("range"))
    return (Mention("broadcast", kind, kind),) if kind in ("here", "channel", "everyone") else ()


def _color(fields: Mapping[str, Any]) -> Spans:
    return _styled(lenient.text(fields.get("value")), {})


def _user(fields: Mapping[str, Any]) -> Spans:
    user = lenient.text(fields.get("user_id"))
    return (Mention("user", user, lenient.text(fields.get("name"))),) if user else ()


def _group(fields: Mapping[str, Any]) -> Spans:
    group = lenient.text(fields.get("usergroup_id"))
    return (Mention("group", group),) if group else ()


def _channel(fields: Mapping[str, Any]) -> Spans:
    channel = lenient.text(fields.get("channel_id"))
    return (Mention("channel", channel, lenient.text(fields.get("name"))),) if channel else ()


_INLINE: Final[dict[str, Callable[[Mapping[str, Any]], Spans]]] = {
    "text": _text,
    "link": _link,
    "emoji": _emoji,
    "date": _date,
    "broadcast": _broadcast,
    "color": _color,
    "user": _user,
    "usergroup": _group,
    "channel": _channel,
}
