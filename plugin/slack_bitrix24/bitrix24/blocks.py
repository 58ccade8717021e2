"""Builders for the blocks of ATTACH, one each. No I/O.

https://apidocs.bitrix24.com/api-reference/chat-bots/messages/attachments/index.html
Addresses are absolute http(s) or begin at the portal's root ("/company/"); whoever opens the notification must be able
to open them. Optional values that are empty or 0 are left out. `check` tells whether Bitrix24 would take the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

AttachBlock: TypeAlias = dict[str, Any]
"""An object with one key, the block's type."""

Display: TypeAlias = Literal["BLOCK", "LINE", "ROW", "TABLE"]
ColorToken: TypeAlias = Literal["primary", "secondary", "alert", "base"]

DELIMITER_SIZE = 200
DELIMITER_COLOR = "#c6c6c6"


def message(text: str) -> AttachBlock:
    """Return a block of text; of BB codes only USER CHAT SEND PUT CALL BR B U I S URL act in it."""
    return {"MESSAGE": text}


def link(url: str, *, name: str = "", description: str = "", preview: str = "") -> AttachBlock:
    """Return a link with its name (else the address is shown), a description, and a picture's address below."""
    return {"LINK": _given(NAME=name, LINK=url, DESC=description, PREVIEW=preview)}


def user(name: str, *, avatar: str = "", url: str = "", user_id: int = 0) -> AttachBlock:
    """Return a person or sender: name, picture, and where a click leads (`user_id`: within the messenger)."""
    return {"USER": _given(NAME=name, AVATAR=avatar, LINK=url, USER_ID=user_id)}


def cell(  # noqa: PLR0913 - the vendor's fields, all named
    display: Display,
    *,
    name: str = "",
    value: str = "",
    url: str = "",
    width: int = 0,
    height: int = 0,
    color: str = "",
    color_token: ColorToken | None = None,
) -> dict[str, Any]:
    """Return one item of a grid: `name` in bold, `value` with the BB codes of `message`; width and height in pixels."""
    item = _given(NAME=name, VALUE=value, LINK=url, WIDTH=width, HEIGHT=height, COLOR=color, COLOR_TOKEN=color_token)
    return {"DISPLAY": display, **item}


def grid(cells: Iterable[dict[str, Any]]) -> AttachBlock:
    """Return a grid of `cell`s of one DISPLAY: BLOCK below one another, LINE side by side, ROW in two columns."""
    return {"GRID": list(cells)}


def image(url: str, *, name: str = "", preview: str = "", width: int = 0, height: int = 0) -> AttachBlock:
    """Return a picture, shown by `preview` (else by itself); width and height in pixels, given together."""
    size = {"WIDTH": width, "HEIGHT": height} if width and height else {}
    return {"IMAGE": [{**_given(NAME=name, LINK=url, PREVIEW=preview), **size}]}


def picture(name: str, url: str) -> AttachBlock:
    """Return a picture by name and address: OpenIntegrations' GetPictureBlock."""
    return image(url, name=name)


def file(name: str, url: str, *, size: int | None = None) -> AttachBlock:
    """Return a file by name and address: OpenIntegrations' GetFileBlock. Without `size` (bytes) none is shown."""
    known = {} if size is None else {"SIZE": size}
    return {"FILE": [{**_given(NAME=name, LINK=url), **known}]}


def delimiter(*, size: int = DELIMITER_SIZE, color: str = DELIMITER_COLOR) -> AttachBlock:
    """Return a line across, `size` pixels long; colour as "#RGB" or "#RRGGBB"."""
    return {"DELIMITER": {"SIZE": size, "COLOR": color}}


def attachment(
    blocks: Iterable[AttachBlock],
    *,
    color: str = "",
    color_token: ColorToken = "base",  # noqa: S107 - a colour's name
) -> dict[str, Any]:
    """Return the full form of ATTACH. Notifications go by `color`, newer clients elsewhere by `color_token`; send both.

    Without a colour a notification gets the calling user's. No more than 60,000 characters as JSON.
    """
    return {"ID": 1, "COLOR_TOKEN": color_token, **_given(COLOR=color), "BLOCKS": list(blocks)}


def _given(**fields: object) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value}
