r"""How the server reads ATTACH as JSON text: not with PHP's JSON decoder but by hand, as a script's object. No I/O.

Bitrix24 server source, main 26.150 (2026-03). What is odd in it: a quote ends a string unless a backslash stands before
it, so that a string ending in a backslash never ends; escapes but `\uXXXX` stay as they are written; letters beyond the
BMP become `??`; and it takes quadratic time, which is told here (`seconds`) and never spent.
"""

from __future__ import annotations

import re
from typing import Any

SECONDS = 8.6e-9
"""For each character squared, on one core: 8,000 characters 0.55 s, 15,000 1.9 s, 58,000 29 s (measured 15 to 42 s)."""
_BLANK = re.compile(r"\s*")
_STRING = re.compile(r"\"(.*?)(?<!\\)\"|'(.*?)(?<!\\)'", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LETTERS = re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})")
_CONSTANTS = {"true": True, "false": False, "null": None}


class Unreadable(ValueError):  # noqa: N818  a state of the text
    """The text is no object or array."""


def seconds(text: str) -> float:
    """Return how long the server would take to read a text."""
    return SECONDS * len(text) ** 2


def read(text: str) -> Any:
    """Return the object or array of a text; Unreadable when it is none."""
    value, place = _value(text, _skip(text, 0))
    if _skip(text, place) != len(text) or not isinstance(value, dict | list):
        raise Unreadable(text[place : place + 20])
    return value


def _value(text: str, place: int) -> tuple[Any, int]:
    sign = text[place : place + 1]
    if sign == "{":
        return _object(text, place + 1)
    if sign == "[":
        return _array(text, place + 1)
    if string := _STRING.match(text, place):
        return _text(string), string.end()
    if number := _NUMBER.match(text, place):
        return (float if "." in number[0] else int)(number[0]), number.end()
    word = _WORD.match(text, place)
    if word and word[0] in _CONSTANTS:
        return _CONSTANTS[word[0]], word.end()
    raise Unreadable(text[place : place + 20])


def _object(text: str, place: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    place = _skip(text, place)
    while text[place : place + 1] != "}":
        name = _STRING.match(text, place) or _WORD.match(text, place)
        if name is None:
            raise Unreadable(text[place : place + 20])
        place = _expect(text, name.end(), ":")
        key = _text(name) if name.re is _STRING else name[0]
        found[key], place = _value(text, place)
        place = _following(text, place, "}")
    return found, place + 1


def _array(text: str, place: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    place = _skip(text, place)
    while text[place : place + 1] != "]":
        value, place = _value(text, place)
        found.append(value)
        place = _following(text, place, "]")
    return found, place + 1


def _following(text: str, place: int, end: str) -> int:
    place = _skip(text, place)
    return place if text[place : place + 1] == end else _expect(text, place, ",")


def _expect(text: str, place: int, sign: str) -> int:
    place = _skip(text, place)
    if text[place : place + 1] != sign:
        raise Unreadable(text[place : place + 20])
    return _skip(text, place + 1)


def _skip(text: str, place: int) -> int:
    blank = _BLANK.match(text, place)
    return blank.end() if blank else place


def _text(string: re.Match[str]) -> str:
    raw: str = string[1] if string[1] is not None else string[2] or ""
    return _LETTERS.sub(lambda letter: chr(int(letter[1], 16)) if letter[1] else "??", raw).replace("\\/", "/")
