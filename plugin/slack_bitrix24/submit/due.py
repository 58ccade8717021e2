"""What becomes of a schedule that is due: what is sent, whether it is tried again, and what is to be told. No I/O.

Whoever is known gets it at once. What is owed to those whom Slack does not tell of, or to nobody, stays due and is
tried again, as late as the schedule's `catch_up` and `catch_up_within` allow; no time reaches anybody twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.words import escape, say
from slack_bitrix24.store import Schedule
from slack_bitrix24.submit.firing import DEFAULT_WITHIN, Firing, firing
from slack_bitrix24.submit.reading import NotTold
from slack_bitrix24.submit.resolve import Reason, Resolution, Unknown

RETRY = 15.0
"""Seconds after which what reached nobody is tried again."""


@dataclass(frozen=True, slots=True)
class Due:
    """The planned times that are sent now (Unix seconds), and how it goes on.

    `held_until` 0: these times are done with and `next_at` is the next; else they stay due until then. `unknown` says
    who was not reached and why, `refusal` that the owner may not (a key of the words); `error` is both in one line,
    empty where all is well. `missed`: the only time there was is so many seconds ago, and too old to be sent.
    """

    times: tuple[float, ...]
    next_at: float | None
    held_until: float = 0.0
    unknown: tuple[Unknown, ...] = ()
    refusal: str = ""
    error: str = ""
    reached: bool = True
    missed: float = 0.0


def due(
    schedule: Schedule,
    found: Resolution,
    *,
    now: float,
    refusal: str = "",
    refused: Mapping[str, NotTold] | None = None,
) -> Due:
    """Decide about a schedule whose time has come; `refused` is what Slack did not tell, by group or channel."""
    plan = firing(schedule, now=now)
    within = schedule.catch_up_within or DEFAULT_WITHIN
    times = list(plan.times)
    if schedule.snoozed_until is not None and now - within <= schedule.snoozed_until <= now:
        times.append(schedule.snoozed_until)
    unknown = (*found.unknown, *_unread(found, refused or {}))
    reached = bool(found.recipients) and not refusal
    given_up = schedule.held_until > 0 and not found.recipients  # it was tried, and why it failed was told
    missed = 0.0 if times or refusal or given_up else _missed(schedule, plan, now=now)
    held = bool(times) and not refusal and (bool(found.unread) or not reached)
    return Due(
        times=tuple(times) if reached else (),
        next_at=plan.next_at,
        # Not beyond the next planned time, which has a turn of its own.
        held_until=min(now + RETRY, plan.next_at or now + RETRY) if held else 0.0,
        unknown=unknown,
        refusal=refusal,
        error=_error(unknown, refusal, refused or {}) if not missed else f"missed by {missed / 3600:.0f} h: too late",
        reached=reached and not missed,
        missed=missed,
    )


def _missed(schedule: Schedule, plan: Firing, *, now: float) -> float:
    """Return for how long the one time of a schedule has been over that would now go without a word."""
    last = plan.next_at is None and schedule.catch_up != "skip"
    return max(0.0, now - (schedule.due_at or now)) if last else 0.0


def broken(error: Exception, now: float) -> Due:
    """Return what becomes of a schedule that can't be written out: it stays due."""
    return Due((), None, now + RETRY, error=f"a fault of this program: {type(error).__name__}", reached=False)


def said(schedule: Schedule, decided: Due, *, lang: str) -> str:
    """Return what the owner is told: whom it did not reach, why, what to do, and what becomes of it."""
    if schedule.kind == "reminder":
        what = say(lang, "reminder_named", id=schedule.id, text=escape(schedule.title))
    else:
        what = say(lang, "schedule_named", name=escape(schedule.title))
    if decided.missed:
        return say(lang, "missed", what=what, time=answers.duration(decided.missed, lang=lang))
    lines = [say(lang, "reached_some" if decided.reached else "reached_nobody", what=what)]
    if decided.refusal:
        lines.append(say(lang, decided.refusal))
    lines += [answers.unknown(one.address, one.reason.value, one.choices, lang=lang) for one in decided.unknown]
    if len(lines) == 1:
        lines.append(say(lang, "went_wrong"))
    if decided.held_until:
        lines.append(say(lang, "tried_again"))
    elif decided.next_at is None and not decided.reached:
        lines.append(say(lang, "given_up"))
    return "\n".join(lines)


def _unread(found: Resolution, refused: Mapping[str, NotTold]) -> list[Unknown]:
    return [
        Unknown(one, Reason.UNREAD if one in refused and refused[one].lasting else Reason.UNANSWERED)
        for one in found.unread
    ]


def _error(unknown: tuple[Unknown, ...], refusal: str, refused: Mapping[str, NotTold]) -> str:
    words = {one: why.word for one, why in refused.items()}
    lines = [f"{one.address}: {words.get(one.address, one.reason.value)}" for one in unknown]
    return "; ".join([*([refusal.replace("_", " ")] if refusal else []), *lines])
