"""Secrets and signatures of a request. No I/O; `now` is an argument."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

from slack_bitrix24.web.hooks import Hook

FRESH = 5 * 60
"""Seconds for which a signature of Slack's is good
(https://docs.slack.dev/authentication/verifying-requests-from-slack/)."""


def offered(headers: Mapping[str, str], *others: str) -> tuple[str, ...]:
    """Return every secret that the request brings: those in its headers, and these others that are not empty.

    All count, because a proxy on the way may want an `Authorization` of its own beside the token in the address.
    """
    found = [*others, headers.get("x-gotify-key", "").strip()]
    scheme, _, value = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() in ("bearer", "token"):
        found.append(value.strip())
    elif scheme.lower() == "basic":
        found.append(_password(value.strip()))
    return tuple(dict.fromkeys(secret for secret in found if secret))


def enclosed(value: str) -> list[str]:
    """Return the secrets of a parameter that is one, or a whole `Authorization` header in base64 without padding.

    https://docs.ntfy.sh/publish/#query-param
    """
    try:
        header = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        header = ""
    return [one for one in (value, *offered({"authorization": header})) if one]


def _password(encoded: str) -> str:
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    user, _, password = text.partition(":")
    return password or user  # curl -u TOKEN: and tools with one field for a key leave the password empty


def signed(hook: Hook, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Tell whether the request carries the signature that the webhook wants; one that wants none is content."""
    keys = [hook.secret] if hook.secret else list(hook.tokens)
    match hook.signature:
        case "slack":
            stamp = headers.get("x-slack-request-timestamp", "")
            if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16 and abs(now - int(stamp)) <= FRESH):
                return False
            whole = b"v0:%b:%b" % (stamp.encode(), body)
            return _any(keys, whole, shown=headers.get("x-slack-signature"), prefix="v0=")
        case "github":  # https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
            return _any(keys, body, shown=headers.get("x-hub-signature-256"), prefix="sha256=")
        case "grafana":
            return _any(keys, body, shown=headers.get("x-grafana-alerting-signature"))
        case _:
            return True


def _any(keys: Iterable[str], signed: bytes, *, shown: str | None, prefix: str = "") -> bool:
    right = [prefix + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
    given = (shown or "").strip().encode("utf-8", "replace")
    return any([hmac.compare_digest(one.encode(), given) for one in right])  # noqa: C419 - never ends early
