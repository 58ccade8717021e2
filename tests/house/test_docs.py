"""What the documentation shows works as shown: settings load, commands parse, mappings are read, links lead on."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.main import get_command

from slack_bitrix24.cli.commands import application
from slack_bitrix24.config import (
    Heartbeat,
    Log,
    Media,
    Outbox,
    Permissions,
    Portal,
    Relay,
    Schedule,
    Settings,
    Slack,
    Web,
    Webhook,
    load,
)
from slack_bitrix24.mapping import read_mapping

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONFIGURATION = ROOT / "docs" / "reference" / "configuration.md"
PROGRAM = "slack-bitrix24"

_FENCE = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!`)\]\((?!https?:|mailto:|#)([^)#\s]+)")
_ENDS_COMMAND = {"|", ">", ">>", "<", "&&", "||", ";", "&"}


class Block(NamedTuple):
    """A fenced block: its page and line, its language and its text."""

    place: str
    language: str
    text: str


def blocks(*languages: str) -> list[Block]:
    return [block for page in PAGES for block in _blocks(page) if block.language in languages]


def _blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(f"{page.relative_to(ROOT)}:{line}", found[2], found[3])


def each(found: list[Block]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", found, ids=lambda block: block.place)


class Variables(dict[str, str]):
    """Every variable that a page may name, with a value of the right form."""

    def get(self, name, default=None):
        if name.endswith("_FILE"):
            return default
        forms = {
            "BITRIX24_WEBHOOK_URL": "https://example.bitrix24.ru/rest/1/0123456789abcdef/",
            "SLACK_BOT_TOKEN": "xoxb-0123456789abcdef",
            "SLACK_APP_TOKEN": "xapp-0123456789abcdef",
            "SLACK_API_URL": "https://slack.com/api/",
            "DATABASE_URL": "postgresql://me@host/name",
            "page_password": "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
        }
        if name.endswith("WEBHOOK_URL"):
            return forms["BITRIX24_WEBHOOK_URL"]
        return forms.get(name, f"0123456789-{name}")


@each(blocks("toml"))
def test_settings_shown_are_settings(block, tmp_path):
    file = tmp_path / "slack-bitrix24.toml"
    file.write_text(re.sub(r'file = "/run/secrets/(\w+)"', r'env = "\1"', block.text), "utf-8")
    load(file, Variables())


@pytest.mark.parametrize(
    "kind",
    [Heartbeat, Log, Media, Outbox, Permissions, Portal, Relay, Schedule, Settings, Slack, Web, Webhook],
    ids=lambda kind: kind.__name__,
)
def test_every_setting_is_documented(kind):
    """A setting that only the code knows of is a failing test."""
    page = CONFIGURATION.read_text("utf-8")
    ours = {"path", "warnings", "timezone_from", "name"} if kind is Settings or kind is Portal else set()
    keys = {field.name.removesuffix("_") for field in dataclasses.fields(kind)} - ours
    assert {key for key in keys if not re.search(rf"`\[*{key}\b|\b{key} = ", page)} == set()


def _is_mapping(block: Block) -> bool:
    return block.language == "csv" or bool(re.search(r"^(users|groups):", block.text, re.MULTILINE))


@each([block for block in blocks("yaml", "csv") if _is_mapping(block)])
def test_mappings_shown_are_mappings(block):
    directory = read_mapping(block.text, name=f"shown.{block.language}", portals=["main", "acme"])
    assert directory.users or directory.groups


def shown_commands() -> list[tuple[str, list[str]]]:
    found = []
    for block in blocks("console", "sh", "shell", "bash"):
        for line in block.text.replace("\\\n", " ").splitlines():
            if PROGRAM in line and not line.startswith("#"):
                words = shlex.split(line.removeprefix("$ "), comments=True)
                found += [(block.place, words[i + 1 :]) for i, word in enumerate(words) if _is_program(words, i, word)]
    return found


def _is_program(words: list[str], index: int, word: str) -> bool:
    """Tell a call of the program from its name as an argument (`pip install slack-bitrix24`)."""
    before = words[index - 1] if index else "&&"
    return Path(word).name == PROGRAM and (before in _ENDS_COMMAND or before in ("sudo", "bridge") or "=" in before)


@pytest.mark.parametrize(
    ("place", "words"), shown_commands(), ids=lambda value: value if isinstance(value, str) else " ".join(value)[:60]
)
def test_commands_shown_are_commands(place, words):
    """Parsed by the command line itself, without being run."""
    ends = [i for i, word in enumerate(words) if word in _ENDS_COMMAND]
    rest = words[: min(ends, default=len(words))]
    command = get_command(application)
    if rest[:1] == ["--config"]:
        rest = rest[2:]
    while rest and hasattr(command, "commands"):
        assert rest[0] in command.commands or rest[0].startswith("-"), f"{place}: no command {rest[0]}"
        if rest[0].startswith("-"):
            break
        command = command.commands[rest.pop(0)]
    if not {"--help", "--version"} & set(rest):
        command.make_context(PROGRAM, rest).close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = page.read_text("utf-8")
    dead = [link for link in _LINK.findall(text) if not (page.parent / link).exists()]
    assert dead == []
