"""Forms, lists with buttons and the App Home, as Block Kit JSON. No I/O.

Limits: a modal's title 24 characters, an input 3,000, `private_metadata` 3,000, a section 3,000, a view 100 blocks
(https://docs.slack.dev/reference/views/, https://docs.slack.dev/reference/block-kit/blocks/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.slack.replies.words import as_typed, escape, say

FORM = "notify_form"
"""callback_id of the form."""
PEOPLE, MORE, TEXT, WHEN = "people", "more", "text", "when"
CANCEL, SNOOZE, RESUME = "reminder_cancel", "reminder_snooze", "reminder_resume"
SECTION = 3000
"""Characters of a section's text (https://docs.slack.dev/reference/block-kit/blocks/section-block)."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder as it is listed, all in words: when (`reading`), for a recurring one the `following` time, `again` one
    more time that was asked for, for whom (mrkdwn), why it reached nobody, and whether it rests."""  # noqa: D205, D209 - one sentence

    id: int
    text: str
    reading: str
    following: str = ""
    again: str = ""
    who: str = ""
    trouble: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person put into the form."""

    people: tuple[str, ...]
    more: str
    text: str
    when: str
    metadata: str


def plain(text: str, *, most: int = 2000) -> dict[str, Any]:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text[:most] or " ", "emoji": True}


def section(text: str) -> dict[str, Any]:
    """Return a section in mrkdwn, cut to what Slack takes."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:SECTION] or " "}}


def form(
    *, language: str, people: Sequence[str] = (), more: str = "", text: str = "", metadata: str = "", quoted: str = ""
) -> dict[str, Any]:
    """Return the form: to whom, what, when. `quoted` is the message that goes along, in mrkdwn."""
    chosen: dict[str, Any] = {"type": "multi_users_select", "action_id": PEOPLE}
    if people:
        chosen["initial_users"] = list(people)
    typed: dict[str, Any] = {"type": "plain_text_input", "action_id": TEXT, "multiline": True, "max_length": SECTION}
    if text:
        typed["initial_value"] = text[:SECTION]
    further: dict[str, Any] = {"type": "plain_text_input", "action_id": MORE}
    if more:
        further["initial_value"] = more
    due = {"type": "plain_text_input", "action_id": WHEN, "placeholder": plain(say(language, "form_when_hint"))}
    blocks = [
        _input(PEOPLE, say(language, "form_to"), chosen, optional=True),
        _input(MORE, say(language, "form_to_more"), further, optional=True),
        _input(TEXT, say(language, "form_text"), typed, optional=bool(quoted)),
        _input(WHEN, say(language, "form_when"), due, optional=True),
    ]
    if quoted:
        blocks += [section(say(language, "form_message")), section(quoted)]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(say(language, "form_title"), most=24),
        "submit": plain(say(language, "form_send"), most=24),
        "close": plain(say(language, "form_close"), most=24),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def said(text: str, *, language: str) -> dict[str, Any]:
    """Return what a form becomes when there is something to say about it."""
    return {
        "type": "modal",
        "title": plain(say(language, "form_title"), most=24),
        "close": plain(say(language, "form_close"), most=24),
        "blocks": [section(text)],
    }


def _input(block_id: str, label: str, element: dict[str, Any], *, optional: bool) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, "optional": optional}


def filled(view: Mapping[str, Any]) -> Filled:
    """Read a submitted form; what is missing is empty."""
    values = (view.get("state") or {}).get("values") or {}

    def value(name: str, key: str) -> Any:
        return ((values.get(name) or {}).get(name) or {}).get(key)

    return Filled(
        people=tuple(value(PEOPLE, "selected_users") or ()),
        more=str(value(MORE, "value") or ""),
        text=str(value(TEXT, "value") or ""),
        when=str(value(WHEN, "value") or "").strip(),
        metadata=str(view.get("private_metadata") or ""),
    )


def reminders(found: Sequence[Reminder], *, total: int, language: str) -> dict[str, Any]:
    """Return the answer that lists reminders, each with its buttons; of `total`, the next ones."""
    if not found:
        return {"response_type": "ephemeral", "text": say(language, "reminders_none")}
    key = "reminders_some" if total <= len(found) else "reminders_first"
    title = say(language, key, n=len(found), total=total)
    return {
        "response_type": "ephemeral",
        "text": "\n".join([title, *(f"`{one.id}` {_line(one, language)} — {as_typed(one.text)}" for one in found)]),
        "blocks": [section(f"*{title}*"), *_reminder_blocks(found, language=language)],
    }


def _line(one: Reminder, language: str) -> str:
    """Return whom it is for and when, each moment once."""
    parts = [say(language, "reminder_paused")] if one.paused else []
    parts += [escape(one.reading)]
    parts += [say(language, "reminder_following", time=escape(one.following))] if one.following else []
    parts += [say(language, "reminder_again", time=escape(one.again))] if one.again else []
    parts += [say(language, "reminder_for", who=one.who)] if one.who else []
    parts += [say(language, "reminder_trouble", why=escape(one.trouble))] if one.trouble else []
    return " · ".join(part for part in parts if part)


def _reminder_blocks(found: Sequence[Reminder], *, language: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for one in found:
        blocks.append(section(f"`{one.id}` {_line(one, language)}\n*{as_typed(one.text)}*"))
        blocks.append(
            {
                "type": "actions",
                "elements": [
                    _button(RESUME, say(language, "button_resume"), str(one.id))
                    if one.paused
                    else _button(SNOOZE, say(language, "button_snooze"), str(one.id)),
                    _button(CANCEL, say(language, "button_cancel"), str(one.id)),
                ],
            }
        )
    return blocks


def _button(action_id: str, label: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(label, most=75), "value": value}


def home(
    *, user: str, found: Sequence[Reminder], total: int = 0, latest: Sequence[str], language: str
) -> dict[str, Any]:
    """Return the App Home: who I am in Bitrix24, my reminders, my latest notifications (lines of mrkdwn)."""
    title = say(language, "home_reminders")
    if total > len(found):
        title = say(language, "reminders_first", n=len(found), total=total)
    blocks = [
        {"type": "header", "text": plain(say(language, "home_title"), most=150)},
        section(user),
        {"type": "divider"},
        section(f"*{title}*"),
        *(_reminder_blocks(found, language=language) or [section(say(language, "reminders_none"))]),
        {"type": "divider"},
        section(f"*{say(language, 'home_latest')}*"),
        *([section(line) for line in latest] or [section(say(language, "status_none"))]),
    ]
    return {"type": "home", "blocks": blocks[:100]}
