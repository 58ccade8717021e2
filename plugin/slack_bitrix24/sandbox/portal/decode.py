"""Read parameters as Bitrix24 does: queries and forms with PHP brackets, multipart, JSON. No I/O.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/data-encoding.html
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote_plus

from slack_bitrix24.sandbox.portal.php_array import MOST, Array, listed, put

Params = dict[str, Any]
OVERFLOW = f"more than {MOST} variables in one form or command: the rest is dropped without a word"


def query(text: str) -> Params:
    """Return the parameters of a query string or a urlencoded body as PHP reads them; `a[0][B]=c` becomes nested."""
    found = Array()
    pairs = [pair for pair in text.split("&") if pair]
    for pair in pairs[:MOST]:
        key, _, value = pair.partition("=")
        put(found, unquote(key), unquote(value))
    return {key: listed(value) if isinstance(value, Array) else value for key, value in found.items()}


def overflows(text: str) -> bool:
    """Tell whether there are more variables than are read."""
    return text.count("&") >= MOST and len([pair for pair in text.split("&") if pair]) > MOST


def unquote(text: str) -> str:
    r"""Decode `%XX` and `+`, wrong bytes replaced.

    The standard library's decoder takes 0.1 ms for an ATTACH; Python's own `\xXX` decoder, given the same text
    with `%` written as `\x`, does it in C. What that refuses (a stray `%`) goes the slow way.
    """
    if "%" not in text:
        return text.replace("+", " ") if "+" in text else text
    # A backslash of its own would be read as the beginning of one of ours.
    if "\\" not in text:
        try:
            raw = text.replace("+", " ").replace("%", "\\x").encode().decode("unicode_escape")
            return raw.encode("latin-1").decode("utf-8", "replace")
        except UnicodeError:
            pass
    return unquote_plus(text)


def body(content_type: str, raw: bytes) -> tuple[Params, str]:
    """Return the parameters of a request body, and a warning ("" when there is none)."""
    kind = content_type.partition(";")[0].strip()
    if not raw:
        return {}, ""
    if kind == "application/json":  # in lower case: PHP compares the letters
        return _json(raw)
    kind = kind.lower()
    if kind == "multipart/form-data":
        return multipart(content_type, raw), ""
    if kind in ("application/x-www-form-urlencoded", ""):
        text = raw.decode("utf-8", "replace")
        return query(text), OVERFLOW if overflows(text) else ""
    return {}, f"a body of type {kind} is not read"


def multipart(content_type: str, raw: bytes) -> Params:
    """Return a form's fields; a file is `[name, bytes]`."""
    boundary = re.search(r'boundary="?([^";]+)', content_type, re.IGNORECASE)
    if not boundary:
        return {}
    found = Array()
    for part in raw.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        header = head.decode("utf-8", "replace")
        name = re.search(r'\bname="([^"]*)"', header)
        file = re.search(r'\bfilename="([^"]*)"', header)
        if name:
            payload = content.removesuffix(b"\r\n")
            put(found, name[1], [file[1], payload] if file else payload.decode("utf-8", "replace"))
    return {key: listed(value) for key, value in found.items()}


def command(text: str) -> tuple[str, Params]:
    """Return method and parameters of one command of a batch: `method?a=b&c=d`; a raw `#` ends it."""
    method, _, rest = text.partition("#")[0].partition("?")
    return method.strip().lower(), query(rest)


def truth(value: object) -> bool:
    """Return whether a flag is set: true, 1, "1", "true", "Y"."""
    return str(value).lower() in {"1", "true", "y", "yes"}


def whole(value: object) -> int:
    """Return an integer as PHP's intval does: 0 for what is none."""
    if isinstance(value, int):
        return int(value)
    match = re.match(r"\s*[+-]?\d+", str(value)) if isinstance(value, str | float) else None
    return int(match[0]) if match else 0


def items(value: object) -> list[Any]:
    """Return the elements of an array given as such, as a map, as a JSON string or as one scalar."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        found = parsed(value)
        value = value if found is None else found
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [value]


def parsed(text: str) -> Any:
    """Return what a JSON text says, None when it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _json(raw: bytes) -> tuple[Params, str]:
    try:
        parsed = json.loads(raw)
    except ValueError:
        return {}, "a JSON body that is no JSON is taken for an empty one"
    if not isinstance(parsed, dict):
        return {}, "a JSON body that is no object is taken for an empty one"
    return parsed, ""
