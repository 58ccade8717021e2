"""The files of a message, as Slack describes them. No I/O.

https://docs.slack.dev/reference/objects/file-object. A file that is gone, hidden or not yet shown has no address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.document import File
from slack_bitrix24.slack.messages import lenient

_GONE = frozenset({"tombstone", "hidden_by_limit"})
_CLOSED = frozenset({"access_denied", "file_not_found", "restricted"})


@dataclass(frozen=True, slots=True)
class SlackFile:
    """A file. `url_private_download` answers only a token with `files:read`; `permalink` is for people.

    `mode` is hosted, snippet, space, external, tombstone, hidden_by_limit or file_access; with `access`
    check_file_info (Slack Connect) only the id is known and files.info tells the rest.
    """

    id: str
    name: str
    url_private_download: str = ""
    permalink: str = ""
    size: int | None = None
    mimetype: str = ""
    mode: str = ""
    access: str = ""

    @property
    def reachable(self) -> bool:
        """Return whether there is something to fetch or to ask for."""
        return self.mode not in _GONE and self.access not in _CLOSED

    def block(self) -> File:
        """Return the file as it stands in a document: by its page, never by its download address."""
        return File(self.name, self.permalink if self.reachable else "", self.size)


def read(value: object) -> tuple[SlackFile, ...]:
    """Return the files that a message's `files` (or old `file`) holds, each once."""
    files = [_file(item) for item in lenient.several(value) if isinstance(item, Mapping)]
    return tuple({file.id or file: file for file in reversed(files)}.values())[::-1]


def _file(value: Mapping[str, Any]) -> SlackFile:
    mode = lenient.text(value.get("mode"))
    external = mode == "external" or lenient.flag(value.get("is_external"))
    private = lenient.web(value.get("url_private"))
    return SlackFile(
        id=lenient.text(value.get("id")),
        name=lenient.text(value.get("title")) or lenient.text(value.get("name")) or "file",
        url_private_download="" if external else lenient.web(value.get("url_private_download")) or private,
        permalink=(external and private) or lenient.web(value.get("permalink")) or private,
        size=lenient.whole(value.get("size")) or None,
        mimetype=lenient.text(value.get("mimetype")),
        mode=mode,
        access=lenient.text(value.get("file_access")),
    )
