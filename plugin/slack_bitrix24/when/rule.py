"""Rules: when something is to happen, as it is stored. No I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from slack_bitrix24.when.refusal import RefusalError


@dataclass(frozen=True, slots=True)
class Once:
    """One moment; `at` is aware."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Several:
    """Some moments, aware, in order."""

    at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression of five fields, in an IANA zone; a time in a spring gap comes at its end, as Debian's."""

    expression: str
    zone: str


@dataclass(frozen=True, slots=True)
class Recurring:
    """An RFC 5545 rule from `start` (local, naive) on, in an IANA zone.

    HOURLY and MINUTELY rules count elapsed time; all others are local times, which a spring gap shifts forward by its
    length, as RFC 5545 has it.
    """

    rrule: str
    start: datetime
    zone: str


Rule: TypeAlias = Once | Several | Cron | Recurring


@cache
def zone_info(name: str) -> ZoneInfo:
    """Look up an IANA zone; raises PhraseError naming it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder such as "Europe"
        raise RefusalError("zone", name) from error


def known_zone(name: str) -> str:
    """Return the name of an IANA zone, empty where there is none of that name."""
    try:
        return zone_info(name).key if name else ""
    except RefusalError:
        return ""


def instant(local: datetime, zone: str) -> datetime:
    """Place a naive local time on the UTC line: shifted forward in a gap; the first of the two in a fold.

    A `local.fold` of 1 asks for the second one.
    """
    return local.replace(tzinfo=zone_info(zone)).astimezone(UTC)


def dump(rule: Rule) -> str:
    """Write a rule as one line of JSON."""
    if isinstance(rule, Once):
        return json.dumps({"once": rule.at.astimezone(UTC).isoformat()})
    if isinstance(rule, Several):
        return json.dumps({"several": [at.astimezone(UTC).isoformat() for at in rule.at]})
    if isinstance(rule, Cron):
        return json.dumps({"cron": rule.expression, "zone": rule.zone})
    fold = {"fold": 1} if rule.start.fold else {}
    return json.dumps({"rrule": rule.rrule, "start": rule.start.isoformat(), "zone": rule.zone, **fold})


def load(text: str) -> Rule:
    """Read what `dump` wrote; raises PhraseError for anything else."""
    try:
        match json.loads(text):
            case {"once": str(at)}:
                return Once(_aware(at))
            case {"several": [str(), *_] as moments}:
                return Several(tuple(map(_aware, moments)))
            case {"cron": str(expression), "zone": str(zone)}:
                return Cron(expression, zone)
            case {"rrule": str(rrule), "start": str(start), "zone": str(zone), **rest}:
                return Recurring(rrule, datetime.fromisoformat(start).replace(fold=int("fold" in rest)), zone)
    except (ValueError, TypeError) as error:
        raise RefusalError("stored", text) from error
    raise RefusalError("stored", text)


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at
