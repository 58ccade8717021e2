"""The Drive: storages, files, who may read them. No I/O."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from slack_bitrix24.sandbox.portal.envelope import Json, iso


@dataclass
class File:
    """A file on the Drive; `id` is the Drive's own, not that of its content."""

    id: int
    name: str
    content: bytes
    storage: int
    created_by: int
    created: float
    rights: list[Json] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    link: str = ""

    def json(self, base: str) -> Json:
        """Return the fields of disk.file.get; DOWNLOAD_URL is a credential."""
        text = {"ID": self.id, "STORAGE_ID": self.storage, "FILE_ID": 20_000 + self.id, "SIZE": len(self.content)}
        owner, moment = str(self.created_by), iso(int(self.created))
        return {
            **{name: str(value) for name, value in text.items()},
            "NAME": self.name,
            "CODE": None,
            "TYPE": "file",
            "PARENT_ID": str(folder_of(self.storage)),
            "DELETED_TYPE": "0",
            "GLOBAL_CONTENT_VERSION": "1",
            "DELETE_TIME": None,
            "DELETED_BY": "0",
            "CREATE_TIME": moment,
            "UPDATE_TIME": moment,
            "CREATED_BY": owner,
            "UPDATED_BY": owner,
            "DOWNLOAD_URL": f"{base}/rest/download.json?auth={self.token}&token=disk%7C{self.id}",
            "DETAIL_URL": f"{base}/company/personal/user/{owner}/disk/file/{self.name}",
        }


@dataclass
class Files:
    """All files, and the uploads that were announced."""

    by_id: dict[int, File] = field(default_factory=dict)
    announced: dict[str, Json] = field(default_factory=dict)
    last_id: int = 9000

    def add(self, file: File) -> None:
        """Keep a file."""
        self.by_id[file.id] = file

    def next_id(self) -> int:
        """Return an id that no file had."""
        self.last_id += 1
        return self.last_id

    def named(self, storage: int, name: str) -> File | None:
        """Return the file of that name in a storage."""
        return next((file for file in self.by_id.values() if (file.storage, file.name) == (storage, name)), None)

    def linked(self, link: str) -> File | None:
        """Return the file behind a public link."""
        return next((file for file in self.by_id.values() if link and file.link == link), None)

    def clear(self) -> None:
        """Forget all files."""
        self.by_id.clear()
        self.announced.clear()


COMMON = 3
"""The storage that everyone shares."""


def storage_of(user_id: int) -> int:
    """Return the id of a person's own storage."""
    return 1000 + user_id


def folder_of(storage: int) -> int:
    """Return the id of a storage's root folder."""
    return 8000 + storage
