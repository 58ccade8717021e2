"""Words that were meant as a part of a time and are misspelt. No I/O."""

from __future__ import annotations

from slack_bitrix24.when.tokens import LEXICON, Kind

_SHORTEST = 6  # of the words of a time; one letter may be missing
_KINDS = {Kind.DAY, Kind.TONIGHT, Kind.WEEKDAY, Kind.WEEKDAYS, Kind.MONTH, Kind.ADVERB}
_WORDS = sorted(word for word, (kind, _value) in LEXICON.items() if kind in _KINDS and len(word) >= _SHORTEST)
_LONGEST = 20
"""Letters of a word that may be a misspelt one."""
_CLOSE = 0.84
"""How alike it must be to a known word, from 0 to 1, by difflib's measure."""


def misspelt(word: str) -> str:
    """Return the word of a time that another is a misspelling of; empty where it is none, or a word of its own."""
    plain = word.lower().rstrip(".").replace("ё", "е")
    if not _SHORTEST - 1 <= len(plain) <= _LONGEST or plain in LEXICON:
        return ""
    # «Завтрак» and «сентябре» are no misspellings of «завтра» and «сентябрь».
    if any(plain.startswith(known[:-1]) and len(plain) >= len(known) for known in _WORDS):
        return ""
    turned = (known for known in _WORDS if known[0] == plain[0] and sorted(known) == sorted(plain))
    return next(turned, "") or next(iter(_close(plain)), "")


def _close(word: str) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415 - needed for refusals alone, and slow to import

    return get_close_matches(word, _WORDS, n=1, cutoff=_CLOSE)
