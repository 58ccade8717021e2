"""Why Bitrix24 created nothing for somebody: who they are there, asked once for all of a request.

`result: false` and the time in place of an id name nobody. Bitrix24 server source, main 26.150 (2026-03).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from slack_bitrix24.bitrix24.codes import NOT_CREATED, SWITCHED_OFF
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.users import User, people, read_people
from slack_bitrix24.errors import Bitrix24Error
from slack_bitrix24.model import Stored

ASKED: Final = frozenset({NOT_CREATED, SWITCHED_OFF})
"""The codes of which a person should hear who and why."""

MAIL: Final = "email"


def unexplained(results: Mapping[int, Answer | Bitrix24Error], claimed: Sequence[Stored]) -> list[int]:
    """Return the users for whom nothing was created, each once."""
    by_id = {stored.id: stored.notification.recipient.user_id for stored in claimed}
    return sorted({by_id[one] for one, result in results.items() if _asks(result)})


def explained(
    results: Mapping[int, Answer | Bitrix24Error], claimed: Sequence[Stored], ask: Callable[[Call], Answer]
) -> Mapping[int, Answer | Bitrix24Error]:
    """Return the results, with each refusal that names nobody made one that says who and why, so far as `ask` tells."""
    users = unexplained(results, claimed)
    if not users:
        return results
    try:
        known = ask(people(users))
    except Bitrix24Error:
        return results
    by_id = {stored.id: stored.notification.recipient.user_id for stored in claimed}
    found = read_people(known)
    return {
        one: why(result, by_id[one], found.get(by_id[one])) if isinstance(result, Bitrix24Error) else result
        for one, result in results.items()
    }


def why(error: Bitrix24Error, user_id: int, user: User | None) -> Bitrix24Error:
    """Return the refusal in words about this user; `user` is None where the portal has none of that number."""
    if not _asks(error):
        return error
    who = f"{user.name} ({user_id})" if user is not None and user.name else f"user {user_id}"
    if error.code == SWITCHED_OFF:
        return _said(SWITCHED_OFF, f"{who} has switched these notifications off in Bitrix24: nothing was stored")
    if user is None:
        return _said("USER_UNKNOWN", f"Bitrix24 has no user {user_id} (result: false)")
    if user.bot or user.kind == "bot":
        return _said("USER_IS_BOT", f"{who} is a bot, and bots get no notifications (result: false)")
    if user.kind == MAIL:
        return _said("USER_IS_EMAIL", f"{who} is an e-mail user, who has no notifications (result: false)")
    if not user.active:
        return _said("USER_DISMISSED", f"{who} is dismissed in Bitrix24 (result: false)")
    if user.kind not in ("", "default"):
        return _said("USER_IS_EXTERNAL", f"{who} is no employee ({user.kind}) (result: false)")
    return _said(
        NOT_CREATED,
        f"Bitrix24 created nothing for {who} (result: false): another of the same tag at once, or a module refused it",
    )


def _asks(result: Answer | Bitrix24Error) -> bool:
    return isinstance(result, Bitrix24Error) and result.code in ASKED


def _said(code: str, text: str) -> Bitrix24Error:
    return Bitrix24Error(text, code=code, status=200)
