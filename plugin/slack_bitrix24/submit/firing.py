"""What a schedule owes at a moment: which of its times are sent, how late, and when it is due next. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slack_bitrix24 import when
from slack_bitrix24.document import Author, Block, Divider, Document, File, Image, Paragraph, Text
from slack_bitrix24.slack.messages import mrkdwn, payload
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Schedule
from slack_bitrix24.submit.compose import Draft

LATE = 60.0
"""Seconds after which a notification says that it is late."""
MOST_AT_ONCE = 100
"""Missed times sent after a long rest with catch_up = "all"; the newest are kept."""
DEFAULT_WITHIN = 12 * 3600.0
"""Seconds for which a missed time may still be caught up."""


@dataclass(frozen=True, slots=True)
class Firing:
    """The planned times that are sent (Unix seconds, oldest first), and the next one (None: the schedule is over)."""

    times: tuple[float, ...]
    next_at: float | None


def firing(schedule: Schedule, *, now: float) -> Firing:
    """Decide about a schedule whose time has come.

    A time is missed when it is more than a minute old. Missed ones are caught up as the schedule says ("latest", "all"
    or "skip"), no older than `catch_up_within` seconds; a time that is not missed is always sent.
    """
    rule = when.load(schedule.rule)
    planned = _planned(schedule, rule, now)
    following = when.next_after(rule, datetime.fromtimestamp(max(now, planned[-1] if planned else now), UTC))
    within = schedule.catch_up_within or DEFAULT_WITHIN
    fresh = [time for time in planned if now - time <= LATE]
    missed = [time for time in planned if LATE < now - time <= within]
    if schedule.catch_up == "skip":
        missed = []
    elif schedule.catch_up != "all":
        missed = [] if fresh else missed[-1:]
    times = [*missed, *fresh][-MOST_AT_ONCE:]
    return Firing(tuple(times), following.timestamp() if following else None)


def _planned(schedule: Schedule, rule: when.Rule, now: float) -> list[float]:
    """Return all times from the one the schedule waits for up to now, oldest first."""
    if schedule.next_at is None or schedule.next_at > now:
        return []
    since = max(schedule.next_at, now - (schedule.catch_up_within or DEFAULT_WITHIN) - 1)
    start = datetime.fromtimestamp(since - 0.001, UTC)
    found = when.fires_between(rule, start, datetime.fromtimestamp(now, UTC), limit=10_000)
    times = [moment.timestamp() for moment in found]
    return times or [schedule.next_at]


def draft(schedule: Schedule, planned: float, *, now: float) -> Draft:
    """Return what a schedule says at one of its times. The same time always has the same reference."""
    extra: Mapping[str, Any] = schedule.extra or {}
    language = str(extra.get("language") or "en")
    name = schedule.key.partition(":")[2] if schedule.kind == "schedule" else str(schedule.id)
    blocks: list[Block] = []
    if now - planned > LATE:
        late = say(language, "late", time=answers.duration(now - planned, lang=language))
        blocks.append(Paragraph((Text(f"({late})", italic=True),)))
    blocks += mrkdwn.parse(schedule.text)
    if message := extra.get("message"):
        blocks += [*([Divider()] if schedule.text.strip() else []), *payload.read(message).document.blocks]
    blocks += [Image(url=each["url"], name=each.get("name", "")) for each in extra.get("pictures") or ()]
    if schedule.kind == "reminder":
        blocks.append(Author(say(language, "reminder_from", name=extra.get("name") or "Slack")))
    return Draft(
        document=Document(tuple(blocks)),
        # The planned time and not this moment: fired late or once more, it is the same.
        reference=f"{schedule.key}@{planned:.0f}",
        source=f"schedule:{name}" if schedule.kind == "schedule" else f"reminder:{name}",
        author=schedule.owner,
        link=(say(language, "open_in_slack"), str(extra["link"])) if extra.get("link") else None,
        priority=extra.get("priority", "normal"),
        kind=extra.get("kind"),
        files=tuple(File(name=each.get("name", ""), url=each["url"]) for each in extra.get("files") or ()),
    )
