"""The bytes of files that the bridge's bot uploads: from the database, or from the address that was given."""

from __future__ import annotations

import time

import requests

from slack_bitrix24.bitrix24.bot_files import LARGEST
from slack_bitrix24.deliver.files import NoFileError
from slack_bitrix24.model import Attached
from slack_bitrix24.store import Store

TIMEOUT = 10.0
"""Seconds without a byte."""
WHOLE = 60.0
"""Seconds for all of a file."""
PIECE = 1 << 16
"""Bytes that are read at a time: between two of them it is seen that a file is too large or too slow."""
PAGES = (".html", ".htm")


class Files:
    """Reads them. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, file: Attached) -> bytes:
        """Return a file's bytes; raise NoFileError, StoreError."""
        if not file.kept:
            return fetched(file)
        content = self._store.read(lambda tx: tx.uploads.content(file.kept))
        if content is None:
            raise NoFileError("the file is not kept any more")
        return content


def fetched(file: Attached) -> bytes:
    """Return what is at a file's address; raise NoFileError where that is nothing, too much, or a page instead."""
    end = time.monotonic() + WHOLE
    try:
        with requests.get(file.url, timeout=TIMEOUT, stream=True) as answer:
            page = answer.headers.get("Content-Type", "").lower().startswith("text/html")
            if answer.status_code != 200 or (page and not file.name.lower().endswith(PAGES)):
                # 200 and a page is how a sign-in shows itself where a document is wanted.
                raise NoFileError("the address gives no file")
            content = bytearray()
            for piece in answer.iter_content(PIECE):
                content += piece
                if len(content) > LARGEST or time.monotonic() > end:
                    raise NoFileError("the file is too large, or comes too slowly")
    except (requests.RequestException, ValueError):
        raise NoFileError("the address can't be reached") from None
    if not content:
        raise NoFileError("the file is empty")
    return bytes(content)
