"""Words that were meant as a part of a time and are misspelt. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from slack_bitrix24.when.tokens import LEXICON, Kind, Token, Unit

_SHORTEST = 6  # of the words of a time; one letter may be missing
_KINDS = {Kind.DAY, Kind.TONIGHT, Kind.PART, Kind.FIXED, Kind.WEEKDAY, Kind.WEEKDAYS, Kind.MONTH, Kind.ADVERB}
_ALL = sorted(word for word, (kind, _value) in LEXICON.items() if kind in _KINDS and len(word) >= _SHORTEST - 1)
_WORDS = [word for word in _ALL if len(word) >= _SHORTEST]
_LONGEST = 20
"""Letters of a word that may be a misspelt one."""
_CLOSE = 0.84
"""How alike it must be to a known word, from 0 to 1, by difflib's measure."""
# Endings of the other cases, which are no misspellings: «в сентябре», «к понедельнику», "Friday's".
_CASES = frozenset(
    "а е и у ы ю я ой ей ом ем ам ах ях ям ами ями ью ый ая ое ые ого ому ым ых ую s 's".split()  # noqa: SIM905 - reads as a line
)
_OTHER_WORDS = ("завтрак", "сред", "weakly", "early", "mourning", "manually")

# What must follow "every" or "next", a number after "in", an hour after "at"; and what stands before "day".
_DAYS_NAMED = frozenset({Kind.UNIT, Kind.WEEKDAY, Kind.WEEKDAYS, Kind.MIDDAY})
_PARTS = frozenset({Kind.MERIDIEM, Kind.PART})
_REPEATING = frozenset({Kind.EVERY, Kind.NEXT})
_REAL_WORDS = frozenset({"very", "ever", "even", "never", "text", "teach", "weed", "dear", "list", "net"})
_SHORT = 3
"""Letters of a word in which another letter makes another word."""


def misspelt(word: str) -> str:
    """Return the word of a time that another is a misspelling of; empty where it is none, or a word of its own."""
    plain = word.lower().rstrip(".").replace("ё", "е")
    if not _SHORTEST - 1 <= len(plain) <= _LONGEST or plain in LEXICON or plain.startswith(_OTHER_WORDS):
        return ""
    if any(_of_its_own(plain, known) for known in _WORDS):
        return ""
    turned = (known for known in _ALL if known[0] == plain[0] and sorted(known) == sorted(plain))
    slip = (known for known in _WORDS if _one_slip(plain, known))
    return next(turned, "") or next(slip, "") or next(iter(_close(plain)), "")


def _of_its_own(plain: str, known: str) -> bool:
    """Tell whether a word is another form of a word of a time, or made from it: «сентябре», «декабрьский»."""
    if not plain.startswith(known[:-1]):
        return False
    ending = plain[len(known) - 1 :]
    return len(plain) > len(known) + 1 or ending in _CASES or plain[len(known) :] in _CASES


def _close(word: str) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415 - needed for refusals alone, and slow to import

    return get_close_matches(word, _WORDS, n=1, cutoff=_CLOSE)


def misplaced(tokens: Sequence[Token]) -> tuple[str, str] | None:
    """Find a short word that its neighbours show to be misspelt: "in 5 mintues", "evry day", "next moth".

    Returns the word and what is meant.
    """
    for at, token in enumerate(tokens):
        if token.kind is not Kind.UNKNOWN or not token.text[0].isalpha():
            continue
        plain = token.text.lower().rstrip(".").replace("ё", "е")
        for known in _expected(tokens, at):
            if plain not in _REAL_WORDS and _one_slip(plain, known):
                return token.text, known
    return None


def _expected(tokens: Sequence[Token], at: int) -> list[str]:
    """Return the words that may stand at a place of a time, by what stands around it."""
    before = [token.kind for token in tokens[max(0, at - 2) : at]]
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    kinds: set[Kind] = set()
    if before[-1:] and before[-1] in _REPEATING:
        kinds |= _DAYS_NAMED | {Kind.ORDINAL, Kind.LAST, Kind.PART}
    if before[-1:] == [Kind.NUMBER]:
        kinds |= {Kind.UNIT} if before[0] in (Kind.IN, Kind.EVERY) else _PARTS if before[0] is Kind.AT else set()
    if after and (
        after.kind in (Kind.WEEKDAY, Kind.MIDDAY, Kind.GROUP)
        or (after.kind is Kind.UNIT and after.value[0] > Unit.HOUR)
    ):
        kinds |= _REPEATING
    return [word for word, (kind, _value) in LEXICON.items() if kind in kinds]


def _one_slip(word: str, known: str) -> bool:
    """Tell whether one letter is missing, too many, turned with the next or, in a longer word, another one."""
    if abs(len(word) - len(known)) > 1:
        return False
    if word[0] != known[0] and sorted(word) != sorted(known):
        return False
    start = next((at for at, (one, other) in enumerate(zip(word, known, strict=False)) if one != other), len(word))
    if len(word) == len(known):
        turned = word[start + 1 : start + 2] + word[start : start + 1] == known[start : start + 2]
        return (turned and word[start + 2 :] == known[start + 2 :] and len(word) >= 2) or (
            len(word) > _SHORT and word[start + 1 :] == known[start + 1 :]
        )
    if len(known) < _SHORT:
        return False
    return word[start + 1 :] == known[start:] if len(word) == len(known) + 1 else word[start:] == known[start + 1 :]
