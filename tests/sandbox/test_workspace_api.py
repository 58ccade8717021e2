"""The Web API as Slack's own client calls it, and as it refuses."""

from __future__ import annotations

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_app import running
from slack_bitrix24.sandbox.workspace import Fault
from slack_bitrix24.sandbox.workspace.hooks import Hooks
from slack_bitrix24.sandbox.workspace.views import ApiError, Views

VIEW = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Notify"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "to",
            "label": {"type": "plain_text", "text": "To"},
            "element": {"type": "multi_users_select", "action_id": "users"},
        }
    ],
}


@pytest.fixture(scope="module")
def workspace():
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def fresh(workspace):
    workspace.forget()
    workspace.scopes = ["channels:read", "channels:history", "chat:write", "users:read", "users:read.email"]
    workspace.scopes += ["usergroups:read", "im:write", "channels:join", "files:read", "reactions:write", "team:read"]


@pytest.fixture(scope="module")
def client(workspace):
    return WebClient(token=workspace.bot_token, base_url=workspace.api_url, timeout=5, retry_handlers=[])


def refusal(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response


def test_auth_test_names_the_bot_and_its_scopes(client, workspace):
    answer = client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team"]) == ("U0BOT0001", "B0BOT0001", "Sandbox")
    assert "users:read" in answer.headers["x-oauth-scopes"].split(",")
    assert answer["url"] == workspace.base_url


def test_people_are_found_by_id_by_page_and_by_e_mail(client, workspace):
    assert client.users_info(user="U0G9QF9C6", include_locale=True)["user"]["locale"] == "ru-RU"
    first = client.users_list(limit=3)
    second = client.users_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert len(first["members"]) + len(second["members"]) == len(workspace.users)
    assert second["response_metadata"]["next_cursor"] == ""
    assert client.users_lookupByEmail(email="BOB@example.com")["user"]["id"] == "U0G9QF9C6"
    assert client.usergroups_list(include_users=True)["usergroups"][0]["users"] == ["U024BE7LH", "U0G9QF9C6"]
    assert client.usergroups_users_list(usergroup="S0614TZR7")["users"] == ["U024BE7LH", "U0G9QF9C6"]
    assert client.bots_info(bot="B0MONITOR")["bot"]["name"] == "Monitoring"
    assert client.team_info()["team"]["domain"] == "sandbox"
    workspace.scopes.append("emoji:read")
    assert client.emoji_list()["emoji"]["box"] == "alias:sandbox"
    assert client.api_test(x="1")["args"] == {"x": "1"}


def test_channels_tell_their_members_and_history(client, workspace):
    first = workspace.message("U024BE7LH", "one")
    workspace.message("U0G9QF9C6", "two", thread_ts=first.ts)
    assert client.conversations_info(channel="C0GENERAL")["channel"]["name"] == "general"
    assert "U0CAROL03" in client.conversations_members(channel="C0GENERAL")["members"]
    assert [c["name"] for c in client.conversations_list()["channels"]] == ["general", "alerts", "incidents"]
    assert len(client.users_conversations(user="U024BE7LH")["channels"]) == 3
    assert [m["text"] for m in client.conversations_history(channel="C0GENERAL")["messages"]] == ["two", "one"]
    assert len(client.conversations_replies(channel="C0GENERAL", ts=first.ts)["messages"]) == 2
    direct = client.conversations_open(users="U024BE7LH")["channel"]["id"]
    assert client.chat_postMessage(channel="U024BE7LH", text="hi")["channel"] == direct
    workspace.channels["C0ALERTS"].members.remove("U0BOT0001")
    assert refusal(client.chat_postMessage, channel="C0ALERTS", text="x")["error"] == "not_in_channel"
    assert refusal(client.conversations_history, channel="C0ALERTS")["error"] == "not_in_channel"
    assert client.conversations_join(channel="C0ALERTS")["channel"]["is_member"]
    assert client.conversations_join(channel="C0ALERTS")["warning"] == "already_in_channel"


def test_a_posted_message_can_be_updated_linked_to_and_deleted(client, workspace):
    posted = client.chat_postMessage(
        channel="C0GENERAL", text="see", attachments=[{"color": "warning", "title": "T"}], blocks=[{"type": "divider"}]
    )
    assert posted["message"]["attachments"][0] == {"color": "daa038", "title": "T", "id": 1, "fallback": "T"}
    ts = posted["ts"]
    updated = client.chat_update(channel="C0GENERAL", ts=ts, text="new")
    assert (updated["text"], "attachments" in updated["message"]) == ("new", False)
    link = client.chat_getPermalink(channel="C0GENERAL", message_ts=ts)["permalink"]
    assert link == f"{workspace.base_url}archives/C0GENERAL/p{ts.replace('.', '')}"
    client.reactions_add(channel="C0GENERAL", name="eyes", timestamp=ts)
    assert refusal(client.reactions_add, channel="C0GENERAL", name="eyes", timestamp=ts)["error"] == "already_reacted"
    assert client.chat_delete(channel="C0GENERAL", ts=ts)["ok"]
    assert refusal(client.chat_delete, channel="C0GENERAL", ts=ts)["error"] == "message_not_found"
    theirs = workspace.message("U024BE7LH", "mine").ts
    assert refusal(client.chat_update, channel="C0GENERAL", ts=theirs, text="x")["error"] == "cant_update_message"
    assert client.chat_postEphemeral(channel="C0GENERAL", user="U024BE7LH", text="psst")["message_ts"]
    assert [m.body["text"] for m in workspace.log.seen_by("C0GENERAL")] == ["mine"]


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("users.info", {}, "invalid_arguments"),
        ("users.lookupByEmail", {"email": "no@example.com"}, "users_not_found"),
        ("users.list", {"cursor": "?"}, "invalid_cursor"),
        ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
        ("conversations.info", {"channel": "C0NONE"}, "channel_not_found"),
        ("conversations.replies", {"channel": "C0GENERAL", "ts": "1.0"}, "thread_not_found"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0GENERAL"}, "no_text"),
        ("chat.postMessage", {"channel": "C0GENERAL", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ("chat.postEphemeral", {"channel": "C0GENERAL", "user": "U0X", "text": "x"}, "user_not_in_channel"),
        ("chat.getPermalink", {"channel": "C0GENERAL", "message_ts": "1.0"}, "message_not_found"),
        ("files.info", {"file": "F0NONE"}, "file_not_found"),
        ("bots.info", {"bot": "B0NONE"}, "bot_not_found"),
        ("reactions.add", {"channel": "C0GENERAL", "name": "x", "timestamp": "1.0"}, "message_not_found"),
        ("emoji.list", {}, "missing_scope"),
        ("views.open", {"trigger_id": "1.2.3", "view": VIEW}, "invalid_trigger_id"),
        ("views.publish", {"user_id": "U0NOBODY", "view": VIEW}, "not_found"),
        ("views.update", {"view_id": "V0", "view": VIEW}, "not_found"),
        ("apps.connections.open", {}, "not_allowed_token_type"),
        ("files.upload", {}, "method_deprecated"),
        ("no.such.method", {}, "unknown_method"),
    ],
)
def test_what_slack_refuses_is_refused_in_its_words(client, method, args, error):
    assert refusal(client.api_call, method, json=args)["error"] == error


def test_a_missing_scope_says_which_one_and_which_there_are(client, workspace):
    workspace.scopes = ["chat:write", "commands"]
    answer = refusal(client.users_list)
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "users:read",
        "chat:write,commands",
    )


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
def test_a_wrong_token_is_refused(workspace, token, error):
    assert refusal(WebClient(token=token, base_url=workspace.api_url, retry_handlers=[]).auth_test)["error"] == error


def post(url, body, content_type):
    return requests.post(url, body, headers={"Content-Type": content_type}, timeout=5).json()


def test_json_form_and_query_are_all_understood(workspace):
    url, token = f"{workspace.api_url}users.info", workspace.bot_token
    form = f"token={token}&user=U024BE7LH".encode()
    assert post(url, form, "application/x-www-form-urlencoded")["user"]["name"] == "anna"
    assert post(f"{url}?token={token}&user=U024BE7LH", b"", "application/json")["user"]["name"] == "anna"
    assert post(url, b"{broken", "application/json")["error"] == "invalid_json"
    assert post(url, b"[]", "application/json")["error"] == "invalid_json"
    hook = workspace.hooks.make("commands", user="U024BE7LH", channel="C0GENERAL")
    assert post(f"{workspace.base_url}{hook.path}", b"{broken", "application/json")["error"] == "invalid_payload"
    blocks = f'token={token}&channel=C0GENERAL&blocks=[{{"type":"divider"}}]'.encode()
    sent = post(f"{workspace.api_url}chat.postMessage", blocks, "application/x-www-form-urlencoded")
    assert sent["message"]["blocks"] == [{"type": "divider"}]


def test_faults_come_when_they_are_asked_for_and_no_more_often(client, workspace):
    workspace.faults.add(Fault("ratelimited", method="users.info", seconds=2))
    workspace.faults.add(Fault("status", method="users.info", status=503))
    workspace.faults.add(Fault("error", method="users.info", error="fatal_error"))
    workspace.faults.add(Fault("slow", seconds=0.01))
    limited = refusal(client.users_info, user="U024BE7LH")
    assert (limited.status_code, limited["error"], limited.headers["retry-after"]) == (429, "ratelimited", "2")
    assert refusal(client.users_info, user="U024BE7LH").status_code == 503
    assert refusal(client.users_info, user="U024BE7LH")["error"] == "fatal_error"
    assert client.users_info(user="U024BE7LH")["ok"]


def test_a_view_opens_once_per_trigger_and_updates_only_the_version_that_is_known(client, workspace):
    trigger = workspace.views.trigger("U024BE7LH")
    view = client.views_open(trigger_id=trigger, view=VIEW)["view"]
    assert refusal(client.views_open, trigger_id=trigger, view=VIEW)["error"] == "exchanged_trigger_id"
    client.views_push(trigger_id=workspace.views.trigger("U024BE7LH"), view=VIEW)
    client.views_push(trigger_id=workspace.views.trigger("U024BE7LH"), view=VIEW)
    full = refusal(client.views_push, trigger_id=workspace.views.trigger("U024BE7LH"), view=VIEW)
    assert full["error"] == "push_limit_reached"
    assert client.views_update(view_id=view["id"], hash=view["hash"], view=VIEW)["ok"]
    stale = refusal(client.views_update, view_id=view["id"], hash=view["hash"], view=VIEW)
    assert stale["error"] == "hash_conflict"


def test_an_app_home_is_published_for_one_person(client, workspace):
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = client.views_publish(user_id="U024BE7LH", view=home)["view"]
    assert client.views_publish(user_id="U024BE7LH", view=home, hash=first["hash"])["view"]["id"] == first["id"]
    assert list(workspace.views.homes) == ["U024BE7LH"]


def changed(**changes):
    return {**VIEW, **changes}


@pytest.mark.parametrize(
    "view",
    [
        {},
        changed(type="home"),
        changed(title=None),
        changed(title={"type": "plain_text", "text": "x" * 25}),
        changed(submit=None),
        changed(blocks=[{"type": "divider"}] * 101),
        changed(blocks=[{"type": "divider", "block_id": "same"}] * 2),
        changed(private_metadata="x" * 3001),
    ],
)
def test_a_view_that_slack_would_refuse_is_refused(client, workspace, view):
    answer = refusal(client.views_open, trigger_id=workspace.views.trigger("U024BE7LH"), view=view)
    assert answer["error"] == "invalid_arguments"


def test_a_view_that_is_too_large_is_refused(client, workspace):
    large = changed(blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 90)
    answer = refusal(client.views_open, trigger_id=workspace.views.trigger("U024BE7LH"), view=large)
    assert answer["error"] == "view_too_large"


def test_a_trigger_is_good_for_three_seconds():
    now = [100.0]
    views = Views(lambda: now[0])
    trigger = views.trigger("U024BE7LH")
    now[0] += 3.1
    with pytest.raises(ApiError, match="expired_trigger_id"):
        views.exchange(trigger)


def test_a_response_url_is_good_for_thirty_minutes():
    now = [100.0]
    hooks = Hooks(lambda: now[0])
    hook = hooks.make("commands", user="U024BE7LH", channel="C0GENERAL")
    assert hooks.use(hook.path, {"text": "x"}) is hook
    now[0] += 1801
    assert hooks.use(hook.path, {"text": "x"}) == (404, "expired_url")
    assert hooks.use("commands/T/0/none", {"text": "x"}) == (404, "no_hook")
    assert hooks.use(hooks.make("app", user="U", channel="C").path, None) == (400, "invalid_payload")
