"""Read a time, or split a text from the time that stands at its end or beginning. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from slack_bitrix24.when.grammar import read
from slack_bitrix24.when.leftover import bare, stray, tail_start
from slack_bitrix24.when.reader import Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.resolve import resolve
from slack_bitrix24.when.rule import Rule
from slack_bitrix24.when.spelling import misplaced, misspelt
from slack_bitrix24.when.tokens import Kind, Token, is_date, month_and_day, tokenise

# No time takes more words than this; it bounds the search in long texts.
_LONGEST = 24
# An opening mark stops at the next one: looking for its end from each of thousands would take minutes.
_QUOTES = re.compile(r'"([^"]*)"|“([^“”]*)”|«([^«»]*)»|„([^„“”]*)[“”]')
# "That", "about" and the like go where quotes or a time follow at once: the message is what follows them.
_BEFORE = re.compile(r"\s*(?:[,:;–—-]+\s+)?(?:(?:to|that|about|что|чтобы|о\s+том,?\s+что|про)\s+)?", re.IGNORECASE)
_DAYS = frozenset({"day", "weekday", "date", "every"})
_END_MARKS = ".!?…"
_POLITE = frozenset({"please", "pls", "plz", "thanks", "пожалуйста", "плиз", "спасибо"})
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class _Found:
    """A time in a text, from `start` to `end`."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    reading: Reading


def parse(phrase: str, *, now: datetime, zone: str) -> Rule:
    """Read a time, English or Russian, in an IANA zone.

    Every word must be understood: else PhraseError names the first one that was not. `now` is aware.
    """
    try:
        reading = read(_tokens(phrase))
    except RefusalError as refusal:
        raise _spelt(refusal) from None
    return resolve(reading, now=now, zone=zone)


def _spelt(refusal: RefusalError) -> RefusalError:
    """Name the word that a word which was not understood may be meant as."""
    meant = misspelt(refusal.word) if refusal.code == "unknown" else ""
    return RefusalError("typo", refusal.word, hint=meant) if meant else refusal


def split(text: str, *, now: datetime, zone: str) -> tuple[str, Rule, str]:
    """Part a text from its time: ("stretch", rule, "in 10 seconds").

    The longest time at the end counts, else at the beginning; what stands in quotes is never taken for a time. Where it
    is not certain what belongs to the time, it is not guessed at. Raises PhraseError where there is no time, no text, a
    time that is over, or a text that may hold a part of the time.
    """
    quoted = _beside_quotes(text)
    if quoted is not None:
        message, phrase, reading = quoted
    else:
        message, found = _certain(text)
        phrase, reading = text[found.start : found.end], found.reading
        if later := _without_version(found, now=now, zone=zone):
            message, found = bare(text[: later.start], before_time=True), later
            phrase, reading = text[found.start : found.end], found.reading
    if not _LETTER.search(phrase):  # "4:30" alone is of the language of the text
        reading.russian = bool(_CYRILLIC.search(text))
    rule = resolve(reading, now=now, zone=zone)
    if not message:
        raise RefusalError("no_text")
    return message, rule, phrase


def _without_version(found: _Found, *, now: datetime, zone: str) -> _Found | None:
    """Leave "10.12" to the text where it is no date that goes with the rest: "deploy 10.12 tomorrow at 10"."""
    tokens = found.tokens[1:]
    if found.tokens[0].kind is not Kind.DOTTED or not tokens:
        return None
    try:
        resolve(found.reading, now=now, zone=zone)
    except RefusalError as refusal:
        reading = _read(list(tokens)) if refusal.code == "mixed" else None
        return _Found(tokens[0].start, found.end, tokens, reading) if reading else None
    return None


def _certain(text: str) -> tuple[str, _Found]:
    """Find the message, and the time at one end of a text.

    Raises PhraseError where there is none, and where the other end or what is left may belong to it.
    """
    last, first = _at_end(text), _at_beginning(text)
    if last is None:
        if first is None:
            raise _refusal(text)
        _check_after(text, first)
        return bare(text[first.end :], before_time=False), first
    if first and [token.kind for token in first.tokens] == [Kind.ABOUT, Kind.NUMBER]:
        first = None  # "about 5 people"
    before = text[: last.start]
    message = bare(before, before_time=True)
    if message:
        if first is not None and first.end <= last.start and _belong(first, last):
            raise RefusalError("two_times", text[first.start : first.end], hint=text[last.start : last.end])
        if inner := _at_end(before[: tail_start(before)]):
            raise RefusalError("two_times", before[inner.start : inner.end], hint=text[last.start : last.end])
        if refusal := stray(tokenise(before), time=last.tokens):
            raise refusal
    return message, last


def _check_after(text: str, first: _Found) -> None:
    """Raise PhraseError where what follows the time at the beginning may belong to it."""
    tokens = _tokens(text)
    phrase, rest = text[first.start : first.end], text[first.end :]
    if tokens[-1].start >= first.end and _pair_in_time(tokens[-1]):
        raise RefusalError("two_times", phrase, hint=tokens[-1].text)
    following = tokenise(rest)[:1]
    if following and following[0].text.lower() in ("and", "or", "и", "или", "либо"):
        raise RefusalError("left", following[0].text)
    # What a comma or a colon parts from the time is text: "tomorrow at 9: Friday's plan".
    parted = following and following[0].text in (",", ":", ";", "-", "–", "—")
    if not parted and (second := _at_beginning(rest)):
        raise RefusalError("two_times", phrase, hint=rest[second.start : second.end])


def _pair_in_time(token: Token) -> bool:
    """Tell whether "4-12" might be meant as a date or a time of day."""
    if token.kind is not Kind.PAIR:
        return False
    first, second, digits = token.value
    return is_date(0, *month_and_day(first, second, day_first=False)) or (first < 24 and second < 60 and digits == 2)


def _belong(first: _Found, last: _Found) -> bool:
    """Tell whether the time at the beginning may be one with the time at the end.

    A single word is text where it can't: "Friday demo tomorrow at 9", "weekly report every Friday".
    """
    if len(first.tokens) > 1:
        return True
    one, other = first.reading.topics, last.reading.topics
    return not (one & other or (_DAYS & one and _DAYS & other) or last.reading.repeats)


def _refusal(text: str) -> RefusalError:
    """Say what is wrong with a text in which no time was found."""
    quoted = _outer_quotes(text)
    if quoted and quoted[1]:
        try:
            read(_tokens(quoted[1]))
        except RefusalError as refusal:
            return _spelt(refusal)
    tokens = _tokens(text)
    spelt = (_spelt(RefusalError("unknown", token.text)) for token in tokens[-_LONGEST:])
    typo = next((refusal for refusal in spelt if refusal.code == "typo"), None)
    if misplacement := misplaced(tokens[-_LONGEST:]):
        typo = typo or RefusalError("typo", misplacement[0], hint=misplacement[1])
    return stray(tokens, time=()) or typo or RefusalError("no_time")


def _tokens(phrase: str) -> list[Token]:
    tokens = tokenise(phrase)
    while tokens and (tokens[-1].text in _END_MARKS or (tokens[-1].text.lower() in _POLITE and len(tokens) > 1)):
        polite = tokens.pop().text not in _END_MARKS
        if polite and tokens[-1].text == ",":
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
    start = _before(text)
    for match in _QUOTES.finditer(text):
        quoted = next(group for group in match.groups() if group is not None)
        if match.start() == start:
            return quoted, text[match.end() :].strip(" ,\n\t")
        if not text[match.end() :].strip(" \n\t.!"):
            return quoted, bare(text[: match.start()], before_time=True)
    return None


def _beside_quotes(text: str) -> tuple[str, str, Reading] | None:
    quoted = _outer_quotes(text)
    if quoted is None:
        return None
    message, phrase = quoted
    reading = _read(_tokens(phrase))
    return (message.strip(), phrase, reading) if reading else None


def _at_end(text: str) -> _Found | None:
    """Find the longest time at the end."""
    tokens = _tokens(text)
    quoted = [match.span() for match in _QUOTES.finditer(text)]
    unknown = max((index + 1 for index, token in enumerate(tokens) if token.kind is Kind.UNKNOWN), default=0)
    for index in range(max(unknown, len(tokens) - _LONGEST), len(tokens)):
        start = tokens[index].start
        if any(begin <= start < end for begin, end in quoted) or not _boundary(text, start):
            continue
        if (reading := _read(tokens[index:])) and not _lone_decimal(tokens[index:]):
            return _Found(start, tokens[-1].end, tuple(tokens[index:]), reading)
    return None


def _at_beginning(text: str) -> _Found | None:
    """Find the longest time at the beginning."""
    return _longest_from(text, len(text) - len(text.lstrip(" ,:;-–—\n\t"))) or _longest_from(text, _before(text))


def _longest_from(text: str, start: int) -> _Found | None:
    tokens = tokenise(text[start:])
    known = next((index for index, token in enumerate(tokens) if token.kind is Kind.UNKNOWN), len(tokens))
    for count in range(min(_LONGEST, known), 0, -1):
        end = start + tokens[count - 1].end
        parted = text[end:].lstrip()[:1] in ",:;–—"
        # "In an hour fifteen" must be all: "in an hour 15 boxes arrive".
        if _boundary(text, end) and (reading := _read(tokens[:count])) and (parted or not reading.loose):
            return _Found(start + tokens[0].start, end, tuple(tokens[:count]), reading)
    return None


def _before(text: str) -> int:
    lead = _BEFORE.match(text)
    return lead.end() if lead else 0


def _lone_decimal(tokens: list[Token]) -> bool:
    """Tell whether "10.12" stands alone: at the end of a text it is rather a version than a date."""
    return len(tokens) == 1 and tokens[0].kind is Kind.DOTTED


def _boundary(text: str, place: int) -> bool:
    """Tell whether a word may begin or end here."""
    around = text[max(0, place - 1) : place + 1]
    return place in (0, len(text)) or any(mark.isspace() or mark in ",;:" for mark in around)
