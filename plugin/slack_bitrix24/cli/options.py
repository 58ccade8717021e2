r"""What `send` is given, read and checked: text with `\n`, pictures, files, blocks."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.cli.ending import UsageFaultError
from slack_bitrix24.errors import AttachError

WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options that both ways of `send` share, as they were typed."""

    text: str
    tag: str = ""
    pictures: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    blocks: str = ""
    dry_run: bool = False
    output: Path | None = None
    as_json: bool = False


def text_of(text: str) -> str:
    r"""Return the text: `-` reads standard input as it is; elsewhere `\n` is a line break, `\\` a backslash."""
    if text == "-":
        return sys.stdin.read().removesuffix("\n")
    pieces = text.split("\\\\")
    return "\\".join(piece.replace("\\n", "\n") for piece in pieces)


def named(options: Sequence[str], option: str) -> list[tuple[str, str]]:
    """Split NAME=VALUE options; an address alone is named after its last part."""
    found = []
    for text in options:
        name, separator, value = text.partition("=")
        if text.startswith(WEB):
            name, value = Path(urlsplit(text).path).name or text, text
        elif not separator or not name or not value:
            raise UsageFaultError(f"{option}: expected NAME=URL, got {text!r}")
        found.append((name, value))
    return found


def blocks_of(text: str) -> dict[str, Any] | None:
    """Return the ATTACH of `--blocks` in full form: JSON, the path of a file with JSON, or an address that serves it.

    Raises UsageFaultError for what is no JSON or can't be read, AttachError for what Bitrix24 would refuse.
    """
    if not text.strip():
        return None
    source = text.strip()
    if source.startswith(WEB):
        source = _fetched(source)
    elif not source.startswith(("[", "{")):
        try:
            source = Path(source).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise UsageFaultError(f"--blocks: neither JSON nor a readable file: {error}") from None
    try:
        found = json.loads(source)
    except ValueError as error:
        raise UsageFaultError(f"--blocks: not JSON: {error}") from None
    try:
        return check(found)
    except AttachError as error:
        raise AttachError(f"--blocks: {error}") from None


def _fetched(url: str) -> str:
    from slack_bitrix24.cli.fetching import fetch  # noqa: PLC0415 – requests is loaded only for an address

    return fetch(url)


def attach_of(wanted: Wanted, *, files: Sequence[dict[str, Any]] = ()) -> dict[str, Any] | None:
    """Return the ATTACH of the blocks, pictures and files together, or None."""
    attach = blocks_of(wanted.blocks) or {"BLOCKS": []}
    pictures = [{"IMAGE": [{"NAME": name, "LINK": url}]} for name, url in named(wanted.pictures, "--picture")]
    together = [*attach["BLOCKS"], *pictures, *files]
    return check({**attach, "BLOCKS": together}) if together else None


def write(wanted: Wanted, text: str) -> None:
    """Print the answer, or put it into the `--output` file."""
    if wanted.output is None:
        print(text)  # noqa: T201 – what a command prints
    else:
        wanted.output.write_text(text + "\n", encoding="utf-8")
