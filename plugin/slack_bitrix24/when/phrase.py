"""Read a time, or split a text from the time that stands at its end or beginning. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from slack_bitrix24.when.grammar import read
from slack_bitrix24.when.reader import Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.resolve import resolve
from slack_bitrix24.when.rule import Rule
from slack_bitrix24.when.tokens import Kind, Token, tokenise

# No time takes more words than this; it bounds the search in long texts.
_LONGEST = 24
_QUOTES = re.compile(r'"([^"]*)"|“([^”]*)”|«([^»]*)»|„([^“”]*)[“”]')
_LEAD = re.compile(r"\s*(?:[,:;–—-]+\s+)?(?:(?:to|that|about|что|чтобы|о\s+том,?\s+что|про)\s+)?", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s*[,;:]|\s+[–—-])?\s*\Z")
_END_MARKS = ".!?…"


def parse(phrase: str, *, now: datetime, zone: str) -> Rule:
    """Read a time, English or Russian, in an IANA zone.

    Every word must be understood: else PhraseError names the first one that was not. `now` is aware.
    """
    return resolve(read(_tokens(phrase)), now=now, zone=zone)


def split(text: str, *, now: datetime, zone: str) -> tuple[str, Rule, str]:
    """Part a text from its time: ("stretch", rule, "in 10 seconds").

    The longest time at the end counts, else at the beginning; what stands in quotes is never taken for a time. Raises
    PhraseError where there is no time, no text, or a time that is over.
    """
    clash: RefusalError | None = None
    for message, phrase, reading in chain(_beside_quotes(text), _at_end(text), _at_beginning(text)):
        try:
            rule = resolve(reading, now=now, zone=zone)
        except RefusalError as refusal:
            if not _may_be_shorter(reading, refusal):
                raise
            clash = clash or refusal
            continue
        if not message:
            raise clash or RefusalError("no_text")
        return message, rule, phrase
    raise clash or _refusal(text)


def _may_be_shorter(reading: Reading, refusal: RefusalError) -> bool:
    """Tell whether two days clash, the first of which may be text: "prepare for Friday tomorrow at 9"."""
    return refusal.code == "mixed" and not reading.repeats and not reading.delay


def _refusal(text: str) -> RefusalError:
    """Say what is wrong with a text in which no time was found."""
    quoted = _outer_quotes(text)
    if quoted and quoted[1]:
        try:
            read(_tokens(quoted[1]))
        except RefusalError as refusal:
            return refusal
    return RefusalError("no_time")


def _tokens(phrase: str) -> list[Token]:
    tokens = tokenise(phrase)
    while tokens and tokens[-1].text in _END_MARKS:
        tokens.pop()
    return tokens


def _read(tokens: list[Token]) -> Reading | None:
    """Read tokens, or find that they are no time. What is a time but contradicts itself is refused later."""
    try:
        return read(tokens)
    except RefusalError:
        return None


def _outer_quotes(text: str) -> tuple[str, str] | None:
    """Return the quoted text at the beginning or the end, and what is left."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    for match in _QUOTES.finditer(text):
        quoted = next(group for group in match.groups() if group is not None)
        if match.start() == start:
            return quoted, text[match.end() :].strip(" ,\n\t")
        if not text[match.end() :].strip(" \n\t.!"):
            return quoted, _bare(text[: match.start()])
    return None


def _beside_quotes(text: str) -> Iterator[tuple[str, str, Reading]]:
    quoted = _outer_quotes(text)
    if quoted is None:
        return
    message, phrase = quoted
    reading = _read(_tokens(phrase))
    if reading:
        yield message.strip(), phrase, reading


def _at_end(text: str) -> Iterator[tuple[str, str, Reading]]:
    """Find the times at the end, the longest first."""
    tokens = _tokens(text)
    quoted = [match.span() for match in _QUOTES.finditer(text)]
    first = max(0, len(tokens) - _LONGEST)
    for index in range(first, len(tokens)):
        start = tokens[index].start
        if any(begin <= start < end for begin, end in quoted) or not _boundary(text, start):
            continue
        if (reading := _read(tokens[index:])) and not _lone_decimal(tokens[index:]):
            yield _bare(text[:start]), text[start : tokens[-1].end], reading


def _at_beginning(text: str) -> Iterator[tuple[str, str, Reading]]:
    """Find the times at the beginning, the longest first."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    tokens = tokenise(text[start:])
    for count in range(min(_LONGEST, len(tokens)), 0, -1):
        end = start + tokens[count - 1].end
        if _boundary(text, end) and (reading := _read(tokens[:count])):
            yield _bare(text[end:]), text[start:end], reading


def _lone_decimal(tokens: list[Token]) -> bool:
    """Tell whether "10.12" stands alone: at the end of a text it is rather a version than a date."""
    return len(tokens) == 1 and tokens[0].kind is Kind.DOTTED


def _boundary(text: str, place: int) -> bool:
    """Tell whether a word may begin or end here."""
    around = text[max(0, place - 1) : place + 1]
    return place in (0, len(text)) or any(mark.isspace() or mark in ",;:" for mark in around)


def _bare(text: str) -> str:
    """Strip "to", "that", «чтобы» and the like before a message, and the comma or dash beside the time."""
    lead = _LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    return _TAIL.sub("", rest, count=1)
