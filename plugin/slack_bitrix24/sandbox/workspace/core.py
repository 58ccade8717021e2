"""The state of a workspace, and what changes it whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from slack_bitrix24.sandbox.workspace import payloads
from slack_bitrix24.sandbox.workspace.delivery import ACK_TIMEOUT, RETRY_DELAYS, Courier, Delivery
from slack_bitrix24.sandbox.workspace.faults import Faults
from slack_bitrix24.sandbox.workspace.feed import Feed
from slack_bitrix24.sandbox.workspace.hooks import Hook, Hooks
from slack_bitrix24.sandbox.workspace.messages import Clock, Log, Message, content
from slack_bitrix24.sandbox.workspace.people import BOT_USER, JSON, Channel, Group, Names, User, cast
from slack_bitrix24.sandbox.workspace.views import ApiError, Views

BOT_TOKEN = "xoxb-sandbox-bot-token"  # noqa: S105 - opens nothing but this sandbox
APP_TOKEN = "xapp-1-sandbox-app-token"  # noqa: S105 - the same
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - the same
SCOPES = (
    "app_mentions:read channels:history channels:join channels:read chat:write chat:write.public commands emoji:read "
    "files:read files:write groups:history groups:read im:history im:read im:write mpim:history mpim:read "
    "mpim:write reactions:read reactions:write team:read usergroups:read users:read users:read.email"
)
BOT_EVENTS = (
    "message.channels",
    "message.groups",
    "message.im",
    "app_home_opened",
    "reaction_added",
    "team_join",
    "user_change",
)


class Core:
    """People, channels, messages, views, and the ways to the app.

    `base_url` ends with "/"; where it is not given, the address of the first request is taken. `scopes` are what the
    bot token was given, `bot_events` what the app subscribed to; `ack_timeout` and `retry_delays` are in seconds; `now`
    returns Unix seconds.
    """

    def __init__(  # noqa: PLR0913 - the settings of a workspace, each with Slack's own value as default
        self,
        *,
        base_url: str = "",
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        signing_secret: str = SIGNING_SECRET,
        scopes: str = SCOPES,
        bot_events: Sequence[str] = BOT_EVENTS,
        ack_timeout: float = ACK_TIMEOUT,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.base_url = base_url
        self.bot_token, self.app_token, self.signing_secret = bot_token, app_token, signing_secret
        self.scopes, self.bot_events = scopes.split(), tuple(bot_events)
        self.lock = threading.RLock()
        self.clock = Clock(now)
        self.feed, self.faults = Feed(), Faults()
        self.courier = Courier(self.faults, self.feed, ack_timeout=ack_timeout, retry_delays=retry_delays)
        self.tickets: set[str] = set()
        self.forget()

    def forget(self) -> None:
        """Begin again: the first people and channels, no messages, no views. Connections stay."""
        users, groups, channels = cast()
        self.users: dict[str, User] = {user.id: user for user in users}
        self.groups: dict[str, Group] = {group.id: group for group in groups}
        self.channels: dict[str, Channel] = {channel.id: channel for channel in channels}
        self.files: dict[str, JSON] = {}
        self.log, self.hooks, self.views = Log(), Hooks(), Views()
        self.courier.deliveries.clear()
        self.faults.clear()
        self.feed.publish("reset")

    @property
    def api_url(self) -> str:
        """The base of the Web API."""
        return f"{self.base_url}api/"

    def names(self) -> Names:
        """Return what typed names stand for."""
        return Names.of(self.users.values(), self.groups.values(), self.channels.values())

    def channel(self, channel_id: str) -> Channel:
        """Return a channel by its id, a direct one by its user's; raise ApiError when there is none."""
        found = self.channels.get(channel_id)
        if found is None and channel_id in self.users:
            found = next((channel for channel in self.channels.values() if channel.peer == channel_id), None)
        if found is None:
            raise ApiError("channel_not_found")
        return found

    def post(self, channel: Channel, body: JSON, *, only_for: str = "", prompt: str = "") -> Message:
        """Add a message; everybody's are events, one person's are not."""
        with self.lock:
            message = self.log.add(Message(channel.id, body, only_for, prompt))
        self.feed.publish("message", channel=channel.id, ts=message.ts)
        if not only_for:
            self.emit(payloads.message_event(body, channel), channel)
        return message

    def change(self, message: Message, parts: JSON, *, editor: str) -> None:
        """Give a message other contents."""
        channel = self.channels[message.channel]
        with self.lock:
            previous = message.body
            kept = {key: value for key, value in previous.items() if key not in {"text", "blocks", "attachments"}}
            message.body = {**kept, **parts}
            if not message.only_for:
                message.body["edited"] = {"user": editor, "ts": self.clock.ts()}
            message.replaced += 1
        self.feed.publish("message", channel=channel.id, ts=message.ts)
        if not message.only_for:
            ts = self.clock.ts()
            self.emit(payloads.changed_event(message.body, previous, channel=channel, ts=ts), channel)

    def remove(self, message: Message) -> None:
        """Delete a message."""
        channel = self.channels[message.channel]
        self.log.remove(message)
        self.feed.publish("message", channel=channel.id, ts=message.ts)
        if not message.only_for:
            self.emit(payloads.deleted_event(message.body, channel=channel, ts=self.clock.ts()), channel)

    def emit(self, inner: JSON, channel: Channel | None = None) -> Delivery | None:
        """Send an event to the app, if it subscribed to it and is in the channel."""
        kind = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
        name = kind[channel.kind] if channel and inner["type"] == "message" else inner["type"]
        if name not in self.bot_events or (channel and BOT_USER not in channel.members):
            return None
        body = payloads.event(inner, self.clock.event_id(), self.clock.now())
        return self.courier.send(Delivery("events_api", body, retried=True))

    def answer(self, hook: Hook, body: JSON) -> None:
        """Do what an answer of the app asks for: show, replace or delete a message."""
        original = self.log.get(hook.channel, hook.original) if hook.original else None
        if body.get("delete_original"):
            if original:
                self.remove(original)
            return
        if body.get("replace_original") and original:
            self.change(original, content(body), editor=BOT_USER)
            return
        only_for = "" if body.get("response_type") == "in_channel" else hook.user
        parts = payloads.bot_message(self.clock.ts(), content(body))
        message = self.post(self.channel(hook.channel), parts, only_for=only_for, prompt=hook.prompt)
        hook.original = message.ts

    def close(self) -> None:
        """Forget all that is still to be tried."""
        self.courier.timers.cancel_all()
