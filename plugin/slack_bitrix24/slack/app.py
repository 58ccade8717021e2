"""What the Slack app is made of: command, shortcuts, events, scopes. No I/O.

`manifest.json` says the same to Slack; a test holds the two together. With a new scope every workspace must install the
app again, so each has to earn its place.
"""

from __future__ import annotations

COMMAND = "/b24"
SEND_TO_BITRIX24 = "send_to_bitrix24"
"""The message shortcut: the form with the message in it."""
NOTIFY_BITRIX24 = "notify_bitrix24"
"""The global shortcut: the empty form."""

EVENTS = (
    "app_home_opened",
    "channel_id_changed",
    "message.channels",
    "message.groups",
    "subteam_created",
    "subteam_members_changed",
    "subteam_updated",
    "team_join",
    "user_change",
)
"""What Slack is asked to tell (https://docs.slack.dev/reference/events). On the wire both messages are `message`."""

SCOPES = {
    "channels:history": "message.channels: relays of public channels",
    "channels:read": "channel_id_changed; conversations.members: the people of a public channel (`here`, C…)",
    "chat:write": "chat.postMessage, chat.update: receipts and what admins must hear",
    "commands": "the slash command and both shortcuts",
    "groups:history": "message.groups: relays of private channels",
    "groups:read": "channel_id_changed; conversations.members of private channels",
    "usergroups:read": "usergroups.list, usergroups.users.list, subteam_*: the people of an S… address",
    "users:read": "users.list, users.info, team_join, user_change: names, handles, languages and time zones",
}
"""Bot scopes (https://docs.slack.dev/reference/scopes) and what each is for."""

FURTHER_SCOPES = {"users:read.email": "`mapping sync` and `to_field`: who is who by e-mail"}
"""Scopes that the manifest asks for and without which the bridge runs all the same; what is lost then."""
