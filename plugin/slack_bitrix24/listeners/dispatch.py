"""What Slack sends, told apart: commands are answered, events and clicks are kept first and worked on later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.listeners.handlers.commands import Commands
from slack_bitrix24.listeners.handlers.forms import Forms
from slack_bitrix24.listeners.shapes import shaped
from slack_bitrix24.store import Store

Handler = Callable[[Mapping[str, Any]], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Everything that comes in from Slack passes here; what needs no later work is answered at once."""

    store: Store
    commands: Commands
    forms: Forms
    wake: Callable[[], None]

    def take(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the body of the acknowledgement; StoreError when an event can't be kept: Slack sends it again."""
        body = shaped(body)
        if "command" in body:
            return self.commands.take(body)
        match body.get("type"):
            case "event_callback":
                self._event(body)
            case "view_submission":
                # Answered in the acknowledgement: what is wrong with a field can be said nowhere else.
                return self.forms.submitted(body)
            case "shortcut" | "message_action":
                self.forms.open_for(body)
            case "block_actions":
                self._keep(f"action:{_action_key(body)}", "action", body)
            case _:
                pass  # what we did not ask for is acknowledged, so that Slack does not repeat it
        return None

    def _event(self, body: Mapping[str, Any]) -> None:
        event = body.get("event")
        if isinstance(event, dict):
            channel = str(event.get("channel") or "")
            # Slack repeats an event under the same id when an acknowledgement was late: the key makes it one letter.
            key = str(body.get("event_id") or _event_key(event))
            if event.get("type") == "app_home_opened":  # of a pool of its own: it waits for Slack
                self._keep(key, "home", body, order_key=f"home:{event.get('user')}")
            else:
                self._keep(key, "event", body, order_key=channel)

    def _keep(self, key: str, kind: str, body: Mapping[str, Any], *, order_key: str = "") -> None:
        self.store.write(lambda tx: tx.inbox.add(key, kind=kind, payload=dict(body), order_key=order_key))
        self.wake()


def _event_key(event: Mapping[str, Any]) -> str:
    return f"{event.get('type')}:{event.get('channel')}:{event.get('event_ts')}"


def _action_key(body: Mapping[str, Any]) -> str:
    actions = body.get("actions") or [{}]  # tables: see shapes
    return f"{body.get('trigger_id') or ''}:{actions[0].get('action_ts')}:{actions[0].get('action_id')}"
