"""Words in what is said, as a person reads it: not in a code, nor in a key of ATTACH's JSON. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from slack_bitrix24.plain import uncoded
from slack_bitrix24.store.queue.packing import unpack


def all_in(words: Sequence[str], message: str, *more: str) -> bool:
    """Tell whether each word stands in a text as people see it; `more` is MESSAGE_OUT and ATTACH, as they are kept."""
    if not words:
        return True
    out, attach = (*more, "", "")[:2]
    seen = "\n".join((uncoded(message), uncoded(out), *map(uncoded, _texts(attach)))).casefold()
    return all(word.casefold() in seen for word in words)


def all_in_packed(words: Sequence[str], packed: bytes) -> bool:
    """Tell the same of a text as it is kept."""
    if not words:
        return True
    told = unpack(packed)
    # Read as a person reads it, it takes ten times as long: only where the words are there at all.
    raw = "\n".join(told).casefold()
    return all(word.casefold() in raw for word in words) and all_in(words, *told)


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
