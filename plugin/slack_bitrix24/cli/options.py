r"""What `send` is given, read and checked: text with `\n`, pictures, files, blocks."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.cli.ending import UsageFaultError
from slack_bitrix24.errors import AttachError
from slack_bitrix24.model import Priority
from slack_bitrix24.render.links import address, last_part

WEB = ("http://", "https://")
LARGEST = 1_000_000
"""Bytes of JSON that are read: Bitrix24 takes 60,000 characters."""


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
    priority: Priority = "normal"


def either(typed: Sequence[str]) -> int:
    """Refuse `--to` together with what belongs to the other way of sending."""
    raise UsageFaultError(f"send: --to and {' and '.join(typed)} don't go together: --to, or --url with --user")


def read(wanted: Wanted) -> Wanted:
    """Return it with the text read; whatever can be seen to be wrong is said before anything is sent."""
    text = text_of(wanted.text)
    if not text.strip() and not (wanted.blocks.strip() or wanted.pictures or wanted.files):
        raise UsageFaultError("--text: there is nothing to send")
    for option, value in {"--text": text, "--tag": wanted.tag, "--blocks": wanted.blocks}.items():
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise UsageFaultError(f"{option}: not UTF-8 text")
    if wanted.output is not None:
        try:
            wanted.output.open("a").close()
        except OSError as error:
            raise UsageFaultError(f"--output: {wanted.output} can't be written: {error.strerror}") from None
    return replace(wanted, text=text)


def refused(option: str, why: str) -> int:
    """Refuse an option that does not apply."""
    raise UsageFaultError(f"{option}: {why}")


def text_of(text: str) -> str:
    r"""Return the text: `-` reads standard input as it is; elsewhere `\n` is a line break and `\\n` a typed `\n`."""
    if text == "-":
        try:
            return sys.stdin.read().removesuffix("\n")
        except UnicodeDecodeError:
            raise UsageFaultError("--text -: standard input is not UTF-8 text") from None
    return re.sub(r"\\\\n|\\r\\n|\\n", lambda match: "\\n" if match[0] == "\\\\n" else "\n", text)


def named(options: Sequence[str], option: str) -> list[tuple[str, str]]:
    """Split NAME=VALUE options; an address alone is named after its last part."""
    found = []
    for text in options:
        name, separator, value = text.partition("=")
        if text.startswith(WEB):
            name, value = last_part(text) or text, text
        elif not separator or not name or not value:
            raise UsageFaultError(f"{option}: expected NAME=URL, got {text!r}")
        found.append((name, address(value) or value if value.startswith(WEB) else value))
    return found


def blocks_of(text: str) -> dict[str, Any] | None:
    """Return the ATTACH of `--blocks` in full form: JSON, the path of a file with JSON, or an address that serves it.

    A block alone is taken too. Raises UsageFaultError for what is no JSON or can't be read, AttachError for what
    Bitrix24 would refuse.
    """
    if not text.strip():
        return None
    found = _parsed(_source(text.strip()))
    if isinstance(found, dict) and len(found) == 1 and "BLOCKS" not in found:
        found = [found]
    try:
        return check(found)
    except AttachError as error:
        raise AttachError(f"--blocks: {error}") from None


def _source(text: str) -> str:
    if text.startswith(WEB):
        from slack_bitrix24.cli.send.fetching import fetch  # noqa: PLC0415 – requests is loaded only for an address

        return fetch(text)
    if text.startswith(("[", "{")):
        return text
    try:
        with Path(text).open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise UsageFaultError(f"--blocks: {text} holds more than {LARGEST:,} bytes")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageFaultError(f"--blocks: neither JSON nor a readable file: {error.strerror}") from None
    except ValueError:
        raise UsageFaultError("--blocks: neither JSON nor a file with UTF-8 text") from None


def _parsed(source: str) -> Any:
    try:
        return json.loads(source)
    except RecursionError:
        raise UsageFaultError("--blocks: nested too deep") from None
    except ValueError as error:
        # As the shell leaves them, with single quotes: "[{'MESSAGE': 'text'}]". literal_eval runs nothing.
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            return ast.literal_eval(source.strip())
        raise UsageFaultError(f"--blocks: not JSON: {error}") from None


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
