"""Check a call's parameters by the documentation's own machine-readable specifications (folder `spec`).

https://github.com/bitrix-tools/b24-rest-docs, see spec/ORIGIN.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_WHOLE = re.compile(r"\s*-?\d+\s*")
_FLAGS = frozenset({"true", "false", "y", "n", "1", "0", ""})
RETURNED = frozenset({"result", "time"})
"""Names by which one knows that a file describes an answer where it should describe parameters."""


@dataclass(frozen=True)
class Found:
    """What a call has wrong, by the names of parameters."""

    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Specification:
    """A method's parameters, in upper case, each with the test of its type."""

    method: str
    scope: str
    types: Mapping[str, Callable[[Any], bool]]
    required: tuple[str, ...]

    def check(self, params: Mapping[str, Any]) -> Found:
        """Compare `params` (names in upper case) with the specification."""
        types, unknown, wrong = self.types, [], []
        for name, value in params.items():
            test = types.get(name)
            if test is None:
                unknown.append(name)
            elif not test(value):
                wrong.append(name)
        missing = [name for name in self.required if name not in params]
        return Found(tuple(missing), tuple(wrong), tuple(unknown)) if missing or wrong or unknown else _FINE


_FINE = Found()


@cache
def specifications() -> Mapping[str, Specification]:
    """Return all of them, by the method's name in lower case."""
    folder = resources.files("slack_bitrix24.sandbox.portal") / "spec"
    read = [json.loads(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".json")]
    return {spec["method"].lower(): _compile(spec) for spec in read}


def _compile(spec: Mapping[str, Any]) -> Specification:
    params = spec["params"]
    if any(param["name"] in RETURNED for param in params):
        params = []
    types: dict[str, Callable[[Any], bool]] = {}
    for param in params:
        name = param["name"].upper()
        # department.get has both `sort`, a field's name, and `SORT`, a number.
        types[name] = _anything if name in types else _TESTS.get(_kind(param), _anything)
    return Specification(
        method=spec["method"],
        scope=spec["scope"],
        types=types,
        required=tuple(param["name"].upper() for param in params if param["required"] is True),
    )


def _kind(param: Mapping[str, Any]) -> str:
    # The page of user.get says "string" of FILTER, and shows objects; of order too, where portals take a map, as
    # clients that page through lists (fast_bitrix24) send it.
    return {"FILTER": "object", "order": "any"}.get(param["name"]) or str(param["base"])


def _integer(value: Any) -> bool:
    if isinstance(value, str):
        return value == "" or _WHOLE.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _string(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _flag(value: Any) -> bool:
    return isinstance(value, bool | int) or (isinstance(value, str) and value.lower() in _FLAGS)


def _structure(value: Any) -> bool:
    # As a JSON string it is documented for im.*; a lone scalar is what PHP's brackets make of one element.
    return isinstance(value, dict | list | str)


def _anything(_value: Any) -> bool:
    return True


_TESTS: Mapping[str, Callable[[Any], bool]] = {
    "integer": _integer,
    "int": _integer,
    "string": _string,
    "boolean": _flag,
    "array": _structure,
    "object": _structure,
}
