"""What each refusal of Bitrix24 means: error code and HTTP status in, verdict out. No I/O.

By code first, without regard to case, because the documents contradict each other about statuses; then by status.
https://apidocs.bitrix24.com/error-codes.html
"""

from __future__ import annotations

from typing import Final

from slack_bitrix24.errors import Bitrix24Error, Verdict

OPERATING_PAUSE: Final = 60.0
"""Seconds until a method blocked by its operating time is tried again where the portal did not say when."""

_AGAIN: Final = {
    "QUERY_LIMIT_EXCEEDED": 1.0,
    "OPERATION_TIME_LIMIT": OPERATING_PAUSE,
}
"""Refused before execution; seconds to wait. https://apidocs.bitrix24.com/limits.html"""

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
    "WRONG_AUTH_TYPE": "this way to sign in can't call the method",
    "INVALID_GRANT": "the application must be authorized again",
    "INVALID_CLIENT": "client_id or client_secret is wrong",
    "WRONG_CLIENT": "client_id or client_secret is wrong",
    "INVALID_SCOPE": "the application asks for scopes that it may not have",
}
"""No call of this portal would do better; what to tell a person."""

_UNKNOWN: Final = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"})
"""Bitrix24 stumbled: the call may have been executed."""

_PLAN_WORDS: Final = ("commercial plan", "extended plan", "can't be authorized")
"""ACCESS_DENIED means one object for most methods, but with these words the whole portal."""


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
        return Verdict.PORTAL, 0.0
    if status >= 500 or status == 408:
        return Verdict.UNKNOWN, 0.0
    return Verdict.DEAD, 0.0


def refusal(status: int, code: str, description: str = "") -> Bitrix24Error:
    """Return the error for an answer in which Bitrix24 itself names one (the code may be empty)."""
    verdict, retry_after = judge(status, code, description)
    said = description or "Bitrix24 gave no reason"
    hint = _PORTAL.get(code.upper(), "")
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
    """Return the error for a notification that Bitrix24 answered with `result: false` (the reasons are undocumented).

    https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
    """
    return Bitrix24Error("Bitrix24 did not create the notification (result: false)", status=200)


def not_run() -> Bitrix24Error:
    """Return the error for a command of a batch that stopped before it (`halt`)."""
    return Bitrix24Error("not executed: the batch stopped at an earlier command", verdict=Verdict.AGAIN)


def unanswered() -> Bitrix24Error:
    """Return the error for a command that the answer of its batch does not mention."""
    return Bitrix24Error("the batch's answer does not mention this command", status=200, verdict=Verdict.UNKNOWN)
