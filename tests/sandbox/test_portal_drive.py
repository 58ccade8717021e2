"""disk.*: upload a file for some, link it, read it back."""

from __future__ import annotations

import base64

import pytest
import requests

STORAGE = 1001
CONTENT = base64.b64encode(b"df -h").decode()


def upload(rest, **params):
    return rest.call(
        "disk.storage.uploadFile",
        **{"id": STORAGE, "data": {"NAME": "df.txt"}, "fileContent": ["df.txt", CONTENT]} | params,
    )


def test_storages_are_the_own_and_the_common_one(rest):
    assert [one["ENTITY_TYPE"] for one in rest.call("disk.storage.getList")] == ["common", "user"]
    [own] = rest.call("disk.storage.getList", filter={"ENTITY_TYPE": "user"})
    assert (own["ID"], own["ENTITY_ID"]) == (str(STORAGE), "1")
    assert rest.refused("disk.storage.getForApp") == (400, "ACCESS_DENIED")


def test_an_uploaded_file_can_be_read_and_linked(rest):
    file = upload(rest, rights=[{"TASK_ID": 71, "ACCESS_CODE": "U10"}])
    assert isinstance(file["ID"], int)
    told = rest.call("disk.file.get", id=file["ID"])
    assert (told["ID"], told["SIZE"], told["NAME"]) == (str(file["ID"]), "5", "df.txt")
    assert told["ID"] != told["FILE_ID"]
    assert requests.get(told["DOWNLOAD_URL"], timeout=5).content == b"df -h"
    link = rest.call("disk.file.getExternalLink", id=file["ID"])
    assert link == rest.call("disk.file.getExternalLink", id=str(file["ID"]))
    assert requests.get(link, timeout=5).content == b"df -h"
    assert requests.get(rest.url + "/~nothing", timeout=5).status_code == 404
    assert requests.get(rest.url + "/rest/download.json?auth=x", timeout=5).status_code == 403
    [row] = rest.sandbox("files")
    assert (row["name"], row["rights"]) == ("df.txt", [{"TASK_ID": 71, "ACCESS_CODE": "U10"}])


def test_a_taken_name_is_refused_or_made_unique(rest):
    upload(rest)
    params = {"id": STORAGE, "data": {"NAME": "df.txt"}, "fileContent": ["df.txt", CONTENT]}
    assert rest.refused("disk.storage.uploadFile", **params) == (400, "DISK_OBJ_22000")
    assert upload(rest, generateUniqueName=True)["NAME"] == "df (1).txt"
    assert upload(rest, generateUniqueName="Y")["NAME"] == "df (2).txt"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"id": None}, "ERROR_NOT_FOUND"),
        ({"id": 77}, "ERROR_NOT_FOUND"),
        ({"id": "x"}, "ERROR_ARGUMENT"),
        ({"data": {}}, "DISK_BASE_SERVICE_22001"),
        ({"data": 5}, "ERROR_ARGUMENT"),
        ({"fileContent": None}, "ERROR_ARGUMENT"),
        ({"fileContent": ["df.txt"]}, "ERROR_ARGUMENT"),
        ({"fileContent": ["df.txt", "data:text/plain;base64," + CONTENT]}, "ERROR_ARGUMENT"),
        ({"rights": ["U10"]}, ""),
        ({"rights": [{"TASK_ID": 1, "ACCESS_CODE": "U10"}]}, ""),
    ],
    ids=str,
)
def test_what_cannot_be_uploaded(rest, params, code):
    asked = {"id": STORAGE, "data": {"NAME": "df.txt"}, "fileContent": ["df.txt", CONTENT]} | params
    status, got = rest.refused("disk.storage.uploadFile", **asked)
    assert status == 400
    assert got == code or (params.get("id", 0) is None and got == "ERROR_ARGUMENT")


def test_a_form_upload_in_two_steps(rest):
    folder = int(rest.call("disk.storage.getList", filter={"ENTITY_TYPE": "user"})[0]["ROOT_OBJECT_ID"])
    place = rest.call("disk.folder.uploadFile", id=folder, data={"NAME": "x"})
    sent = requests.post(place["uploadUrl"], files={place["field"]: ("big.bin", b"\x00\xff" * 10)}, timeout=5).json()
    assert (sent["result"]["NAME"], sent["result"]["SIZE"]) == ("big.bin", "20")
    again = requests.post(place["uploadUrl"], files={"file": ("x", b"")}, timeout=5)
    assert again.status_code == 400
    direct = rest.call("disk.folder.uploadFile", id=folder, data={"NAME": "d"}, fileContent=["d", CONTENT])
    assert direct["PARENT_ID"] == str(folder)
    assert rest.refused("disk.folder.uploadFile", id=5, data={"NAME": "x"}) == (400, "ERROR_NOT_FOUND")


def test_levels_of_access(rest):
    assert {"ID": "71", "NAME": "disk_access_read", "TITLE": "Read"} in rest.call("disk.rights.getTasks")
    assert rest.refused("disk.file.get", id=1) == (400, "ERROR_NOT_FOUND")
    assert rest.refused("disk.file.get") == (400, "ERROR_ARGUMENT")
