"""The payloads of real senders, read where they are: the environment variable CORPUS names the folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CORPUS = os.environ.get("CORPUS", "")
needed = pytest.mark.skipif(
    not CORPUS or not Path(CORPUS, "manifest.json").is_file(), reason="CORPUS names no folder of payloads"
)


def payloads(*kinds: str) -> Iterator[tuple[str, Any]]:
    """Yield the strict JSON files of these kinds; of a list of messages, each message."""
    for entry in json.loads(Path(CORPUS, "manifest.json").read_text()):
        if not kinds or entry["kind"] in kinds:
            try:
                body = json.loads(Path(CORPUS, entry["file"]).read_text())
            except ValueError:
                continue
            several = isinstance(body, list) and any(isinstance(one, dict) and "attachments" in one for one in body)
            yield from ((entry["file"], one) for one in (body if several else [body]))
