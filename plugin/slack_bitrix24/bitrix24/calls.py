"""Notifications as calls: what goes into im.notify.personal.add and its kin. No I/O.

https://apidocs.bitrix24.com/api-reference/chats/notifications/index.html
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from slack_bitrix24.bitrix24.rest import Call

Attach = str | Mapping[str, object] | Sequence[Mapping[str, object]]
"""ATTACH as JSON text, in full form ({"BLOCKS": […]}) or in short form (the blocks)."""

Kind = Literal["personal", "system"]

_METHODS: Final = {"personal": "im.notify.personal.add", "system": "im.notify.system.add"}
_LINK: Final = re.compile(r"\[url=([^\]\s]+)\](.*?)\[/url\]", re.IGNORECASE | re.DOTALL)
_BREAK: Final = re.compile(r"\[br\]", re.IGNORECASE)
_CODE: Final = re.compile(
    r"\[/?(?:b|i|u|s|size|color|url|user|chat|context|code|put|send|call|img|icon|timestamp|disk)\b[^\[\]]*\]",
    re.IGNORECASE,
)
_REFERENCE: Final = "$result["


def notification(
    user_id: int,
    message: str,
    *,
    tag: str = "",
    sub_tag: str = "",
    message_out: str = "",
    attach: str = "",
    kind: Kind = "personal",
) -> Call:
    """Return the call that notifies one user. `message` and `attach` are BB code and JSON text, sent as they are.

    The e-mail copy (MESSAGE_OUT) defaults to the message without its codes. CLIENT_ID, which a webhook needs beside a
    tag, is the client's to add.
    https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
    """
    params: dict[str, object] = {"USER_ID": user_id, "MESSAGE": literal(message)}
    params["MESSAGE_OUT"] = literal(message_out or without_codes(message))
    optional = {"TAG": tag, "SUB_TAG": sub_tag, "ATTACH": literal(attach)}
    params.update({name: value for name, value in optional.items() if value})
    return Call(_METHODS[kind], params)


def deletion(*, id: int = 0, tag: str = "", sub_tag: str = "") -> Call:  # noqa: A002 - Bitrix24's word
    """Return the call that deletes notifications by exactly one of id, tag and sub-tag; raise ValueError otherwise.

    https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-delete.html
    """
    given: dict[str, object] = {"ID": id, "TAG": tag, "SUB_TAG": sub_tag}
    given = {name: value for name, value in given.items() if value}
    if len(given) != 1:
        raise ValueError("give exactly one of id, tag and sub_tag")
    return Call("im.notify.delete", given)


def wire_tag(tag: str, user_id: int) -> str:
    """Return the TAG for one recipient. Whether a TAG replaces across recipients is undocumented, so it names them."""
    suffix = f"|U{user_id}"
    return tag if tag.endswith(suffix) else f"{tag}{suffix}"


def own_tag(user_id: int) -> str:
    """Return a tag that no other notification has: with it a notification may be sent again after a lost answer."""
    # Not uuid4: it gives up the interpreter for each one, which costs milliseconds beside busy threads. Not a secret.
    return f"auto-{random.getrandbits(128):032x}|U{user_id}"


def without_codes(message: str) -> str:
    """Return BB code as plain text: links as "label (url)", the other codes gone."""
    if "[" not in message:
        return message
    linked = _LINK.sub(lambda match: _labelled(match[2], match[1]), message)
    return _CODE.sub("", _BREAK.sub("\n", linked)).strip()


def _labelled(label: str, url: str) -> str:
    return url if label.strip() in ("", url) else f"{label} ({url})"


def literal(text: str) -> str:
    """Return the text so that a batch can't take it for a reference to another command's result (`$result[…]`).

    A word joiner, which nobody sees, parts the words. https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
    """
    return text.replace(_REFERENCE, "$\u2060result[") if _REFERENCE in text else text
