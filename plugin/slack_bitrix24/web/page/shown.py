"""How things are shown: times of the reader's zone, names beside ids, plain text for codes. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from slack_bitrix24.document import Document
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Notification, Recipient, Stored
from slack_bitrix24.plain import plain, uncoded
from slack_bitrix24.slack.messages import mrkdwn
from slack_bitrix24.slack.replies.words import WORDS as REASONS
from slack_bitrix24.slack.replies.words import Language
from slack_bitrix24.submit.people import People
from slack_bitrix24.web.page.visit import Visit
from slack_bitrix24.web.page.words import WORDS, say

CUT = 300
"""Characters of a text in a list: more than two lines of any screen."""
OUTCOMES = {"done": "done", "wrong password": "wrong_password", "not done: it is not stopped": "said_not_resume"}
"""What the audit list keeps, and the key of the words for it; others are Slack's own words."""
_WAYS = ("relay", "webhook", "schedule", "reminder", "heartbeat")


@dataclass(frozen=True, slots=True)
class Named:
    """A person: what they are called (the id, where nobody knows) and the id."""

    name: str
    id: str


def person(slack_id: str, people: People) -> Named:
    """Return a Slack user by name."""
    known = people.users.get(slack_id)
    return Named(known.name if known else slack_id, slack_id)


def recipient(one: Recipient, *, directory: Directory, people: People) -> Named:
    """Return a recipient by the name of the Slack user who is meant, `portal/id` beside it."""
    ids = directory.slack_ids(one)
    known = next((people.users[each].name for each in ids if each in people.users), "") or directory.name(one)
    return Named(known or (ids[0] if ids else f"{one.portal}/{one.user_id}"), f"{one.portal}/{one.user_id}")


def moment(at: float | None, visit: Visit) -> str:
    """Return a time on the reader's clock: today's without the date."""
    if not at:
        return ""
    there, today = datetime.fromtimestamp(at, visit.zone), datetime.fromtimestamp(visit.now, visit.zone)
    if there.date() == today.date():
        return f"{there:%H:%M:%S}"
    day = f"{there.day} {say(visit.language, f'month_{there.month}')}"
    return f"{day} {there:%H:%M}" if there.year == today.year else f"{day} {there.year}"


def whole_moment(at: float | None, visit: Visit) -> str:
    """Return the same in full, with the offset."""
    return f"{datetime.fromtimestamp(at, visit.zone):%Y-%m-%d %H:%M:%S %z}" if at else ""


def iso(at: float, visit: Visit) -> str:
    """Return the same for machines."""
    return datetime.fromtimestamp(at, visit.zone).isoformat(timespec="milliseconds")


def clock(at: float, visit: Visit, of: str) -> str:
    """Return a time below a plot of an hour, a day or a week."""
    there = datetime.fromtimestamp(at, visit.zone)
    return (
        f"{there.day} {say(visit.language, f'month_{there.month}')} {there:%H:%M}" if of == "week" else f"{there:%H:%M}"
    )


def said(text: str) -> str:
    """Return mrkdwn as plain text."""
    return plain(Document(tuple(mrkdwn.parse(text))))


def address_of(text: str, people: People) -> str:
    """Return an address by the name of the Slack user that it means, where it means one."""
    known = people.users.get(text.strip("<@>").partition("|")[0])
    return known.name if known else text


def span(seconds: float, language: Language) -> str:
    """Return a duration in the largest unit that says enough."""
    seconds = max(0.0, seconds)
    if seconds < 10:
        return say(language, "span_s", n=f"{seconds:.1f}")
    for size, key in ((86_400, "span_d"), (3600, "span_h"), (60, "span_min")):
        if seconds >= 2 * size:
            return say(language, key, n=f"{seconds / size:.0f}")
    return say(language, "span_s", n=f"{seconds:.0f}")


def source(text: str, language: Language) -> str:
    """Return a way in by what people call it: "webhook grafana"."""
    kind, _, name = text.partition(":")
    word = say(language, f"source_{kind}") if kind in (*_WAYS, "command", "cli") else kind
    return f"{word} {name}".strip()


def text(note: Notification, language: Language) -> str:
    """Return what a notification says, as people see it, for one line of a list."""
    if note.kind == "delete":
        return say(language, "takes_back")
    said = " ".join(" · ".join((uncoded(note.message), *words(note.attach))).split()).strip(" ·")
    return said if len(said) <= CUT else said[: CUT - 1] + "…"


def words(attach: str) -> Iterator[str]:
    """Yield the words of an ATTACH in their order."""
    if attach:
        yield from (" ".join(uncoded(each).split()) for each in _said(json.loads(attach)))


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _said(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, str) and name in ("MESSAGE", "NAME", "VALUE", "DESC"):
                yield each
            elif not isinstance(each, str):
                yield from _said(each)


def reason(one: Stored, language: Language) -> str:
    """Return the last refusal in words: in Russian where there are Russian ones for its code."""
    key = f"why_{one.code}"
    if language == "ru" and key in REASONS:
        return REASONS[key][1].format(user=one.notification.recipient.user_id)
    return one.error


def outcome(text: str, language: Language) -> str:
    """Return what came of an action, as the audit list keeps it, in the reader's language."""
    state = text.removeprefix("not done: it is ")
    if state != text and f"state_{state}" in WORDS:
        return say(language, "not_done", state=say(language, f"state_{state}"))
    key = OUTCOMES.get(text, "")
    return say(language, key) if key else text


def took(one: Stored) -> float | None:
    """Return the seconds from when it was due to its outcome; None while there is none."""
    due = max(one.created_at, one.notification.not_before)
    return max(0.0, one.finished_at - due) if one.finished_at else None


def address(path: str, **given: object) -> str:
    """Return a path with those parameters that are there."""
    there = {name: str(value) for name, value in given.items() if value not in ("", None, 0)}
    return f"{path}?{urlencode(there)}" if there else path


def pretty(value: str) -> str:
    """Return JSON text indented; anything else as it is."""
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return value
