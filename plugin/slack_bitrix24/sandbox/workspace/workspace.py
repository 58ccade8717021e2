"""A Slack workspace on this machine: what people do in it, and what becomes of that."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace import alerts, forms, payloads
from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.delivery import Delivery
from slack_bitrix24.sandbox.workspace.escape import escape_command
from slack_bitrix24.sandbox.workspace.hooks import Hook
from slack_bitrix24.sandbox.workspace.messages import Message, content
from slack_bitrix24.sandbox.workspace.people import JSON, MONITOR_ID, SLACKBOT, TEAM_ID
from slack_bitrix24.sandbox.workspace.typed import mrkdwn, rich_text
from slack_bitrix24.sandbox.workspace.views import View

TROUBLE = "We had some trouble connecting. Try again?"


class Workspace(Core):
    """What can be done in the workspace, as a person or a monitoring bot would.

    Methods that deliver to the app wait until it acknowledged, or did not.
    """

    def command(
        self, user: str, text: str = "", *, command: str = "/b24", channel: str = "C0GENERAL", escaped: bool = False
    ) -> Delivery:
        """Type a slash command; `text` is as typed, or `escaped` already as Slack would send it."""
        hook = self.hooks.make("commands", user=user, channel=channel)
        payload = payloads.slash_command(
            self.users[user],
            self.channel(channel),
            command=command,
            text=text if escaped else escape_command(text, self.names()),
            response_url=f"{self.base_url}{hook.path}",
            trigger_id=self.views.trigger(user),
        )
        hook.prompt = f"{command} {text}".rstrip()
        delivery = Delivery("slash_commands", payload, retried=False, answer=lambda body: self._shown(hook, body))
        self._deliver(delivery)
        if delivery.failed:
            self._slackbot(hook, f'{command} failed with the error "{delivery.failed}"')
        return delivery

    def message(self, user: str, text: str, *, channel: str = "C0GENERAL", thread_ts: str = "") -> Message:
        """Type a message."""
        block = rich_text(text, self.names())
        ts = self.clock.ts()
        body: JSON = {
            "client_msg_id": f"typed-{ts}",
            "type": "message",
            "text": mrkdwn(block),
            "user": user,
            "ts": ts,
            "team": TEAM_ID,
            "blocks": [block],
        }
        if thread_ts:
            body |= {"thread_ts": thread_ts}
        return self.post(self.channel(channel), body)

    def edit(self, ts: str, text: str) -> None:
        """Edit what a person typed."""
        message = self._message(ts)
        block = rich_text(text, self.names())
        self.change(message, {"text": mrkdwn(block), "blocks": [block]}, editor=message.body.get("user", MONITOR_ID))

    def delete(self, ts: str) -> None:
        """Delete a message."""
        self.remove(self._message(ts))

    def bot_message(self, body: JSON, *, channel: str = "C0ALERTS") -> Message:
        """Post as the monitoring bot: `body` has text, blocks, attachments as an integration sends them."""
        parts: JSON = {
            "type": "message",
            "subtype": "bot_message",
            "ts": self.clock.ts(),
            "username": "Monitoring",
            "bot_id": MONITOR_ID,
            "app_id": "A0MONITOR",
        }
        return self.post(self.channel(channel), {**parts, **content(body)})

    def alert(self, *, channel: str = "C0ALERTS", image_url: str = "", name: str = alerts.NAME) -> Message:
        """Raise an alert as the monitoring bot."""
        return self.bot_message(alerts.firing(name, at=self.clock.now(), image_url=image_url), channel=channel)

    def clear(self, ts: str = "", *, channel: str = "C0ALERTS") -> Message | None:
        """Give the all-clear: the bot edits its alert, the last one that is not cleared if none is named."""
        message = self._raised(ts, channel)
        if message is not None:
            over = alerts.resolved(message.body, at=self.clock.now())
            self.change(message, content({"attachments": over}), editor=MONITOR_ID)
        return message

    def worsen(self, ts: str = "", *, channel: str = "C0ALERTS") -> Message | None:
        """Let an alert become worse: the bot edits it, the last one that is not cleared if none is named."""
        message = self._raised(ts, channel)
        if message is not None:
            self.change(message, content({"attachments": alerts.worse(message.body)}), editor=MONITOR_ID)
        return message

    def _raised(self, ts: str, channel: str) -> Message | None:
        if ts:
            return self._message(ts)
        mine = [one for one in self.log.seen_by(channel) if one.body.get("bot_id") == MONITOR_ID]
        return next((one for one in reversed(mine) if alerts.is_firing(one.body)), None)

    def shortcut(self, user: str, callback_id: str, *, ts: str = "") -> Delivery:
        """Choose a global shortcut, or one on the message `ts`."""
        if not ts:
            return self._interact("shortcut", user, callback_id=callback_id, action_ts=self.clock.ts())
        message = self._message(ts)
        hook = self.hooks.make("app", user=user, channel=message.channel)
        return self._interact(
            "message_action",
            user,
            callback_id=callback_id,
            action_ts=self.clock.ts(),
            message_ts=ts,
            message=message.body,
            channel=self._place(message.channel),
            response_url=f"{self.base_url}{hook.path}",
        )

    def action(self, user: str, action: JSON, *, ts: str = "", view_id: str = "") -> Delivery:
        """Press a button (or choose) in a message or a view; `action` is the element with its value and block_id."""
        chosen = {"action_ts": self.clock.ts(), **action}
        if view_id:
            view = self.views.find(view_id=view_id)
            container: JSON = {"type": "view", "view_id": view_id}
            return self._interact("block_actions", user, view=view.body, container=container, actions=[chosen])
        message = self._message(ts)
        hook = self.hooks.make("actions", user=user, channel=message.channel, original=ts)
        container = {"type": "message", "message_ts": ts, "channel_id": message.channel}
        return self._interact(
            "block_actions",
            user,
            message=message.body,
            container=container | {"is_ephemeral": bool(message.only_for)},
            channel=self._place(message.channel),
            state={"values": {}},
            response_url=f"{self.base_url}{hook.path}",
            actions=[chosen],
        )

    def submit(self, view_id: str, filled: JSON) -> View | None:
        """Fill in an open modal and submit it; return it when it stays open, with the errors it shows."""
        view = self.views.find(view_id=view_id)
        view.body["state"] = {"values": forms.state(view.body, filled)}
        view.errors = forms.missing(view.body, view.body["state"]["values"])
        if not view.errors:
            delivery = self._interact("view_submission", view.user, view=view.body, response_urls=[])
            if delivery.failed:
                view.errors = {"": TROUBLE}
            else:
                self._after_submit(view, delivery.response or {})
        self.feed.publish("view", user=view.user)
        return view if view in self.views.stacks.get(view.user, []) else None

    def dismiss(self, view_id: str) -> None:
        """Close a modal without submitting it."""
        view = self.views.find(view_id=view_id)
        self.views.close(view)
        self.feed.publish("view", user=view.user)
        if view.body["notify_on_close"]:
            self._interact("view_closed", view.user, view=view.body, is_cleared=False)

    def open_home(self, user: str) -> Delivery | None:
        """Open the App Home tab."""
        home = self.views.homes.get(user)
        place = self.channel(user)
        inner = {
            "type": "app_home_opened",
            "user": user,
            "channel": place.id,
            "tab": "home",
            "event_ts": self.clock.ts(),
        }
        return self.emit(inner | ({"view": home.body} if home else {}))

    def speak(self, user: str, locale: str) -> None:
        """Let a person choose the language of their Slack; the app hears of it as of any change of a profile."""
        with self.lock:
            self.users[user].locale = locale
            told = self.users[user].as_json(with_locale=True) | {"updated": int(self.clock.now())}
        self.emit({"type": "user_change", "user": told, "event_ts": self.clock.ts()})

    def _after_submit(self, view: View, response: JSON) -> None:
        match response.get("response_action"):
            case "errors":
                view.errors = response.get("errors") or {}
            case "update":
                self.views.update(view, response["view"])
            case "push":
                self.views.open(view.user, response["view"], push=True)
            case "clear":
                self.views.close(view, all_of_them=True)
            case _:
                self.views.close(view)

    def _interact(self, kind: str, user: str, **rest: object) -> Delivery:
        payload = payloads.interaction(kind, self.users[user], self.views.trigger(user), **rest)
        return self._deliver(Delivery("interactive", payload, retried=False))

    def _deliver(self, delivery: Delivery) -> Delivery:
        self.courier.send(delivery)
        delivery.done.wait(self.courier.ack_timeout + 1)
        return delivery

    def _shown(self, hook: Hook, body: JSON) -> None:
        if body.get("response_type") == "in_channel":
            said = {"type": "message", "user": hook.user, "ts": self.clock.ts(), "text": hook.prompt}
            self.post(self.channel(hook.channel), said)
        if body.get("text") or body.get("blocks") or body.get("attachments"):
            self.answer(hook, body)

    def _slackbot(self, hook: Hook, text: str) -> None:
        body: JSON = {"type": "message", "user": SLACKBOT, "ts": self.clock.ts(), "text": text}
        self.post(self.channel(hook.channel), body, only_for=hook.user, prompt=hook.prompt)

    def _place(self, channel: str) -> JSON:
        return {"id": channel, "name": self.channels[channel].name or "directmessage"}

    def _message(self, ts: str) -> Message:
        message = self.log.find(ts)
        if message is None:
            raise LookupError(f"no message {ts}")
        return message
