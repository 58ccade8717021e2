"""Say a rule in words, English or Russian, so that `parse` would read them again. No I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, TypeAlias

from slack_bitrix24.when import say_english, say_russian
from slack_bitrix24.when.repeat import repeat_of
from slack_bitrix24.when.rule import Cron, Once, Rule, Several, zone_info

Language: TypeAlias = Literal["en", "ru"]


def describe(rule: Rule, *, language: Language, zone: str | None) -> str:
    """Say a rule in words.

    A moment is shown in `zone` (UTC where it is None), to the minute. A recurrence is said in its own zone, which is
    named where `zone` is another one.
    """
    if isinstance(rule, Once):
        return _moment(rule.at, language=language, zone=zone)
    if isinstance(rule, Several):
        return "; ".join(_moment(at, language=language, zone=zone) for at in rule.at)
    repeat = repeat_of(rule)
    voice = say_russian if language == "ru" else say_english
    if repeat is not None:
        words = voice.repeat(repeat)
    else:
        words = f"cron {rule.expression}" if isinstance(rule, Cron) else rule.rrule
    return words if zone in (None, rule.zone) else f"{words} ({rule.zone})"


def _moment(at: datetime, *, language: Language, zone: str | None) -> str:
    local = at.astimezone(zone_info(zone) if zone else UTC)
    voice = say_russian if language == "ru" else say_english
    return f"{voice.date(local)}, {local.hour}:{local.minute:02} ({zone or 'UTC'})"
