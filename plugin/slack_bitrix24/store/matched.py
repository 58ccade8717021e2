"""Words in what is said: looked for by the database, and made sure of here. No I/O.

SQLite knows upper and lower case of ASCII alone, so it is asked for the usual spellings of a word, and may find it in a
code or in a key of ATTACH's JSON: what it found is read as a person reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.plain import uncoded
from slack_bitrix24.store.schema import TEXTS

_SAID = (TEXTS.c.message, TEXTS.c.attach, TEXTS.c.message_out)


def matching(words: Sequence[str], *, dialect: str) -> list[sa.ColumnElement[bool]]:
    """Return a condition for each word: a text may say it."""
    return [sa.or_(*(_has(column, word, dialect) for column in _SAID)) for word in words]


def says(words: Sequence[str], message: str, *more: str) -> bool:
    """Tell whether each word stands in a text as people see it; `more` is MESSAGE_OUT and ATTACH, as they are kept."""
    if not words:
        return True
    out, attach = (*more, "", "")[:2]
    seen = "\n".join((uncoded(message), uncoded(out), *map(uncoded, _texts(attach)))).casefold()
    return all(word.casefold() in seen for word in words)


def _has(column: sa.Column[str], word: str, dialect: str) -> sa.ColumnElement[bool]:
    if dialect != "sqlite":
        return column.icontains(word, autoescape=True)
    spellings = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    # SQLite's LIKE takes ASCII letters for the same in either case: then one spelling is all of them.
    return sa.or_(*(column.contains(each, autoescape=True) for each in ([word] if word.isascii() else spellings)))


def _texts(attach: str) -> Iterator[str]:
    if attach:
        yield from _strings(json.loads(attach))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
