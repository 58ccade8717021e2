"""Slack's HTTP mode: the signature is checked on the raw body before anything is read from it.

Bolt's own parser is passed by: it answers 404 to any command whose text holds the word "payload".
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt import App
from slack_sdk.signature import SignatureVerifier

from slack_bitrix24.listeners.connection.bolt import wrapped
from slack_bitrix24.listeners.connection.waiting import in_time
from slack_bitrix24.serving.bodies import parsed

log = logging.getLogger(__name__)

Answer = tuple[int, str, str]
LONGEST_TIME = 12
"""Digits of a Unix time."""
MOST_FIELDS = 1000
"""Fields of a form; a command has fifteen."""


class Events:
    """Takes the requests of `POST /slack/events` (https://docs.slack.dev/authentication/verifying-requests-from-slack/)."""

    def __init__(self, app: App, signing_secret: str) -> None:
        self.app = app
        self.verifier = SignatureVerifier(signing_secret)

    def take(self, body: bytes, headers: Mapping[str, str], received: float) -> Answer:
        """Return status, content type and body of the answer to what came in at `received`. Never raises."""
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return 400, "text/plain", "not UTF-8"
        if not self._signed(body, headers):
            return 401, "application/json", '{"error": "invalid request"}'
        try:
            payload = read(text, headers.get("content-type", ""))
        except ValueError:
            return 400, "text/plain", "not JSON"
        if payload.get("type") == "url_verification":
            return 200, "application/json", json.dumps({"challenge": payload.get("challenge")})
        if payload.get("ssl_check"):
            return 200, "text/plain", ""
        request = wrapped(payload)
        answer = in_time(received, lambda: self.app.dispatch(request), way="http")
        if answer is None:
            return 503, "text/plain", "too late"
        kind = (answer.headers.get("content-type") or ["text/plain"])[0]
        return answer.status, kind, answer.body or ""

    def _signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()) or len(timestamp) > LONGEST_TIME:
            return False  # Bolt's verifier raises on these; "²" is a digit to Python as well
        return bool(self.verifier.is_valid(body=body, timestamp=timestamp, signature=signature))


def read(body: str, content_type: str) -> dict[str, Any]:
    """Return the payload of a request: JSON, or a form whose `payload` field, where there is one, is JSON."""
    if content_type.startswith("application/json") or body.startswith("{"):
        found = parsed(body)
    else:
        form = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        found = parsed(form["payload"]) if "payload" in form else form
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 – bad input, not a bad type of ours
    return found
