"""Moments in a document → the date and time of whoever reads it. No I/O."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from slack_bitrix24.document import Date, Document, Link, Span, Text
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.walking import with_spans


def has_times(document: Document) -> bool:
    """Tell whether anything in it is a moment that its sender left to us to word."""
    found: list[Span] = []

    def look(span: Span) -> Span:
        if _is_ours(span):
            found.append(span)
        return span

    with_spans(document, look)
    return bool(found)


def zone_of(recipient: Recipient, *, directory: Directory, people: People, usual: str) -> str:
    """Return the zone of a recipient's Slack, the `usual` one where that is not known."""
    zones = (people.zone(slack_id) for slack_id in directory.slack_ids(recipient))
    return next((zone for zone in zones if _known(zone)), usual)


def local_times(document: Document, zone: str) -> Document:
    """Return the document with those moments as text of that zone: `2026-11-29 19:00:30 UTC+3`.

    Only seconds that the format asks for are shown. The portal's own [timestamp=…] is drawn without a date, and not at
    all in the push and the mail.
    """
    where = zoneinfo.ZoneInfo(zone) if _known(zone) else dt.UTC

    def worded(span: Span) -> Span:
        if not isinstance(span, Date) or not _is_ours(span):
            return span
        said = _said(span, where)
        if not said:
            return span
        return Link(span.url, (Text(said),)) if span.url else Text(said)

    return with_spans(document, worded)


def _is_ours(span: Span) -> bool:
    return isinstance(span, Date) and not span.fallback.strip()


def _known(zone: str) -> bool:
    try:
        return bool(zone) and bool(zoneinfo.ZoneInfo(zone))
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False


def _said(span: Date, zone: dt.tzinfo) -> str:
    try:
        at = dt.datetime.fromtimestamp(span.timestamp, zone)
    except (ValueError, OverflowError, OSError):  # a year that Python has not
        return ""
    dated, timed = "{da" in span.format, "{time" in span.format
    parts = [f"{at:%Y-%m-%d}"] if dated or not timed else []
    if timed or not dated:
        parts += [f"{at:%H:%M:%S}" if "{time_secs}" in span.format else f"{at:%H:%M}", offset(at)]
    return " ".join(parts)


def offset(at: dt.datetime) -> str:
    """Return how far its zone is from UTC at that moment: `UTC+3`, `UTC-3:30`, `UTC`."""
    minutes = int((at.utcoffset() or dt.timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"
