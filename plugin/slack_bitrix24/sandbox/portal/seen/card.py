"""What a reader sees of an ATTACH: texts through the client's parser, names as plain text. No I/O.

Bitrix24's web client of 2025; `attach` is the full form that the portal keeps.
"""

from __future__ import annotations

from typing import Any

from slack_bitrix24.sandbox.portal.seen.drawn import tree, words

Json = dict[str, Any]
PARSED = {"GRID": ("VALUE",), "LINK": ("DESC", "HTML"), "RICH_LINK": ("DESC", "HTML")}
"""The fields of each kind of block that the parser reads; all others are drawn as they are."""
UNDRAWN = "TABLE"
"""The DISPLAY of a GRID for which this client has no drawing."""


def card(attach: Json | None) -> Json | None:
    """Return the attachment as it is drawn: parsed texts are lists of nodes, blocks of one kind are lists."""
    if attach is None:
        return None
    blocks = [
        {kind: [_item(kind, item) for item in _list(value) if _is_drawn(item)]}
        for block in _list(attach.get("BLOCKS"))
        for kind, value in block.items()
    ]
    return {name: value for name, value in attach.items() if name != "BLOCKS"} | {"BLOCKS": blocks}


def card_words(attach: Json | None) -> str:
    """Return the words of a card, one part on each line, in the order in which they are drawn."""
    blocks = (card(attach) or {}).get("BLOCKS", [])
    parts = [part for block in blocks for kind, items in block.items() for item in items for part in _said(kind, item)]
    return "\n".join(part for part in parts if part)


def _item(kind: str, item: Any) -> Any:
    if kind == "MESSAGE":
        return tree(str(item), card=True)
    if not isinstance(item, dict):
        return item
    return item | {name: tree(str(item[name]), card=True) for name in PARSED.get(kind, ()) if item.get(name)}


def _said(kind: str, item: Any) -> list[str]:
    if kind == "MESSAGE":
        return [words(item)]
    if not isinstance(item, dict) or kind in ("IMAGE", "DELIMITER"):
        return []
    name = str(item.get("NAME") or (item.get("LINK") if kind != "GRID" else "") or "")
    return [name, *(words(item[field]) for field in PARSED.get(kind, ()) if item.get(field))][:2]


def _is_drawn(item: Any) -> bool:
    return not (isinstance(item, dict) and item.get("DISPLAY") == UNDRAWN)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
