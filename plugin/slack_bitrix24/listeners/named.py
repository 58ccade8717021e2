"""People and groups as Slack describes them, or nothing: one that makes no sense must not hide all others. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bitrix24.slack.replies.words import language
from slack_bitrix24.submit.people import SLACKBOT, Group, Person


def person(user: object) -> Person | None:
    """Read a user (https://docs.slack.dev/reference/objects/user-object); None for what has no id."""
    found = _table(user)
    profile = _table(found.get("profile"))
    id_, handle, display = _text(found.get("id")), _text(found.get("name")), _text(profile.get("display_name"))
    if not id_:
        return None
    return Person(
        id=id_,
        handle=handle,
        name=_text(profile.get("real_name")) or _text(found.get("real_name")) or display or handle or id_,
        display=display,
        language=language(_text(found.get("locale"))),
        zone=_text(found.get("tz")),
        active=not found.get("deleted", False),
        bot=bool(found.get("is_bot")) or id_ == SLACKBOT,
        email=_text(profile.get("email")),
    )


def group(told: object) -> Group | None:
    """Read a user group (https://docs.slack.dev/reference/objects/usergroup-object); None for what has no id."""
    found = _table(told)
    id_, users = _text(found.get("id")), found.get("users")
    return Group(id_, _text(found.get("handle")), ids(users) if isinstance(users, list) else None) if id_ else None


def ids(listed: list[Any]) -> tuple[str, ...]:
    """Return the ids of a list of them."""
    return tuple(one for one in listed if isinstance(one, str))


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
