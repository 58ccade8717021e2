"""The findings: each script is listed, can be run, and pins what it installs. CI does not run them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
INSTALLED = re.compile(r"(?:pip\" install|npm install)((?:[^\n]|(?<=\\)\n)*)")


def installed(script: str) -> list[str]:
    """Return what pip and npm are told to install, without their options."""
    words = " ".join(INSTALLED.findall(script)).replace("\\\n", " ").split()
    return [word for word in words if not word.startswith(("--", '"'))]


def test_there_are_some_and_the_table_lists_just_these():
    listed = re.findall(r"^\| \[(\S+)\]\(\1\)", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert SCRIPTS
    assert listed == [script.name for script in SCRIPTS]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_it_can_be_run_and_says_what_it_found(path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert os.access(path, os.X_OK)
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert "trap 'rm -rf \"$work\"' EXIT" in lines
    assert "# Guess: " in text
    assert "# Seen with " in text
    assert lines[-1] == 'if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi'
    assert "slack_bitrix24" not in text


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_it_pins_what_it_installs_and_names_the_same_versions_in_words(path):
    text = path.read_text(encoding="utf-8")
    found = installed(text)
    assert found
    told = (FOLDER / "README.md").read_text(encoding="utf-8").lower()
    for word in found:
        pinned = re.fullmatch(r"([a-z0-9-]+)(?:==|@)([0-9.]+)", word)
        assert pinned, word
        named = f"{pinned[1]} {pinned[2]}"
        assert named in text.lower(), f"{named} is not in the comment"
        assert named in told, f"{named} is not in the table"
