"""Slack's Block Kit to blocks of our own. No I/O.

https://docs.slack.dev/reference/block-kit/blocks. New kinds come every month: one that is not known here becomes its
texts and a visible mark, never silence and never an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from slack_bitrix24.document import Blocks, Divider, Fields, File, Image, Link, Paragraph, Span, Text
from slack_bitrix24.slack.messages import cards, files, lenient, markdown, rich_text, tables, texts
from slack_bitrix24.slack.messages.emphasis import merged
from slack_bitrix24.slack.messages.fallback import unnamed, unsupported
from slack_bitrix24.slack.messages.saying import says_nothing_new

_Reader: TypeAlias = Callable[[Mapping[str, Any]], Blocks]


def parse(blocks: object, *, depth: int = lenient.DEPTH) -> Blocks:
    """Return the blocks of a list of Block Kit blocks; `depth` is how much deeper they may nest."""
    return tuple(found for block in lenient.several(blocks) for found in _block(block, depth))


def _block(block: object, depth: int) -> Blocks:
    if isinstance(block, str):
        return texts.blocks(block)
    fields = lenient.mapping(block)
    kind = lenient.text(fields.get("type"))
    if kind in _READERS:
        shown = _READERS[kind](fields)
        return (*shown, *_unnamed(fields, kind, beside=shown)) if fields.keys() - _FIELDS[kind] else shown
    if depth <= 0:
        return (unsupported(kind, block),)
    if kind in _HOLDERS:
        return _held(fields, depth)
    # Block Kit Builder gives `{"blocks": […]}`, and some paste that where one block belongs.
    if "blocks" in fields and not kind:
        return parse(fields["blocks"], depth=depth - 1)
    return (unsupported(kind, block),) if fields else ()


def _unnamed(fields: Mapping[str, Any], kind: str, *, beside: Blocks) -> Blocks:
    """Return what stands in fields that the kind's reader does not name, unless it is shown already."""
    said = (texts.blocks(text) for text in unnamed(fields, _FIELDS[kind]))
    return tuple(found for text in said if not says_nothing_new(text, beside) for found in text)


def _held(fields: Mapping[str, Any], depth: int) -> Blocks:
    """Return the title of a block that holds others, and what it holds."""
    kind = lenient.text(fields.get("type"))
    title = fields.get("rich_text_title")
    spans = tables.flat(rich_text.parse(title)) if isinstance(title, Mapping) else ()
    return (
        *((Paragraph(spans),) if spans else cards.heading(fields.get("title"))),
        *texts.blocks(fields.get("subtitle")),
        *parse(_typed(fields.get(_HOLDERS[kind]), kind), depth=depth - 1),
    )


def _typed(held: object, kind: str) -> list[Any]:
    """Return the tasks of a plan as the task_cards that they are; others as they came."""
    if kind != "plan":
        return lenient.several(held)
    return [{**task, "type": "task_card"} for task in lenient.several(held) if isinstance(task, Mapping)]


def _section(block: Mapping[str, Any]) -> Blocks:
    told = lenient.several(block.get("fields"))
    fields = tuple(field for field in map(texts.field, told) if field.title or field.value)
    return (
        *texts.blocks(block.get("text")),
        *((Fields(fields),) if fields else ()),
        *_accessory(block.get("accessory")),
    )


def _accessory(value: object) -> Blocks:
    fields = lenient.mapping(value)
    return cards.image(fields) if fields.get("type") == "image" else texts.links([fields])


def _header(block: Mapping[str, Any]) -> Blocks:
    return cards.heading(block.get("text"))


def _context(block: Mapping[str, Any]) -> Blocks:
    """Return a context block as one line; a picture beside words is an icon and becomes a link to it."""
    elements = lenient.several(block.get("elements"))
    if all(map(_is_image, elements)):
        return tuple(found for picture in elements for found in cards.image(picture))
    spans: list[Span] = []
    for element in elements:
        shown = _icon(element) if _is_image(element) else texts.spans(element)
        spans += (Text(" "), *shown) if spans and shown else shown
    line = merged(spans)
    return (Paragraph(line),) if line else ()


def _is_image(element: object) -> bool:
    return lenient.mapping(element).get("type") == "image"


def _icon(element: object) -> tuple[Span, ...]:
    for image in cards.image(element):
        if isinstance(image, Image) and image.name:
            return (Link(image.url, (Text(image.name),)),)
    return ()


def _input(block: Mapping[str, Any]) -> Blocks:
    label = texts.spans(block.get("label"))
    shown = lenient.text(lenient.mapping(block.get("element")).get("initial_value"))
    return tuple(Paragraph(spans) for spans in (label, (Text(shown),) if shown else ()) if spans)


def _file(block: Mapping[str, Any]) -> Blocks:
    found = files.read(block.get("file"))
    name = lenient.text(block.get("external_id")) or lenient.text(block.get("title"))
    return tuple(file.block() for file in found) or ((File(name),) if name else ())


_READERS: Final[dict[str, _Reader]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "divider": lambda _: (Divider(),),
    "image": cards.image,
    "actions": lambda block: texts.links(block.get("elements")),
    "context_actions": lambda block: texts.links(block.get("elements")),
    "rich_text": rich_text.parse,
    "markdown": lambda block: markdown.parse(lenient.text(block.get("text"))),
    "input": _input,
    "file": _file,
    "video": cards.video,
    "call": cards.call,
    "alert": cards.alert,
    "card": cards.card,
    "task_card": cards.task,
    "table": tables.table,
    "data_table": tables.table,
    "data_visualization": tables.chart,
    "mrkdwn": texts.blocks,
    "plain_text": texts.blocks,
    "button": lambda block: texts.links([block]),
}
_HOLDERS: Final[dict[str, str]] = {
    "container": "child_blocks",
    "carousel": "elements",
    "plan": "tasks",
    "auth_provider": "fallback",
}
_COMMON: Final = frozenset({"type", "block_id"})
_FIELDS: Final[dict[str, frozenset[str]]] = {
    kind: _COMMON | frozenset(named.split())
    for kind, named in {
        "section": "text fields accessory expand",
        "header": "text level",
        "context": "elements",
        "divider": "",
        "image": "title alt_text image_url slack_file image_width image_height image_bytes is_animated fallback",
        "actions": "elements",
        "context_actions": "elements",
        "rich_text": "elements",
        "markdown": "text",
        "input": "label element optional dispatch_action",
        "file": "external_id source file file_id title",
        "video": "title title_url video_url thumbnail_url alt_text author_name provider_name provider_icon_url "
        "description",
        "call": "call call_id api_decoration_available",
        "alert": "text level",
        "card": "title subtitle subtext hero_image icon body actions",
        "task_card": "task_id title details output sources status",
        "table": "rows column_settings caption title",
        "data_table": "rows columns column_settings caption title",
        "data_visualization": "title chart caption",
        "mrkdwn": "text verbatim",
        "plain_text": "text emoji",
        "button": "text url value action_id style confirm accessibility_label",
    }.items()
}
"""The fields that each reader shows, or passes over on purpose."""
