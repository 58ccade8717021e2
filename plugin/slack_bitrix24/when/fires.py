"""When a rule fires: correct over changes of the clock in the rule's own zone. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

from slack_bitrix24 import crontab
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.rule import Cron, Once, Recurring, Rule, Several, instant, zone_info
from slack_bitrix24.when.walk import next_match

_ELAPSED = {"HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1)}
# No zone has moved its clock by more at once (Samoa left out a day in 2011).
_LONGEST_GAP = timedelta(hours=25)


def cron(expression: str, zone: str) -> Cron:
    """Check a cron expression: five fields as in Debian's cron (names, 0 or 7 for Sunday), or @daily and the like.

    Raises PhraseError that names the field, or the zone.
    """
    zone_info(zone)
    rule = Cron(crontab.plain(expression), zone)
    _table(rule.expression)
    return rule


@lru_cache(maxsize=1024)
def _table(expression: str) -> crontab.Crontab:
    try:
        return crontab.read(expression)
    except crontab.CrontabError as error:
        raise RefusalError("cron", f"{expression!r}: {error}") from error


def next_after(rule: Rule, after: datetime) -> datetime | None:
    """Return the first fire later than `after`, in UTC; None where there is none."""
    after = after.astimezone(UTC)  # two times in one zone would be compared by their hands
    if isinstance(rule, Once):
        at = rule.at.astimezone(UTC)
        return at if at > after else None
    if isinstance(rule, Several):
        return next((at.astimezone(UTC) for at in rule.at if at.astimezone(UTC) > after), None)
    if isinstance(rule, Cron):
        return next_match(_table(rule.expression), zone_info(rule.zone), after)
    return _next_elapsed(rule, after) or _next_local(rule, after)


def first_after(rule: Rule, after: datetime) -> datetime:
    """Return the first fire later than `after`; raises PhraseError where there is none."""
    fire = next_after(rule, after)
    if fire is None:
        raise RefusalError("never")
    return fire


def fires_between(rule: Rule, after: datetime, until: datetime, *, limit: int) -> list[datetime]:
    """List the fires later than `after` and not later than `until`, in UTC, oldest first, at most `limit`."""
    fires: list[datetime] = []
    while len(fires) < limit:
        fire = next_after(rule, fires[-1] if fires else after)
        if fire is None or fire > until:
            break
        fires.append(fire)
    return fires


def _next_elapsed(rule: Recurring, after: datetime) -> datetime | None:
    fields = parts(rule)
    unit = _ELAPSED.get(fields.get("FREQ", ""))
    if unit is None:
        return None
    step = unit * int(fields.get("INTERVAL", "1"))
    start = instant(rule.start, rule.zone)
    return max(start, start + step * ((after - start) // step + 1))


def _next_local(rule: Recurring, after: datetime) -> datetime | None:
    """Find the earliest of the candidates: what a gap shifts forward may come after what follows it."""
    first: datetime | None = None
    end: datetime | None = None
    for local in _locals(rule, after.astimezone(zone_info(rule.zone)).replace(tzinfo=None)):
        if end is not None and local >= end:
            break
        fire = instant(local, rule.zone)
        if fire > after and (first is None or fire < first):
            first = fire
            end = fire.astimezone(zone_info(rule.zone)).replace(tzinfo=None)
    return first


def _locals(rule: Recurring, local: datetime) -> Iterator[datetime]:
    return iter(_rrule(rule.rrule, rule.start).xafter(local - _LONGEST_GAP, inc=True))


@lru_cache(maxsize=256)
def _rrule(text: str, start: datetime) -> rrule:
    try:
        rule = rrulestr(text, dtstart=start)
    except ValueError as error:
        raise RefusalError("stored", text) from error
    if not isinstance(rule, rrule):
        raise RefusalError("stored", text)
    return rule


def parts(rule: Recurring) -> dict[str, str]:
    """Split an RFC 5545 rule into its fields: {"FREQ": "WEEKLY", "INTERVAL": "2"}."""
    return {name: value for name, _equals, value in (field.partition("=") for field in rule.rrule.split(";"))}
