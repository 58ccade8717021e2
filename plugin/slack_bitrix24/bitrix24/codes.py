"""What each refusal of Bitrix24 means: error code and HTTP status in, verdict out. No I/O.

By code first, without regard to case, because the documents contradict each other about statuses; then by status.
https://apidocs.bitrix24.com/error-codes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from slack_bitrix24.bitrix24.values import whole
from slack_bitrix24.errors import Bitrix24Error, Verdict

OPERATING_PAUSE: Final = 60.0
"""Seconds until a method blocked by its operating time is tried again where the portal did not say when."""

_AGAIN: Final = {
    "QUERY_LIMIT_EXCEEDED": 1.0,
    "OPERATION_TIME_LIMIT": OPERATING_PAUSE,
    "CONNECTION_ERROR": 5.0,
}
"""Refused before execution; seconds to wait. https://apidocs.bitrix24.com/limits.html

CONNECTION_ERROR (with 401): Bitrix's authorization server did not answer the portal, which passes. Bitrix24 server
source, main 26.150 (2026-03).
"""

_PORTAL: Final = {
    "OVERLOAD_LIMIT": "Bitrix24 has blocked this portal's REST for overload; ask its support",
    "NO_AUTH_FOUND": "the webhook or token is wrong",
    "INVALID_CREDENTIALS": "the webhook was revoked, blocked, or its secret was changed",
    "INVALID_REQUEST": "the portal takes https only",
    "INSUFFICIENT_SCOPE": "the webhook or application lacks the scope for this method",
    "EXPIRED_TOKEN": "the access token has expired",
    "INVALID_TOKEN": "the access token is not known",
    "USER_ACCESS_ERROR": "the user may not use the application",
    "AUTHORIZATION_ERROR": "the user behind the webhook or token is deactivated",
    "APPLICATION_NOT_FOUND": "the application is not known",
    "ERROR_OAUTH": "the application is not installed",
    "NOT_INSTALLED": "the application is not installed",
    "PAYMENT_REQUIRED": "the subscription has ended",
    "PORTAL_DELETED": "the portal was deleted",
    "BOT_NOT_FOUND": "the bot is not there any more: slack-bitrix24 portal bot registers it",
    "BOT_CODE_ALREADY_TAKEN": "another token has a bot of that code: set another bot.code",
    "BOT_OWNERSHIP_ERROR": "the bot belongs to another token",
    "BOT_TOKEN_NOT_SPECIFIED": "the bot's token is missing",
    "BOT_ID_REQUIRED": "the bot's number is missing",
    "WRONG_LICENSE": "the portal's plan does not include this",
    "WRONG_AUTH_TYPE": "this way to sign in can't call the method",
    "INVALID_GRANT": "the application must be authorized again",
    "INVALID_CLIENT": "client_id or client_secret is wrong",
    "WRONG_CLIENT": "client_id or client_secret is wrong",
    "INVALID_SCOPE": "the application asks for scopes that it may not have",
}
"""No call of this portal would do better; what to tell a person."""

_SCOPE_OF: Final = {"im": "im", "imbot": "imbot", "disk": "disk", "user": "user_basic"}
"""The scope that a method needs, by its first part (https://apidocs.bitrix24.com/api-reference/scopes/permissions.html)."""

_UNKNOWN: Final = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER", "WRONG_ENCODING", "SENDING_FAILED"})
"""Bitrix24 stumbled: the call may have been executed."""

_PLAN_WORDS: Final = ("commercial plan", "extended plan", "by subscription", "can't be authorized")
"""ACCESS_DENIED means one object for most methods, but with these words the whole portal."""

NOT_CREATED: Final = "NOT_CREATED"
"""Our own: `result: false`."""
SWITCHED_OFF: Final = "NOTIFICATIONS_OFF"
"""Our own: the recipient has switched these notifications off."""
OWN: Final = frozenset(
    {
        NOT_CREATED,
        SWITCHED_OFF,
        "USER_UNKNOWN",
        "USER_DISMISSED",
        "USER_IS_BOT",
        "USER_IS_EMAIL",
        "USER_IS_EXTERNAL",
        "TAG_TOO_LONG",
        "CANT_BE_TAKEN_BACK",
        "MAY_HAVE_ARRIVED",
    }
)
"""Our own codes: their words say everything, so they are shown without the code."""
CLOCK_MARGIN: Final = 5
"""Seconds between a `result` that is no id but the time, and the answer's own time."""
_FIRST_CLOCK: Final = 1_000_000_000
"""A smaller number is an id whatever the answer's time says: it would be a moment before 2001."""


def judge(status: int, code: str, description: str = "") -> tuple[Verdict, float]:
    """Return what a refusal means and, for `Verdict.AGAIN`, the seconds to wait."""
    upper = code.upper()
    if upper in _AGAIN:
        return Verdict.AGAIN, _AGAIN[upper]
    if upper in _UNKNOWN:
        return Verdict.UNKNOWN, 0.0
    if upper == "ACCESS_DENIED":
        whole = any(word in description.lower() for word in _PLAN_WORDS)
        return (Verdict.PORTAL if whole else Verdict.DEAD), 0.0
    if upper in _PORTAL:
        return Verdict.PORTAL, 0.0
    return _by_status(status)


def _by_status(status: int) -> tuple[Verdict, float]:
    if status == 429:
        return Verdict.AGAIN, 10.0
    if status == 401:
        # Whatever the server answers with it is about the sign-in, a missing scope included (main 26.150, 2026-03).
        return Verdict.PORTAL, 0.0
    if status >= 500 or status == 408:
        return Verdict.UNKNOWN, 0.0
    return Verdict.DEAD, 0.0


def refusal(status: int, code: str, description: str = "", *, method: str = "") -> Bitrix24Error:
    """Return the error for an answer in which Bitrix24 itself names one (the code may be empty), to this method."""
    verdict, retry_after = judge(status, code, description)
    said = description or "Bitrix24 gave no reason"
    hint = _PORTAL.get(code.upper(), "")
    if code.upper() == "INSUFFICIENT_SCOPE" and (scope := _SCOPE_OF.get(method.partition(".")[0].lower())):
        hint = f"the webhook or application lacks the scope {scope}"
    if hint and hint.lower() not in said.lower():
        said = f"{said} ({hint})"
    return Bitrix24Error(said, code=code, status=status, verdict=verdict, retry_after=retry_after)


def unreadable(status: int) -> Bitrix24Error:
    """Return the error for an answer that is no JSON of Bitrix24's: a proxy's page, a broken server, nothing at all.

    It says nothing about the call, so apart from 401 and 429 it counts as "may have been done" whatever the status.
    """
    verdict, retry_after = _by_status(status) if status in (401, 429) else (Verdict.UNKNOWN, 0.0)
    text = f"the answer (HTTP {status}) is not Bitrix24's JSON"
    return Bitrix24Error(text, status=status, verdict=verdict, retry_after=retry_after)


def not_created() -> Bitrix24Error:
    """Return the error for a notification that Bitrix24 answered with `result: false`.

    Unknown, dismissed, a bot, an e-mail user; a TAG too long; the loser of two of one TAG. Bitrix24 server source, main
    26.150 (2026-03); https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
    """
    return Bitrix24Error("Bitrix24 did not create the notification (result: false)", code=NOT_CREATED, status=200)


def switched_off() -> Bitrix24Error:
    """Return the error for a notification whose `result` is the time: the recipient wants none, nothing was stored."""
    said = "the recipient has switched these notifications off in Bitrix24: nothing was stored"
    return Bitrix24Error(said, code=SWITCHED_OFF, status=200)


def uncreated(result: object, time: Mapping[str, object]) -> Bitrix24Error | None:
    """Return why a method that creates a notification created none, though it answered; None where it did.

    In place of an id a portal answers with the Unix time for someone who has switched site notifications off. `time` is
    the answer's own. Bitrix24 server source, main 26.150 (2026-03).
    """
    if not result:
        return not_created()
    number = whole(result) or 0
    moments = [value for name in ("start", "finish") if isinstance(value := time.get(name), int | float)]
    if not moments or number < _FIRST_CLOCK:
        return None
    near = min(moments) - CLOCK_MARGIN <= number <= max(moments) + CLOCK_MARGIN
    return switched_off() if near else None


def of_another(error: Bitrix24Error) -> Bitrix24Error:
    """Return the refusal of a command in a batch whose code may have leaked from one before it: to be tried alone.

    A command answered `false` leaves its reason behind, and the next one that fails is reported with it. Bitrix24
    server source, main 26.150 (2026-03).
    """
    said = f"{error.description} (perhaps said of a command before it in the same batch)"
    return Bitrix24Error(said, code=error.code, status=error.status, verdict=Verdict.AGAIN, alone=True)


def not_run() -> Bitrix24Error:
    """Return the error for a command of a batch that stopped before it (`halt`)."""
    return Bitrix24Error("not executed: the batch stopped at an earlier command", verdict=Verdict.AGAIN)


def unanswered() -> Bitrix24Error:
    """Return the error for a command that the answer of its batch does not mention."""
    return Bitrix24Error("the batch's answer does not mention this command", status=200, verdict=Verdict.UNKNOWN)
