"""Files on Bitrix24.Drive: uploaded into the webhook owner's storage, readable by given users, shown by their page.

Never by DOWNLOAD_URL, which holds a token. https://apidocs.bitrix24.com/api-reference/disk/storage/disk-storage-upload-file.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from slack_bitrix24.bitrix24.caller import Caller
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.bitrix24.urls import encoded
from slack_bitrix24.bitrix24.values import whole
from slack_bitrix24.errors import Bitrix24Error

LARGEST: Final = 100 * 1024 * 1024
"""Bytes: the file goes through memory, a third larger, and must be through within Bitrix24's 60 seconds."""
_READ: Final = "disk_access_read"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file on Drive. `url` is its page (login and rights needed), fit for a FILE block; `size` in bytes."""

    id: int
    name: str
    url: str
    size: int


def upload(caller: Caller, source: Path | bytes, name: str, *, owner: int, rights_for: Sequence[int] = ()) -> Uploaded:
    """Upload a file; a clash of names gets a number. Not repeated after a lost answer: there would be two."""
    content = source if isinstance(source, bytes) else _content(source)
    if len(content) > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST // 1024 // 1024} MB")
    params: dict[str, object] = {
        "id": _storage(caller, owner),
        "data": {"NAME": name},
        "fileContent": [name, base64.b64encode(content).decode("ascii")],
        "generateUniqueName": True,
    }
    if rights_for:
        task = _read_task(caller)
        params["rights"] = [{"TASK_ID": task, "ACCESS_CODE": f"U{user}"} for user in dict.fromkeys(rights_for)]
    file = caller.call(Call("disk.storage.uploadFile", params)).result
    if not isinstance(file, Mapping) or not file.get("ID"):
        raise Bitrix24Error(f"Bitrix24 did not keep the file {name}")
    if not file.get("DETAIL_URL"):
        file = caller.call(Call("disk.file.get", {"id": file["ID"]}), repeatable=True).result
    number, page = whole(_row(file).get("ID")), _row(file).get("DETAIL_URL")
    if not number or not page:
        raise Bitrix24Error(f"Bitrix24 does not say where it keeps the file {name}")
    size = whole(file.get("SIZE")) or len(content)
    # it holds the file's name, which may be anything
    return Uploaded(number, str(file.get("NAME") or name), encoded(str(page)), size)


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST // 1024 // 1024} MB")
    return path.read_bytes()


def _storage(caller: Caller, owner: int) -> int:
    """Return the id of the owner's personal storage."""
    if not owner:
        owner = whole(_row(caller.call(Call("profile"), repeatable=True).result).get("ID")) or 0
    wanted = {"ENTITY_TYPE": "user", "ENTITY_ID": owner}
    rows = caller.call(Call("disk.storage.getList", {"filter": wanted}), repeatable=True).result
    for row in map(_row, rows if isinstance(rows, list) else []):
        if (
            row.get("ENTITY_TYPE") == "user"
            and str(row.get("ENTITY_ID")) == str(owner)
            and (id_ := whole(row.get("ID")))
        ):
            return id_
    raise Bitrix24Error("the webhook's owner has no storage on Drive that it could upload to")


def _read_task(caller: Caller) -> int:
    rows = caller.call(Call("disk.rights.getTasks"), repeatable=True).result
    for row in map(_row, rows if isinstance(rows, list) else []):
        if row.get("NAME") == _READ and (id_ := whole(row.get("ID"))):
            return id_
    raise Bitrix24Error("Bitrix24 names no right to read a file (disk.rights.getTasks)")


def _row(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
