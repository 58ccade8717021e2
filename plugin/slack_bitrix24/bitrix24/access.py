"""What a webhook or token may do, asked of the portal itself.

https://apidocs.bitrix24.com/api-reference/common/system/index.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bitrix24.bitrix24.caller import Caller
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.values import whole
from slack_bitrix24.errors import Bitrix24Error

NOTIFY: Final = "im.notify.personal.add"


@dataclass(frozen=True, slots=True)
class Health:
    """Who calls are made as, with which scopes; `faults` says in words what keeps notifications from being sent."""

    user_id: int
    name: str
    admin: bool
    scopes: tuple[str, ...]
    can_notify: bool
    faults: tuple[str, ...] = ()


def examine(caller: Caller) -> Health:
    """Ask profile, scope and method.get in one request; raise `Bitrix24Error` when the portal lets nothing in."""
    calls = {
        "profile": Call("profile"),
        "scope": Call("scope"),
        "method": Call("method.get", {"name": NOTIFY}),
    }
    answers = caller.batch(calls, repeatable=True)
    errors = [answer for answer in answers.values() if isinstance(answer, Bitrix24Error)]
    if len(errors) == len(calls):
        raise errors[0]
    profile, method = _mapping(answers["profile"]), _mapping(answers["method"])
    scopes = _scopes(answers["scope"])
    return Health(
        user_id=whole(profile.get("ID")) or 0,
        name=" ".join(str(profile[part]) for part in ("NAME", "LAST_NAME") if profile.get(part)),
        admin=profile.get("ADMIN") in (True, "Y"),
        scopes=scopes,
        can_notify=not _faults(profile, scopes, method),
        faults=(*_faults(profile, scopes, method), *(str(error) for error in errors)),
    )


def _faults(profile: Mapping[str, Any], scopes: tuple[str, ...], method: Mapping[str, Any]) -> tuple[str, ...]:
    faults = []
    if not profile.get("ID"):
        faults.append("the user behind the webhook or token is not active")
    if "im" not in scopes:
        faults.append("the scope im is missing: notifications need it")
    if not method.get("isExisting"):
        faults.append(f"the portal does not know {NOTIFY}")
    elif not method.get("isAvailable"):
        faults.append(f"{NOTIFY} is not available to this webhook or token")
    return tuple(faults)


def _mapping(answer: Answer | Bitrix24Error) -> Mapping[str, Any]:
    return answer.result if isinstance(answer, Answer) and isinstance(answer.result, Mapping) else {}


def _scopes(answer: Answer | Bitrix24Error) -> tuple[str, ...]:
    if not isinstance(answer, Answer):
        return ()
    rows = answer.result.values() if isinstance(answer.result, Mapping) else answer.result
    if isinstance(rows, str):
        return (rows,)
    return tuple(sorted(str(row) for row in rows)) if isinstance(rows, Iterable) else ()
