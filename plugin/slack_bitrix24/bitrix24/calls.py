"""Notifications as calls: what goes into im.notify.personal.add and its kin. No I/O.

https://apidocs.bitrix24.com/api-reference/chats/notifications/index.html
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from slack_bitrix24.bitrix24.query import literal
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.errors import Bitrix24Error

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
LONGEST_TAG: Final = 246
"""Characters: the server keeps 255 of a stored tag, and puts nine in front. Longer is answered with `result: false`.

Bitrix24 server source, main 26.150 (2026-03).
"""


def notification(
    user_id: int,
    message: str,
    *,
    tag: str = "",
    sub_tag: str = "",
    message_out: str = "",
    attach: Mapping[str, object] | None = None,
    kind: Kind = "personal",
) -> Call:
    """Return the call that notifies one user. `message` is BB code, `attach` the full form; both go as they are.

    ATTACH is an object, never JSON text: a portal reads that with a parser of its own, which takes the square of its
    length in time and stumbles over backslashes (Bitrix24 server source, main 26.150, 2026-03).

    The e-mail copy (MESSAGE_OUT) defaults to the message without its codes. CLIENT_ID, which a webhook needs beside a
    tag, is the client's to add.
    https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
    """
    check_tag("TAG", tag)
    check_tag("SUB_TAG", sub_tag)
    params: dict[str, object] = {"USER_ID": user_id, "MESSAGE": message}
    params["MESSAGE_OUT"] = message_out or without_codes(message)
    # Tags must be the same in a batch and outside of one, or a newer notification would not replace the older.
    optional = {"TAG": literal(tag), "SUB_TAG": literal(sub_tag), "ATTACH": attach}
    params.update({name: value for name, value in optional.items() if value})
    return Call(_METHODS[kind], params, literal=True)


def deletion(*, id: int = 0, tag: str = "", sub_tag: str = "") -> Call:  # noqa: A002 - Bitrix24's word
    """Return the call that deletes notifications by exactly one of id, tag and sub-tag; raise ValueError otherwise.

    https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-delete.html
    """
    check_tag("TAG", tag)
    check_tag("SUB_TAG", sub_tag)
    given: dict[str, object] = {"ID": id, "TAG": literal(tag), "SUB_TAG": literal(sub_tag)}
    given = {name: value for name, value in given.items() if value}
    if len(given) != 1:
        raise ValueError("give exactly one of id, tag and sub_tag")
    return Call("im.notify.delete", given, literal=True)


def check_tag(name: str, tag: str) -> None:
    """Raise `Bitrix24Error` for a tag that Bitrix24 would not keep."""
    if len(tag) > LONGEST_TAG:
        raise Bitrix24Error(
            f"{name} has {len(tag)} characters, and Bitrix24 keeps no more than {LONGEST_TAG}", code="TAG_TOO_LONG"
        )


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
