"""Legacy attachments to cards. No I/O.

https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments. Nine senders in ten still use
them, in every shape that Slack lets pass: values that are numbers, lists as JSON strings, nulls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Author, Block, Blocks, Card, Date, Field, Fields, Image, Link, Paragraph, Span, Text
from slack_bitrix24.plain import plain
from slack_bitrix24.slack.messages import blocks, cards, files, lenient, mrkdwn, texts
from slack_bitrix24.slack.messages.colors import color
from slack_bitrix24.slack.messages.fallback import unnamed
from slack_bitrix24.slack.messages.saying import says_nothing_new

_NO_FALLBACK = frozenset({"[no preview available]", "[no preview]"})
_NAMED = frozenset(
    """fallback color pretext author_id author_name author_subname author_link author_icon author_real_name text fields
    service_name service_url service_icon title title_link image_url image_width image_height image_bytes thumb_url
    thumb_width thumb_height audio_url video_url footer footer_icon ts mrkdwn mrkdwn_in blocks message_blocks files
    actions attachments callback_id attachment_type is_share is_thread_root_unfurl msg_subtype channel_name
    channel_team private_channel_prompt collapsed message_link button_alignment short id
    """.split()  # noqa: SIM905 - a list of words reads better as one
)
"""The fields that are read here, or passed over on purpose."""
_THUMBNAIL = 75  # pixels, as Slack shows it


def parse(attachments: object, *, depth: int = lenient.DEPTH) -> Blocks:
    """Return a card for each attachment, its pretext above it."""
    return tuple(found for attachment in lenient.several(attachments) for found in _attachment(attachment, depth))


def is_unfurl(attachment: object) -> bool:
    """Return whether Slack added it, as the preview of a link in the text; a shared message is none."""
    fields = lenient.mapping(attachment)
    told = ("from_url", "original_url", "app_unfurl_url", "is_app_unfurl", "is_msg_unfurl", "is_reply_unfurl")
    return not fields.get("is_share") and any(fields.get(key) for key in told)


def _attachment(attachment: object, depth: int) -> Blocks:
    if isinstance(attachment, str):
        return texts.blocks(attachment)
    fields = lenient.mapping(attachment)
    pretext = texts.blocks(fields.get("pretext"))
    inside = tuple(_inside(fields, depth))
    # `fallback` is for clients that show no attachments: it repeats what they show, or is all that there is.
    if not inside and not pretext:
        inside = _fallback(fields)
    return (*pretext, *((Card(inside, _color(fields.get("color"))),) if inside else ()), *_held(fields, depth))


def _held(fields: Mapping[str, Any], depth: int) -> Blocks:
    """Return the attachments of an attachment, as Rocket.Chat nests them."""
    return parse(fields.get("attachments"), depth=depth - 1) if depth > 0 else ()


def _color(value: object) -> str:
    """Return a colour; a bare number is one as Discord counts them."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else -1
    return f"#{number:06x}" if 0 <= number <= 0xFFFFFF else color(lenient.text(value))


def _inside(fields: Mapping[str, Any], depth: int) -> Iterator[Block]:
    held = _blocks(fields, depth)
    yield from _author(fields)
    yield from _title(fields)
    yield from _text(fields, held)
    yield from held
    yield from _fields(fields.get("fields"))
    yield from _images(fields)
    yield from (file.block() for file in files.read(fields.get("files")))
    yield from texts.links(fields.get("actions"))
    yield from _recordings(fields)
    yield from _unnamed(fields)
    yield from _footer(fields)


def _title(fields: Mapping[str, Any]) -> Blocks:
    """Return the title; of a shared message, which has none, where it was first said."""
    said = lenient.url(fields.get("from_url"))
    title = cards.heading(fields.get("title"), lenient.url(fields.get("title_link")) or said)
    shared = fields.get("is_share") or fields.get("is_msg_unfurl")
    return title or ((Paragraph((Link(said),)),) if shared and said else ())


def _text(fields: Mapping[str, Any], held: Blocks) -> Blocks:
    """Return the text; beside blocks it is their rough copy, unless it says more."""
    text = texts.blocks(fields.get("text"))
    return () if held and says_nothing_new(text, held) else text


def _blocks(fields: Mapping[str, Any], depth: int) -> Blocks:
    if depth <= 0:
        return ()
    shared = [
        lenient.mapping(lenient.mapping(one).get("message")) for one in lenient.several(fields.get("message_blocks"))
    ]
    return (
        *blocks.parse(fields.get("blocks"), depth=depth - 1),
        *(found for message in shared for found in blocks.parse(message.get("blocks"), depth=depth - 1)),
    )


def _author(fields: Mapping[str, Any]) -> Blocks:
    name = lenient.text(fields.get("author_name")).strip() or lenient.text(fields.get("service_name")).strip()
    name = " ".join(filter(None, (name, lenient.text(fields.get("author_subname")).strip())))
    icon = lenient.web(fields.get("author_icon")) or lenient.web(fields.get("service_icon"))
    url = lenient.url(fields.get("author_link")) or lenient.url(fields.get("service_url"))
    return (Author(_line(texts.title(name)), icon, url),) if name else ()


# Of 253 captured fields 37 have no title, and some are no object at all: what there is, is the value.
def _fields(value: object) -> Blocks:
    found = tuple(field for field in map(_field, lenient.several(value)) if field.title or field.value)
    return (Fields(found),) if found else ()


def _field(value: object) -> Field:
    if not isinstance(value, Mapping):
        return Field((), mrkdwn.inline(lenient.text(value)))
    shown = mrkdwn.inline(lenient.text(value.get("value")))
    return Field(texts.title(value.get("title")), shown, short=lenient.flag(value.get("short")))


def _images(fields: Mapping[str, Any]) -> Blocks:
    image, thumb = lenient.web(fields.get("image_url")), lenient.web(fields.get("thumb_url"))
    size = (lenient.whole(fields.get("image_width")), lenient.whole(fields.get("image_height")))
    return (
        *((Image(image, "", *size),) if image else ()),
        *((Image(thumb, "", _THUMBNAIL, _THUMBNAIL),) if thumb and thumb != image else ()),
    )


def _recordings(fields: Mapping[str, Any]) -> Blocks:
    """Return Rocket.Chat's sound and film as links."""
    urls = [url for name in ("audio_url", "video_url") if (url := lenient.web(fields.get(name)))]
    return tuple(Paragraph((Link(url),)) for url in urls)


def _unnamed(fields: Mapping[str, Any]) -> Blocks:
    """Return the texts in fields that nobody names here: none may be lost. A preview's are for Slack's own programs."""
    if is_unfurl(fields) or not fields.keys() - _NAMED:
        return ()
    return tuple(found for text in unnamed(fields, _NAMED) for found in texts.blocks(text))


def _footer(fields: Mapping[str, Any]) -> Blocks:
    spans: list[Span] = list(texts.title(fields.get("footer")))
    when = lenient.moment(fields.get("ts"))
    if when is not None:
        spans += (Text(" | "),) if spans else ()
        spans.append(Date(when, "{date_short_pretty} {time}"))
    return (Paragraph(tuple(spans)),) if spans else ()


def _fallback(fields: Mapping[str, Any]) -> Blocks:
    text = lenient.text(fields.get("fallback"))
    return () if text.strip() in _NO_FALLBACK else texts.blocks(text)


def _line(spans: tuple[Span, ...]) -> str:
    return plain((Paragraph(spans),))
