"""Variables of a query as PHP's parse_str makes them: brackets, names, the largest number of them. No I/O.

https://www.php.net/manual/en/function.parse-str.php; a test compares it with PHP 8.2.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

MOST = 1000
"""Variables that are read at most (`max_input_vars` as PHP is delivered); all after them are dropped without a word."""
NESTED = 64
"""Brackets in one name at most."""
LARGEST = 2**63 - 1
_WHOLE = re.compile(r"0|-?[1-9]\d{0,18}")


class Array(dict[str, Any]):
    """An array of PHP's: keys in order, and the number that the next one without a key gets."""

    following = 0

    def put(self, key: str, value: Any) -> bool:
        """Set an element; an empty key appends. False when no number is left."""
        if key == "":
            if self.following > LARGEST:
                return False
            key = str(self.following)
        self[key] = value
        if key[-1:].isdigit() and _WHOLE.fullmatch(key) and self.following <= int(key) <= LARGEST:
            self.following = int(key) + 1
        return True


def put(into: Array, name: str, value: Any) -> None:
    """Set the variable `name` (decoded), as PHP understands that name."""
    head, steps = _read(name)
    if not head or len(steps) > NESTED:
        return
    place, key = into, head
    for step in steps:
        child = place.get(key) if key != "" else None
        if not isinstance(child, Array):
            child = Array()
            if not place.put(key, child):
                return
        place, key = child, step
    place.put(key, value)


@lru_cache(maxsize=4096)  # the commands of a batch have the same names
def _read(name: str) -> tuple[str, list[str]]:
    name = name.partition("\0")[0].lstrip(" ")
    bracket = name.find("[")
    if bracket < 0:
        return _plain(name), []
    head, rest, steps = _plain(name[:bracket]), name[bracket:], list[str]()
    if head and "]" not in rest:
        return _plain(name), []  # the bracket never closes: it is a letter that no variable may have
    while rest.startswith("[") and "]" in rest:
        step, _, rest = rest[1:].partition("]")
        steps.append("" if step.isspace() else step)
    return head, steps


def _plain(name: str) -> str:
    return name.replace(" ", "_").replace(".", "_").replace("[", "_")


def listed(value: Any) -> Any:
    """Turn arrays whose keys are 0 to n-1 into lists, all the way down, as PHP writes them in JSON."""
    if not isinstance(value, dict):
        return value
    inner = {key: listed(child) for key, child in value.items()}
    if inner and all(key == str(index) for index, key in enumerate(inner)):
        return list(inner.values())
    return inner
