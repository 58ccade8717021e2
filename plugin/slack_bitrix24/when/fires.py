"""When a rule fires: correct over changes of the clock in the rule's own zone. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cronsim import CronSim, CronSimError
from dateutil.rrule import rrule, rrulestr

from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.rule import Cron, Once, Recurring, Rule, instant, zone_info

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_ELAPSED = {"HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1)}
_ANY = datetime(2024, 1, 1, tzinfo=UTC)
# No zone has moved its clock by more at once (Samoa left out a day in 2011).
_LONGEST_GAP = timedelta(hours=25)


def cron(expression: str, zone: str) -> Cron:
    """Check a cron expression: five fields as in Unix cron (names, 0 or 7 for Sunday), or @daily and the like.

    Raises PhraseError that names the field, or the zone.
    """
    zone_info(zone)
    fields = _NICKNAMES.get(expression.strip().lower(), expression).split()
    if len(fields) != 5:  # cronsim would take a sixth one for seconds
        raise RefusalError("cron", f"{expression!r}: expected 5 fields, got {len(fields)}")
    rule = Cron(" ".join(fields), zone)
    try:
        CronSim(rule.expression, _ANY)
    except CronSimError as error:
        raise RefusalError("cron", f"{expression!r}: {str(error).lower()}") from error
    return rule


def next_after(rule: Rule, after: datetime) -> datetime | None:
    """Return the first fire later than `after`, in UTC; None where there is none."""
    after = after.astimezone(UTC)  # two times in one zone would be compared by their hands
    if isinstance(rule, Once):
        at = rule.at.astimezone(UTC)
        return at if at > after else None
    if isinstance(rule, Cron):
        return _next_cron(rule, after)
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


def _next_cron(rule: Cron, after: datetime) -> datetime | None:
    local = after.astimezone(zone_info(rule.zone))
    # In the second half of a fold cronsim offers the first half's times again: those are over.
    later = (fire for fire in CronSim(rule.expression, local) if fire.astimezone(UTC) > after)
    fire = next(later, None)
    return fire.astimezone(UTC) if fire else None


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
