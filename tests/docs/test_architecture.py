"""The page on how it is built names what there is: every file and folder in it exists, and every package is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ROOT / "plugin" / "slack_bitrix24"
TEXT = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
PATHS = sorted(set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+(?:\.(?:py|md)|/))`", TEXT)))


@pytest.mark.parametrize("path", PATHS)
def test_what_the_page_names_is_there(path):
    if "/" in path.rstrip("/"):
        assert (CODE / path).exists() or (ROOT / path).exists()
    else:
        found = [one for one in CODE.rglob(path.rstrip("/")) if one.is_dir() == path.endswith("/")]
        assert found or (ROOT / path).is_dir()


def packages():
    folders = (one.parent for one in CODE.rglob("__init__.py"))
    return sorted(f"{one.relative_to(CODE)}/" for one in folders if one != CODE and one.name != "versions")


@pytest.mark.parametrize("package", packages())
def test_every_package_is_on_the_page(package):
    assert f"`{package}`" in TEXT


def test_each_file_in_the_table_lies_in_its_folder():
    rows = re.findall(r"^\| `([\w/]+/)`.*?\| (.*) \|$", TEXT, re.MULTILINE)
    assert len(rows) >= 15
    wrong = [
        (folder, file)
        for folder, said in rows
        for file in re.findall(r"`(\w+\.py)`", said)
        if not list((CODE / folder).rglob(file))
    ]
    assert wrong == []
