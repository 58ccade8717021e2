"""What a single value must be: text, number, duration, zone, moment, pattern. No I/O beyond the zone database.

Each check returns what the settings hold, or raises `Expected` or `Refused`.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import TypeVar, get_args

from slack_bitrix24 import crontab
from slack_bitrix24.config.section import HIDDEN, Check, Expected, Refused, did_you_mean, shown
from slack_bitrix24.matching import Pattern, PatternError

T = TypeVar("T")

_DURATION = re.compile(r"(?:[0-9]{1,9}[wdhms]){1,5}")
_LONGEST_CRON = 200
_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SLACK_ID = re.compile(r"[UWBA][A-Z0-9]{5,}")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,}")


def text(value: object) -> str:
    """Take any text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise Expected("a text")
    return str(value)


def credential(value: object, what: str = "a text") -> str:
    """Take a secret as it goes into a header: one word of ASCII. What stands around it is let go."""
    if not isinstance(value, str) or not value.strip():
        raise Expected(what)
    word = bare(str(value), what)
    if not all("!" <= character <= "~" for character in word):
        raise Expected(f"{what}, one word of plain ASCII without spaces and line breaks")
    return word


def bare(text: str, what: str) -> str:
    """Return a value without what stands around it. Expected: quotes or a reference that nobody has filled in.

    Docker's `--env-file` keeps the quotes that a shell takes off, and TOML knows no `${NAME}`.
    """
    word = text.strip()
    if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'`":
        raise Expected(f"{what} without quotes around it")
    if re.fullmatch(r"\$\{.*\}|%\w+%|<[^<>]*>", word):
        raise Expected(f'{what} itself; from the environment it comes with {{ env = "NAME" }}')
    return word


def matching(pattern: str, what: str) -> Check[str]:
    """Take a text that matches as a whole; `what` says in words what that is."""
    compiled = re.compile(pattern)

    def check(value: object) -> str:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise Expected(what)
        return str(value)

    return check


def word(words: object) -> Callable[[object], str]:
    """Take one of the words of a `Literal`."""
    known: tuple[str, ...] = get_args(words)
    *rest, last = [f'"{each}"' for each in known]

    def check(value: object) -> str:
        if value not in known:
            raise Expected(f"{', '.join(rest)} or {last}")
        return str(value)

    return check


def truth(value: object) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise Expected("true or false")
    return value


def whole(low: int, high: int) -> Check[int]:
    """Take a whole number within bounds, both included."""

    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Expected(f"a whole number from {low} to {high}")
        return value

    return check


def seconds(value: object) -> float:
    """Take a number of seconds from 0 (`operating_limit`)."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1e9:
        raise Expected("a number of seconds from 0")
    return float(value)


def duration(value: object) -> float:
    """Take a duration such as "12h", "30d" or "1d12h" and return its seconds."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise Expected('a duration such as "90s", "15m", "12h", "30d" or "2w"')
    return float(sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([wdhms])", value)))


def zone(value: object) -> str:
    """Take the name of an IANA time zone."""
    what = 'a time zone such as "Europe/Minsk"'
    if not isinstance(value, str) or not value:
        raise Expected(what)
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise Refused(f"expected {what}, got {shown(value)}{_zone_hint(value)}") from None
    return str(value)


def _zone_hint(written: str) -> str:
    """Return the zone that may be meant. Not for MSK or UTC+3: what looks like them is hours away (MST, UTC)."""
    if shown(written) == HIDDEN:
        return ""
    known = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
    if "/" in written:
        return did_you_mean(written, known)
    cities = {name.rpartition("/")[2]: name for name in known if not name.startswith("Etc/")}
    found = did_you_mean(written.title().replace(" ", "_"), cities)
    return re.sub(r'"(.+)"', lambda city: f'"{cities[city[1]]}"', found)


def moment(value: object) -> dt.datetime:
    """Take a moment, written as TOML's date and time or as a text of the same form; without offset it stays naive."""
    what = "a date and time such as 2026-12-01T09:00:00"
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value) if len(value) > len("2026-12-01") else None
        except ValueError:
            raise Expected(what) from None
    if not isinstance(value, dt.datetime):
        raise Expected(what)
    return value


def json_path(value: object) -> str:
    """Take a JSONPath (RFC 9535)."""
    import jsonpath  # noqa: PLC0415 - most configurations have none, and each start would pay

    if not isinstance(value, str) or not value.strip():
        raise Expected("a JSONPath such as $.alert.name")
    try:
        jsonpath.compile(value)
    except jsonpath.JSONPathError as error:
        raise Refused(f"no JSONPath: {error}") from None
    return str(value)


def cron(value: object) -> str:
    """Take a cron expression of five fields."""
    expression = text(value)
    if len(expression) > _LONGEST_CRON or len(crontab.plain(expression).split()) != 5:
        raise Expected("a cron expression of five fields (minute hour day month weekday)")
    try:
        crontab.read(expression)
    except crontab.CrontabError as error:
        raise Refused(f"not a cron expression: {error} in {shown(value)}") from None
    return expression


def pattern(value: object) -> Pattern:
    """Take a regular expression that can be searched without going back."""
    try:
        return Pattern(text(value))
    except PatternError as error:
        raise Refused(f"not a regular expression that can be used: {error}; got {shown(value)}") from None


def senders(value: object) -> str:
    """Take who a relay listens to, where it is a word and not a list of ids."""
    if value not in ("bots", "people", "anyone"):  # a set would ask a table for its hash
        raise Expected('"bots", "people", "anyone" or a list of Slack ids')
    return str(value)


def slack_id(value: object) -> str:
    """Take the id of a Slack user, bot or app: what an app posts may carry its `app_id` alone."""
    return matching(_SLACK_ID.pattern, "a Slack id (U…, W…, B… or, of an app, A…)")(value)


def channel_id(value: object) -> str:
    """Take the id of a Slack channel: its name may change, and the events carry only the id."""
    return matching(_CHANNEL_ID.pattern, "the id of a Slack channel (C…; channel details, at the bottom)")(value)
