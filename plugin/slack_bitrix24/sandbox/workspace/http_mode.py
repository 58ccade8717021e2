"""HTTP mode: payloads as signed requests to the app's request URL, instead of over a WebSocket.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.people import JSON


def sign(secret: str, body: bytes, *, timestamp: int) -> str:
    """Return the value of X-Slack-Signature."""
    base = b"v0:%d:%s" % (timestamp, body)
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encode(kind: str, payload: JSON) -> tuple[str, bytes]:
    """Return content type and body: events are JSON, commands a form, the rest a form with `payload`."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urllib.parse.urlencode(form).encode()


class RequestUrl:
    """The way to an app that listens at `url`; redirects are followed as Slack does."""

    name = "http"

    def __init__(self, core: Core, url: str) -> None:
        if not url.startswith("http://127.0.0.1:"):
            raise ValueError(f"{url}: a sandbox calls this machine only")
        self._core, self._url = core, url

    def send(self, envelope: JSON) -> bool:
        """Post in a thread of its own."""
        threading.Thread(target=self._post, args=(envelope,), name="sandbox-http", daemon=True).start()
        return True

    def _post(self, envelope: JSON) -> None:
        content_type, body = encode(envelope["type"], envelope["payload"])
        now = int(time.time())
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(self._core.signing_secret, body, timestamp=now),
        }
        if envelope.get("retry_attempt"):
            headers |= {"X-Slack-Retry-Num": str(envelope["retry_attempt"]), "X-Slack-Retry-Reason": "http_timeout"}
        request = urllib.request.Request(self._url, data=body, headers=headers)  # noqa: S310 - loopback, checked above
        courier, envelope_id = self._core.courier, envelope["envelope_id"]
        try:
            with urllib.request.urlopen(request, timeout=courier.ack_timeout) as answer:  # noqa: S310 - the same
                courier.acknowledge(envelope_id, _answer(answer.headers.get_content_type(), answer.read()))
        except urllib.error.HTTPError as error:
            final = error.headers.get("x-slack-no-retry") == "1"
            error.close()
            courier.fail(envelope_id, "http_error", final=final)
        except OSError as error:
            courier.fail(envelope_id, "timeout" if isinstance(error, TimeoutError) else "connection_failed")


def _answer(content_type: str, body: bytes) -> JSON | None:
    if content_type != "application/json":
        return {"text": body.decode()} if body else None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
