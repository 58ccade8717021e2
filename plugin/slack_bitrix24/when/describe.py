"""Say a rule in words, English or Russian, so that `parse` would read them again. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, TypeAlias

from slack_bitrix24.when import say_english, say_russian
from slack_bitrix24.when.repeat import repeat_of
from slack_bitrix24.when.rule import Cron, Once, Rule, Several, zone_info

Language: TypeAlias = Literal["en", "ru"]


def describe(rule: Rule, *, language: Language, zone: str | None, home: str | None = None) -> str:
    """Say a rule in words.

    A moment is shown in `zone` (UTC where it is None), to the minute, and names it unless it is `home`: the zone that
    readers take for granted. A recurrence is said in its own zone, which is named where it is neither.
    """
    if isinstance(rule, Once | Several):
        moments = (rule.at,) if isinstance(rule, Once) else rule.at
        said = "; ".join(_moment(at, language=language, zone=zone) for at in moments)
        return said if home is not None and zone == home else f"{said} ({zone or 'UTC'})"
    repeat = repeat_of(rule)
    voice = say_russian if language == "ru" else say_english
    if repeat is not None:
        words = voice.repeat(repeat)
    else:
        words = f"cron {rule.expression}" if isinstance(rule, Cron) else rule.rrule
    return words if rule.zone == (home or zone or rule.zone) else f"{words} ({rule.zone})"


def _moment(at: datetime, *, language: Language, zone: str | None) -> str:
    local = at.astimezone(zone_info(zone) if zone else UTC)
    voice = say_russian if language == "ru" else say_english
    return f"{voice.date(local)}, {local.hour}:{local.minute:02}"
