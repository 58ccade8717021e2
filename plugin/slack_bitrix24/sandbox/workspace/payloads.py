"""The JSON of what Slack sends to an app: commands, events, shortcuts, forms, buttons. No I/O."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.people import APP_ID, BOT_ID, BOT_USER, JSON, TEAM_ID, TEAM_NAME, Channel, User

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 - Slack's own deprecated field, checked by nobody
TEAM = {"id": TEAM_ID, "domain": TEAM_NAME.lower()}


def person(user: User) -> JSON:
    """Return a user as interactive payloads name one."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM_ID}


def slash_command(user: User, channel: Channel, *, command: str, text: str, response_url: str, trigger_id: str) -> JSON:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling."""
    names = {"im": "directmessage", "group": "privategroup"}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM["domain"],
        "channel_id": channel.id,
        "channel_name": names.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def event(inner: JSON, event_id: str, at: float) -> JSON:
    """https://docs.slack.dev/apis/events-api#callback-field."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(at),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def interaction(kind: str, user: User, trigger_id: str, **rest: object) -> JSON:
    """Return what every interactive payload has, and `rest`."""
    return {
        "type": kind,
        "token": VERIFICATION_TOKEN,
        "team": TEAM,
        "user": person(user),
        "api_app_id": APP_ID,
        "trigger_id": trigger_id,
        "is_enterprise_install": False,
        "enterprise": None,
        **rest,
    }


def message_event(body: JSON, channel: Channel) -> JSON:
    """Return the inner event of a new message."""
    return {**body, "channel": channel.id, "event_ts": body["ts"], "channel_type": channel.kind}


def changed_event(message: JSON, previous: JSON, *, channel: Channel, ts: str) -> JSON:
    """https://docs.slack.dev/reference/events/message/message_changed."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
        "message": message,
        "previous_message": previous,
    }


def deleted_event(previous: JSON, *, channel: Channel, ts: str) -> JSON:
    """https://docs.slack.dev/reference/events/message/message_deleted."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
        "deleted_ts": previous["ts"],
        "previous_message": previous,
    }


def bot_message(ts: str, parts: JSON) -> JSON:
    """Return a message of the app itself."""
    return {
        "type": "message",
        "user": BOT_USER,
        "ts": ts,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "bot_profile": {"id": BOT_ID, "app_id": APP_ID, "name": "Bitrix24 bridge", "icons": {}, "team_id": TEAM_ID},
        **parts,
    }
