"""One door per library: who imports what, read from the source.

import-linter holds the floors between our own files; this holds the ways out to other people's.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "plugin" / "slack_bitrix24"

# Library → the files and folders that may import it. Whoever needs it elsewhere asks the one who has the door.
DOORS = {
    "requests": {"bitrix24/client.py", "cli/send/fetching.py", "app/files.py"},
    "urllib3": {"bitrix24/client.py"},
    "slack_bolt": {"listeners/"},
    "slack_sdk": {
        "listeners/",
        "receipts.py",
        "app/slack_side.py",
        "app/slack_openid.py",
        "cli/checks/slack.py",
        "cli/checks/online.py",
        "cli/slack_answers.py",
        "cli/people/slack_people.py",
        "cli/init/trial.py",
    },
    "websocket": {"listeners/"},
    "sqlalchemy": {"store/"},
    "alembic": {"store/"},
    "argon2": {"web/page/passwords.py"},
    "psycopg": {"store/"},
    "apscheduler": {"schedule.py", "schedule/"},
    "typer": {"cli/"},
    "click": {"cli/"},
    "rich": {"cli/"},
    "fastapi": {"web/"},
    "starlette": {"web/", "sandbox/"},
    "uvicorn": {"serving/"},
    "h11": {"serving/"},
    "websockets": {"sandbox/"},
    "jinja2": {"web/", "sandbox/"},
    "yaml": {"mapping/"},
    "pydantic": {"web/"},
    "pydantic_core": {"matching.py"},
    "prometheus_client": {"metrics.py"},
    "structlog": {"app/", "cli/"},
    "cryptography": {"bitrix24/tokens.py", "store/", "sandbox/"},
    "dateutil": {"when/"},
    "emoji": {"slack/", "sandbox/"},
    "jsonpath": {"config/checks.py", "web/senders/anyjson.py"},
    "markdown_it": {"slack/messages/markdown.py"},
}
# Modules that must stay pure: no clock, no environment, no files, no sockets.
PURE = (
    "slack/", "render/", "when/", "address.py", "crontab.py", "matching.py", "document.py", "model.py", "plain.py",
    "errors.py",
)  # fmt: skip
IMPURE = {"os", "socket", "subprocess", "threading", "time", "random", "pathlib", "io", "urllib.request", "logging"}


def modules() -> list[str]:
    return sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


@cache
def imported(module: str) -> tuple[str, ...]:
    return tuple(_imported(module))


def _imported(module: str) -> Iterator[str]:
    """Yield the full names of what a module imports, at the top or within a function."""
    for node in ast.walk(ast.parse((PACKAGE / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def behind(module: str, doors: tuple[str, ...] | set[str]) -> bool:
    return any(module == door or (door.endswith("/") and module.startswith(door)) for door in doors)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library):
    users = {module for module in modules() if any(name.split(".")[0] == library for name in imported(module))}
    assert {module for module in users if not behind(module, DOORS[library])} == set()


@pytest.mark.parametrize("module", [module for module in modules() if behind(module, PURE)])
def test_what_is_pure_imports_nothing_that_is_not(module):
    assert set(imported(module)) & IMPURE == set()


def test_the_environment_is_read_at_the_top_alone():
    """Every other file gets plain arguments, so that a test can give it any."""
    readers = {module for module in modules() if _reads_environment(module)}
    assert {module for module in readers if not behind(module, {"config/", "cli/", "__main__.py"})} == set()


def _reads_environment(module: str) -> bool:
    tree = ast.parse((PACKAGE / module).read_text("utf-8"))
    return any(isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} for node in ast.walk(tree))


def test_the_sandbox_knows_nothing_of_the_bridge():
    """It speaks for the two vendors: what both sides shared, a test between them could not find.

    The thread that serves HTTP says nothing of either.
    """
    allowed = ("slack_bitrix24.sandbox", "slack_bitrix24.serving")
    users = [module for module in modules() if module.startswith("sandbox/")]
    ours = {(module, name) for module in users for name in imported(module) if name.startswith("slack_bitrix24")}
    assert {each for each in ours if not each[1].startswith(allowed)} == set()


def test_the_bitrix24_module_stands_alone():
    """Other people's programs import it: it needs nothing of the bridge but the message tree and the errors."""
    allowed = ("bitrix24", "document", "plain", "model", "errors")
    users = [module for module in modules() if module.startswith("bitrix24/")]
    ours = {(module, name) for module in users for name in imported(module) if name.startswith("slack_bitrix24.")}
    assert {each for each in ours if each[1].split(".")[1] not in allowed} == set()
