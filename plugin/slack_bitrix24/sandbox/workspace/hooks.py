"""Response URLs: 30 minutes, five uses, and what each use does to the messages.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from slack_bitrix24.sandbox.workspace.people import JSON, TEAM_ID

LIFETIME = 30 * 60.0  # seconds
USES = 5
"""Messages that a response_url takes."""


@dataclass(slots=True)
class Hook:
    """A response URL. `original` is the `ts` of the message that it replaces or deletes, empty while there is none.

    `prompt` is the command that it came with.
    """

    path: str
    user: str
    channel: str
    created: float
    original: str = ""
    prompt: str = ""
    uses: int = 0


class Hooks:
    """The response URLs that were given out. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._hooks: dict[str, Hook] = {}

    def make(self, kind: str, *, user: str, channel: str, original: str = "") -> Hook:
        """Give out a new one; `kind` is the first part of its path: commands, actions or app."""
        path = f"{kind}/{TEAM_ID}/{len(self._hooks) + 1}/{secrets.token_urlsafe(12)}"
        hook = Hook(path, user, channel, self._clock(), original)
        with self._lock:
            self._hooks[path] = hook
        return hook

    def use(self, path: str, body: JSON | None) -> Hook | tuple[int, str]:
        """Return the hook, counting the use, or the HTTP status and error word of the refusal."""
        with self._lock:
            hook = self._hooks.get(path)
            if hook is None:
                return 404, "no_hook"
            if self._clock() - hook.created > LIFETIME:
                return 404, "expired_url"
            if hook.uses >= USES:
                return 404, "used_url"
            if body is None:
                return 400, "invalid_payload"
            if not body.get("delete_original") and not any(body.get(key) for key in ("text", "blocks", "attachments")):
                return 400, "no_text"
            hook.uses += 1
            return hook
