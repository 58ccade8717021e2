"""The table of scopes is what the code asks for and calls."""

import ast
import re
from pathlib import Path

import slack_bitrix24
from slack_bitrix24.slack.app import FURTHER_SCOPES, SCOPES

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "permissions.md"
CODE = Path(slack_bitrix24.__file__).parent

NEEDS = {"im": {"im"}, "user": {"user", "user_basic"}, "disk": {"disk"}, "imbot": {"imbot"}}
"""The scopes that let a method be called, by the method's first word."""
_METHOD = re.compile(r"(im|user|disk|imbot|department|crm|task)(\.\w+)+")


def table(heading: str) -> dict[str, str]:
    """The rows below a heading: each scope of the first column, with the second column."""
    section = PAGE.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \| (.+) \|$", section, re.MULTILINE)
    return {scope: why for scopes, why in rows for scope in re.findall(r"`([\w:.]+)`", scopes)}


def methods() -> set[str]:
    """The REST methods that stand in the code, the sandbox left aside."""
    found = set()
    for file in CODE.rglob("*.py"):
        if "sandbox" in file.relative_to(CODE).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _METHOD.fullmatch(node.value):
                found.add(node.value)
    return found


def test_slack_s_scopes_are_those_that_the_app_asks_for():
    assert set(table("Slack")) == {*SCOPES, *FURTHER_SCOPES}
    assert all(table("Slack").values())


def test_bitrix24_s_scopes_are_those_that_the_methods_need():
    called = {method.partition(".")[0] for method in methods()}
    assert called >= {"im", "user", "disk"}
    assert set(table("Bitrix24")) == set().union(*(NEEDS[word] for word in called))


def test_the_app_level_token_has_the_scope_of_socket_mode():
    assert "the one scope `connections:write`" in PAGE.read_text("utf-8")
