"""disk.*: upload a file, give rights to it, link it. No I/O.

https://apidocs.bitrix24.com/api-reference/disk/index.html
"""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import PurePosixPath
from typing import Any

from slack_bitrix24.sandbox.portal import decode, selection
from slack_bitrix24.sandbox.portal.envelope import NO_APPLICATION, Json, Reason, Refusal
from slack_bitrix24.sandbox.portal.files import COMMON, File, folder_of, storage_of
from slack_bitrix24.sandbox.portal.method import Call, Method

NO_NAME = Reason("DISK_BASE_SERVICE_22001", "Invalid required parameter NAME")
NO_CONTENT = Reason("ERROR_ARGUMENT", "Invalid value of parameter fileContent")
WRONG_RIGHTS = Reason("", "Invalid rights format")
NAME_TAKEN = Reason("DISK_OBJ_22000", "An object with this name already exists")
"""The code for a name that is taken is not documented; portals are known to answer this one."""
TASKS = {
    "79": ("disk_access_full", "Full access"),
    "75": ("disk_access_edit", "Edit"),
    "71": ("disk_access_read", "Read"),
}


def _missing(number: object) -> Reason:
    return Reason("ERROR_NOT_FOUND", f"Could not find entity with id `{number}`")


def storages(call: Call) -> object:
    """Return the storages that the caller sees: the own one and the common one."""
    own = call.caller.user_id
    rows = [
        _storage(COMMON, "Company Drive", kind="common", entity="shared_files_s1"),
        _storage(storage_of(own), call.user.full_name, kind="user", entity=str(own)),
    ]
    given = call.params.get("FILTER")
    wanted = {key.upper(): value for key, value in given.items()} if isinstance(given, dict) else {}
    return selection.page([row for row in rows if selection.matches(row, wanted)], call.params.get("START"))


def _storage(number: int, name: str, *, kind: str, entity: str) -> Json:
    told = {"ID": str(number), "NAME": name, "CODE": None, "MODULE_ID": "disk", "ENTITY_TYPE": kind}
    return told | {"ENTITY_ID": entity, "ROOT_OBJECT_ID": str(folder_of(number))}


def storage_for_app(call: Call) -> object:
    """Return the application's own storage; a webhook has none."""
    if not call.caller.client_id:
        raise Refusal(Reason(NO_APPLICATION.code, NO_APPLICATION.description, 400))
    return _storage(4, "Sandbox application", kind="restapp", entity=call.caller.client_id)


def upload_to_storage(call: Call) -> object:
    """Keep a file in a storage's root folder."""
    number = decode.whole(call.params["ID"])
    if number not in (COMMON, storage_of(call.caller.user_id)):
        raise Refusal(_missing(call.params["ID"]))
    return _upload(call, number)


def upload_to_folder(call: Call) -> object:
    """Keep a file in a folder; without content, tell where to post it as a form."""
    folders = {folder_of(one): one for one in (COMMON, storage_of(call.caller.user_id))}
    storage = folders.get(decode.whole(call.params["ID"]))
    if storage is None:
        raise Refusal(_missing(call.params["ID"]))
    if "FILECONTENT" in call.params:
        return _upload(call, storage)
    token = secrets.token_urlsafe(24)
    rights = _rights(call.params.get("RIGHTS"))
    call.portal.files.announced[token] = {"storage": storage, "owner": call.caller.user_id, "rights": rights}
    return {"field": "file", "uploadUrl": f"{call.base}/rest/upload.json?auth={token}&token=disk%7C{storage}"}


def _upload(call: Call, storage: int) -> Json:
    data = call.params.get("DATA")
    name = str(data.get("NAME") or data.get("name") or "") if isinstance(data, dict) else ""
    if not name:
        raise Refusal(NO_NAME)
    content = _content(call.params.get("FILECONTENT"))
    if call.portal.files.named(storage, name):
        if not decode.truth(call.params.get("GENERATEUNIQUENAME")):
            raise Refusal(NAME_TAKEN)
        name = _free(call, storage, name)
    made = _keep(call, name, content, storage=storage, rights=_rights(call.params.get("RIGHTS")))
    return made.json(call.base) | {"ID": made.id}


def _keep(call: Call, name: str, content: bytes, *, storage: int, rights: list[Json]) -> File:
    portal = call.portal
    file = File(portal.files.next_id(), name, content, storage, call.caller.user_id, portal.clock(), rights)
    portal.files.add(file)
    return file


def _content(given: object) -> bytes:
    parts = decode.items(given)
    if len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        raise Refusal(NO_CONTENT)
    try:
        return base64.b64decode(parts[1], validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(NO_CONTENT) from None


def _rights(given: object) -> list[Json]:
    entries: list[Any] = decode.items(given) if given else []
    for entry in entries:
        if not isinstance(entry, dict) or not {"TASK_ID", "ACCESS_CODE"} <= entry.keys():
            raise Refusal(WRONG_RIGHTS)
        if str(entry["TASK_ID"]) not in TASKS or not str(entry["ACCESS_CODE"]):
            raise Refusal(WRONG_RIGHTS)
    return entries


def _free(call: Call, storage: int, name: str) -> str:
    path, count = PurePosixPath(name), 1
    while call.portal.files.named(storage, f"{path.stem} ({count}){path.suffix}"):
        count += 1
    return f"{path.stem} ({count}){path.suffix}"


def file_get(call: Call) -> object:
    """Return a file; its DOWNLOAD_URL is a credential."""
    return _file(call).json(call.base)


def external_link(call: Call) -> object:
    """Return the public link of a file, the same each time."""
    file = _file(call)
    file.link = file.link or secrets.token_urlsafe(6)
    return f"{call.base}/~{file.link}"


def _file(call: Call) -> File:
    file = call.portal.files.by_id.get(decode.whole(call.params["ID"]))
    if file is None:
        raise Refusal(_missing(call.params["ID"]))
    return file


def tasks(_call: Call) -> object:
    """Return the levels of access that rights name."""
    return [{"ID": number, "NAME": name, "TITLE": title} for number, (name, title) in TASKS.items()]


METHODS = (
    Method("disk.storage.getList", "disk", storages),
    Method("disk.storage.getForApp", "disk", storage_for_app),
    Method("disk.storage.uploadFile", "disk", upload_to_storage, batchable=False, refusals={"FILECONTENT": NO_CONTENT}),
    Method("disk.folder.uploadFile", "disk", upload_to_folder, batchable=False, refusals={"DATA": NO_NAME}),
    Method("disk.file.get", "disk", file_get),
    Method("disk.file.getExternalLink", "disk", external_link),
    Method("disk.rights.getTasks", "disk", tasks),
)
