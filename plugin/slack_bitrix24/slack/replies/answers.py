"""The answers that a person gets in Slack: the first one, and what replaces it when the outcome is known. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from slack_bitrix24.model import Recipient, State, Stored
from slack_bitrix24.plain import uncoded
from slack_bitrix24.slack.replies import reasons
from slack_bitrix24.slack.replies.reasons import Reader, Stopped
from slack_bitrix24.slack.replies.words import WORDS, escape, say

MENTION = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!(?:here|channel|everyone))(?:\|[^<>|]*)?>"
)
MOST_WORDS = 60
"""Characters of a message in a list."""
MOST_NAMES = 10
"""Names that an answer lists before it only counts."""
MOST_REASONS = 10
"""Reasons that are told apart: two hundred people may each have one of their own."""


def shown(name: str) -> str:
    """Return a name for mrkdwn: a mention (of a person, a channel, a group) stays one, all else is escaped."""
    return name if MENTION.fullmatch(name) else escape(name)


def listed(names: Iterable[str], *, lang: str) -> str:
    """Return `Anna, Bob`; of more than ten, the first ones and how many more."""
    return ", ".join(_first(names, lang))


def joined(names: Iterable[str], *, lang: str) -> str:
    """Return `Anna and Bob`, `Anna, Bob and Carol`."""
    return _with(_first(names, lang), say(lang, "and"))


def _first(names: Iterable[str], lang: str) -> list[str]:
    every = [shown(name) for name in names]
    more = len(every) - MOST_NAMES
    return [*every[:MOST_NAMES], say(lang, "more", n=more)] if more > 0 else every


def _with(words: Sequence[str], last: str) -> str:
    """Return `a, b and c`."""
    return " ".join(filter(None, (", ".join(words[:-1]), last if len(words) > 1 else "", *words[-1:])))


def duration(seconds: float, *, lang: str) -> str:
    """Return `0.4 s`, `12 s`, `3 min`, `2 h`: one figure that says enough."""
    if seconds < 9.95:
        figure = f"{max(seconds, 0.01):.2f}" if seconds < 0.095 else f"{seconds:.1f}"
        return say(lang, "seconds", n=figure.replace(".", ",") if lang == "ru" else figure)
    if seconds < 90:
        return say(lang, "seconds", n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} {'мин' if lang == 'ru' else 'min'}"
    return f"{round(seconds / 3600)} {'ч' if lang == 'ru' else 'h'}"


def unknown(address: str, reason: str, choices: Sequence[str] = (), *, lang: str) -> str:
    """Return the line that names an address which gave nobody, and says what to do."""
    found = re.search(r"[UW][A-Z0-9]{2,}", address)
    choice = _with([escape(one) for one in choices], say(lang, "or"))
    who = f"<@{address}>" if found and found.group() == address else escape(address)
    said = say(lang, reason, who=who, id=found.group() if found else escape(address), choices=choice)
    meant = choices and "{choices}" not in WORDS[reason][0]
    return f"{said}. {say(lang, 'meant_who', choices=choice)}" if meant else said


def queued(names: Iterable[str], notes: Sequence[str], *, lang: str) -> str:
    """Return the first answer."""
    names = list(names)
    first = say(lang, "queued", names=listed(names, lang=lang)) if names else say(lang, "nobody_notified")
    return "\n".join([first, *notes])


def tags(portal: str, found: str, asked_at: float, *, lang: str) -> str:
    """Return the line that says whether a portal keeps tags (yes, no, unknown), and when that was found out."""
    date = datetime.fromtimestamp(asked_at, UTC).strftime("%d.%m.%Y" if lang == "ru" else "%Y-%m-%d")
    return say(lang, f"tags_{found}", portal=escape(portal), date=date)


def stopped(portal: str, why: Stopped, reader: Reader) -> str:
    """Return the line that says that a portal is stopped, and why."""
    return say(reader.lang, "portal_stopped", portal=escape(portal), reason=escape(reasons.stop(why, reader)))


def outcome(
    stored: Sequence[Stored],
    names: Mapping[str, str],
    notes: Sequence[str],
    *,
    reader: Reader,
    command: str,
    stops: Mapping[str, Stopped] = MappingProxyType({}),
) -> str:
    """Return what became of the notifications: who has it, who has not and why.

    `names` is by `str(recipient)`; `stops` says by portal why it is stopped.
    """
    lang = reader.lang
    lines = []
    by_state: dict[tuple[str, str], list[Stored]] = {}
    for one in stored:
        portal = one.notification.recipient.portal
        reason = escape(reasons.of(one, stops.get(portal), reader)) if one.state not in _FINE else ""
        key = "delivered_twice" if one.perhaps_twice and one.state is State.DELIVERED else _KEY[one.state]
        by_state.setdefault((key, reason), []).append(one)
    for key in ("delivered", "delivered_twice", "failed", "waiting", "replaced", "cancelled"):
        for (found, reason), group in by_state.items():
            if found == key:
                who = joined([called(each.notification.recipient, names) for each in group], lang=lang)
                took = max((each.finished_at or each.created_at) - each.created_at for each in group)
                time = duration(max(0.0, took), lang=lang)
                lines.append(say(lang, key, names=who, time=time, reason=reason, command=command))
    if len(lines) > MOST_REASONS:
        more = say(lang, "more_reasons", n=len(lines) - MOST_REASONS, command=command)
        lines = [*lines[:MOST_REASONS], more]
    return "\n".join([*lines, *notes])


_FINE = (State.DELIVERED, State.SUPERSEDED, State.CANCELLED)
_KEY = {
    State.DELIVERED: "delivered",
    State.DEAD: "failed",
    State.PENDING: "waiting",
    State.SENDING: "waiting",
    State.SUPERSEDED: "replaced",
    State.CANCELLED: "cancelled",
}


def called(recipient: Recipient, names: Mapping[str, str]) -> str:
    """Return what a recipient is called: the name it was addressed by, else its own address."""
    return names.get(str(recipient), str(recipient))


def first_words(message: str) -> str:
    """Return the beginning of a message as a reader sees it, without Bitrix24's codes."""
    words = " ".join(uncoded(message).split())
    return words if len(words) <= MOST_WORDS else f"{words[: MOST_WORDS - 1].rstrip()}…"


def status_many(first: int, last: Stored, states: Mapping[State, int], *, lang: str) -> str:
    """Return in one line what went to many: from which number to which, how many are in which state, first words."""
    told = [f"{say(lang, f'state_{state.value}')}: {n}" for state, n in sorted(states.items(), key=lambda one: -one[1])]
    n = sum(states.values())
    words = escape(first_words(last.notification.message))
    return say(lang, "status_many", first=first, last=last.id, n=n, states=", ".join(told), words=words)


def taken_by(name: str, at: float, *, lang: str, zone: str) -> str:
    """Return who took an alert, at the hour of each reader's own clock; at that of `zone` where Slack has none."""
    hour = f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%H:%M}"
    return say(lang, "taken", name=escape(name), time=f"<!date^{at:.0f}^{{time}}|{hour}>")


def status_line(one: Stored, names: Mapping[str, str], *, reader: Reader, taken: str = "") -> str:
    """Return a notification in one line: number, recipient, state, first words; `taken` says who took it."""
    note, lang = one.notification, reader.lang
    state = say(lang, f"state_{one.state.value}")
    words = first_words(note.message)
    why = f" — {escape(reasons.of(one, None, reader))}" if one.error and one.state not in _FINE else ""
    why = f" ({say(lang, 'perhaps_twice')})" if one.perhaps_twice and one.state is State.DELIVERED else why
    why += f" — {taken}" if taken else ""
    return f"`{one.id}` {shown(called(note.recipient, names))}: {state}{why} · {escape(words)}"
