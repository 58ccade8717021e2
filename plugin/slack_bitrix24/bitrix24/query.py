"""Parameters as a command of a batch carries them: a query as PHP's `http_build_query` writes it. No I/O.

Brackets for nesting, 1/0 for booleans, no nulls. https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, quote_plus

# What the documentation calls a reference, for callers who mean one; then what the server takes for one (`literal`).
_REFERENCE: Final = re.compile(r"\$result(\[[^\[\]]+\])+")
_REFERRING: Final = re.compile(r"\$(?=result|next|total|time|error)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^ ]*\$[^ ]*")


def is_reference(text: str) -> bool:
    """Tell whether a value is a reference, as the documents have it, to what an earlier command returned."""
    return _REFERENCE.fullmatch(text) is not None


def query(params: Mapping[str, object], *, own: bool = False) -> str:
    """Return parameters as a query, values URL-encoded once. `own`: their texts are people's own, and refer to nothing.

    Else a value that is a reference (`$result[key][field]`) stays as it is.
    """
    written = _literal if own else _scalar
    pairs = (pair for name, value in params.items() for pair in _flat(_quoted(name), value, written))
    return "&".join(f"{key}={value}" for key, value in pairs)


def _flat(prefix: str, value: object, written: Callable[[object], str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield prefix, written(value)
    elif value is None:
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{prefix}%5B{_quoted(str(key))}%5D", item, written)
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            yield from _flat(f"{prefix}%5B{index}%5D", item, written)
    else:
        yield prefix, written(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    text = str(value)
    return quote(text, safe="$[]") if text.startswith("$") and is_reference(text) else _quoted(text)


def _literal(value: object) -> str:
    return _quoted(literal(value)) if isinstance(value, str) else _scalar(value)


def literal(text: str) -> str:
    """Return a text in which a batch finds no reference: a word joiner, which nobody sees, parts it.

    A portal looks for far more than `$result[…]`: a dollar sign, one of five words in any case, further letters, then
    brackets before the next blank (Bitrix24 server source, main 26.150, 2026-03).
    """
    if "$" not in text or "[" not in text:
        return text
    return _WORD.sub(_parted, text)


def _parted(found: re.Match[str]) -> str:
    word = found[0]
    last = word.rfind("[", 0, max(0, word.rfind("]")))
    return _REFERRING.sub("$\u2060", word[:last]) + word[last:] if last > 0 else word


class _Codes(dict[int, str]):
    """Each character as `quote_plus` writes it, by code point."""

    def __missing__(self, point: int) -> str:
        coded = quote_plus(chr(point), errors="replace")
        # Bounded, or a text with all of Unicode in it would stay in memory.
        if len(self) < 5000:
            self[point] = coded
        return coded


_CODES: Final = _Codes()
# The percent sign first: what is put in place of the others holds it.
_REPLACED: Final = tuple((char, quote_plus(char)) for char in "%\"#$&'()*+,/:;<=>?@[\\]^`{|}!\n ")


def _quoted(text: str) -> str:
    """Do as `quote_plus(text, errors="replace")`, in a third of its time: quoting is half of a notification's cost."""
    if len(text) < 40 or not text.isascii() or not text.replace("\n", "").isprintable():
        return text.translate(_CODES)
    for char, coded in _REPLACED:
        if char in text:
            text = text.replace(char, coded)
    return text
