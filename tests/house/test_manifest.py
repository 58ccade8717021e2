"""The Slack app manifest: one that Slack takes, and the same app as the code's."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from slack_bitrix24.slack import app

HERE = Path(__file__).parent

# Slack's schema lists neither, so that a slip of the pen would pass it: https://docs.slack.dev/reference/scopes and
# https://docs.slack.dev/reference/events. Each event with the scope that it needs; the home tab needs none.
SCOPE_OF_EVENT = {
    "app_home_opened": None,
    "channel_id_changed": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "subteam_created": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "team_join": "users:read",
    "user_change": "users:read",
}
KNOWN_SCOPES = {
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "groups:history",
    "groups:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
}


@pytest.fixture(scope="module")
def manifest(root):
    return json.loads((root / "manifest.json").read_text("utf-8"))


def test_slack_would_take_it(manifest):
    """The vendor's schema, restated: its limits and its closed lists of keys."""
    schema = json.loads((HERE / "manifest.schema.json").read_text("utf-8"))
    faults = [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(manifest)]
    assert faults == []


def test_every_scope_is_known_and_has_its_use(manifest):
    scopes = manifest["oauth_config"]["scopes"]
    assert list(scopes) == ["bot"]
    assert set(scopes["bot"]) <= KNOWN_SCOPES
    assert scopes["bot"] == sorted({**app.SCOPES, **app.FURTHER_SCOPES})
    assert all({**app.SCOPES, **app.FURTHER_SCOPES}.values())


def test_every_event_is_known_and_has_its_scope(manifest):
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert events == list(app.EVENTS)
    needed = {SCOPE_OF_EVENT[event] for event in events} - {None}
    assert needed <= set(manifest["oauth_config"]["scopes"]["bot"])


def test_commands_and_shortcuts_are_those_of_the_code(manifest):
    features = manifest["features"]
    assert [command["command"] for command in features["slash_commands"]] == [app.COMMAND]
    shortcuts = {shortcut["callback_id"]: shortcut["type"] for shortcut in features["shortcuts"]}
    assert shortcuts == {app.SEND_TO_BITRIX24: "message", app.NOTIFY_BITRIX24: "global"}


def test_slack_escapes_whom_a_command_names(manifest):
    """Without `should_escape`, @anna comes as a typed name that two people may share."""
    assert all(command["should_escape"] for command in manifest["features"]["slash_commands"])


def test_it_is_for_socket_mode(manifest):
    """A new app works without a public address; token rotation could never be switched off again."""
    settings = manifest["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["token_rotation_enabled"] is False
    assert settings["org_deploy_enabled"] is False


def test_the_home_tab_is_on_and_nobody_can_write_into_the_void(manifest):
    """The bot's own messages need the messages tab; what people wrote there, no one would read."""
    home = manifest["features"]["app_home"]
    assert home["home_tab_enabled"] is True
    assert home["messages_tab_read_only_enabled"] is True
