"""Sizes and names: what keeps a file readable in one sitting, measured over the whole package."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from token import COMMENT

import pytest

PACKAGE = Path(__file__).parents[2] / "plugin" / "slack_bitrix24"
MODULES = sorted(PACKAGE.rglob("*.py"))
FILE_LINES = 400
FUNCTION_LINES = 50
POSITIONAL = 3
# Names that say nothing of what is inside.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "service", "misc", "common"}

Function = ast.FunctionDef | ast.AsyncFunctionDef

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def positional(function: Function) -> list[str]:
    """Return the arguments that a caller may pass without naming them, `self` aside."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


@each_module
def test_a_file_begins_with_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@each_module
def test_a_file_is_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= FILE_LINES


@each_module
def test_a_function_is_short(path):
    lines = {each.name: (each.end_lineno or 0) - each.lineno + 1 for each in functions(path)}
    assert {name: count for name, count in lines.items() if count > FUNCTION_LINES} == {}


@each_module
def test_a_call_names_its_arguments(path):
    """A signature that somebody else dictates (typer, OpenIntegrations) carries ruff's noqa with its reason."""
    lines = path.read_text("utf-8").splitlines()
    found = {each.name: positional(each) for each in functions(path) if "noqa: PLR09" not in lines[each.lineno - 1]}
    assert {name: names for name, names in found.items() if len(names) > POSITIONAL} == {}


@each_module
def test_a_file_is_named_after_what_is_in_it(path):
    assert path.stem not in EMPTY_NAMES
    assert len(path.stem) > 2


def _comments(path: Path) -> dict[int, str]:
    """Return the comments by their line, without what only tells a linter."""
    with path.open("rb") as opened:
        found = {token.start[0]: token.string for token in tokenize.tokenize(opened.readline) if token.type == COMMENT}
    bare = {line: re.sub(r"^#\s*noqa: [A-Z0-9, ]+", "", text).strip("# –-") for line, text in found.items()}
    return {line: text for line, text in bare.items() if text}


@each_module
def test_whatever_is_caught_wholesale_says_why(path):
    """`except Exception` may hide a fault of ours: a comment says what must go on. What is raised again hides none."""
    comments = _comments(path)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name):
            wholesale = node.type.id in ("Exception", "BaseException")
            again = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            said = any(line in comments for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))
            assert not wholesale or again or said, f"line {node.lineno}"
