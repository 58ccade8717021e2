"""docs/reference/command-line.md: every command and option is there, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from slack_bitrix24.cli.commands import application

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "command-line.md").read_text("utf-8")


def commands(command, prefix=()):
    """Every command that does something, with its words."""
    inner = getattr(command, "commands", {})
    if not inner:
        yield prefix, command
    for name, one in inner.items():
        yield from commands(one, (*prefix, name))


ALL = dict(commands(get_command(application)))


def options(command):
    return {name for option in command.params for name in option.opts if name.startswith("-")}


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_and_option_is_documented(words):
    section = PAGE.partition(f"\n## {words[0]}\n")[2].partition("\n## ")[0]
    assert f"$ slack-bitrix24 {' '.join(words)}" in section
    everywhere = {"--config", "--help", "-h"}
    assert {name for name in options(ALL[words]) - everywhere if f"{name}" not in section} == set()


def test_no_option_is_documented_that_does_not_exist():
    known = {"--help"}.union(*map(options, (get_command(application), *ALL.values())))
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE.partition("## Coming from")[0]))
    assert shown - known == set()
