"""`manifest`: what Slack makes the app from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from slack_bitrix24.cli.ending import DONE

_NAME = "manifest.json"


def text() -> str:
    """Return manifest.json: it lies in the package once that is built, and at the top of a checkout."""
    inside = files("slack_bitrix24") / _NAME
    return (inside if inside.is_file() else Path(__file__).parents[3] / _NAME).read_text(encoding="utf-8")


def printed() -> int:
    """Print it as it is."""
    print(text(), end="")  # noqa: T201 – what a command prints
    return DONE
