"""Slack's Web API with Slack's own client: messages posted, changed, deleted, files shared."""

from __future__ import annotations

import json

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_bitrix24.web.attaching import NotKeptError
from ways import OTHER, TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def client(ways):
    return WebClient(token=OTHER, base_url=f"{ways.origin}/api/")


def messages(ways):
    return [(one.notification.kind, one.notification.message, one.state.value) for one in ways.sent()]


def test_a_message_is_posted_changed_and_deleted(ways, client):
    posted = client.chat_postMessage(channel="@oncall", text="*build* started")
    assert posted["ok"]
    assert posted["channel"] == "@oncall"
    assert posted["message"]["text"] == "*build* started"
    assert ways.users() == [10, 12]
    changed = client.chat_update(channel=posted["channel"], ts=posted["ts"], text="build finished")
    assert changed["ts"] == posted["ts"]
    assert ways.users() == [10, 12, 10, 12] or ways.users() == [10, 12, 14, 10, 12]
    deleted = client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    assert deleted["ok"]
    made = ways.sent()
    assert [one.notification.kind for one in made[-2:]] == ["delete", "delete"]
    assert len({one.notification.tag for one in made if one.notification.recipient.user_id == 10}) == 1
    with pytest.raises(SlackApiError, match="message_not_found"):
        client.chat_update(channel="C1", ts=posted["ts"], text="again")


@pytest.mark.parametrize("channel", ["", "#alerts", "C024BE91L", None])
def test_a_channel_that_names_nobody_means_to(ways, client, channel):
    assert client.chat_postMessage(channel=channel, text="hello")["ok"]
    assert ways.users() == [14]


FORMS = {
    "JSON": lambda given: {"json": given, "headers": {"Authorization": f"Bearer {OTHER}"}},
    "a form": lambda given: {"data": given, "headers": {"Authorization": f"Bearer {OTHER}"}},
    "a token in a form": lambda given: {"data": {**given, "token": OTHER}},
    "a token in JSON": lambda given: {"json": {**given, "token": OTHER}},
    "a token in the address": lambda given: {"params": {"token": OTHER}, "data": given},
    "all in the address": lambda given: {"params": {**given, "token": OTHER}},
    "attachments as JSON in a form": lambda given: {
        "data": {"channel": "", "attachments": json.dumps([{"text": given["text"]}]), "token": OTHER}
    },
}


@pytest.mark.parametrize("how", FORMS.values(), ids=FORMS)
def test_arguments_come_in_every_form_that_slack_takes(ways, how):
    answer = ways.post("/api/chat.postMessage", **how({"text": "disk full", "channel": "#x"}))
    assert answer.json()["ok"] is True
    made = ways.sent()[0].notification
    assert "disk full" in made.message + made.attach
    kept = ways.store.read(lambda tx: tx.connection.exec_driver_sql("SELECT payload FROM inbox").scalar())
    assert OTHER not in kept


@pytest.mark.parametrize(
    ("method", "given", "token", "word"),
    [
        ("chat.postMessage", {"text": "x"}, "", "not_authed"),
        ("chat.postMessage", {"text": "x"}, "wrong", "invalid_auth"),
        ("chat.postMessage", {"text": ""}, OTHER, "no_text"),
        ("chat.postMessage", {}, OTHER, "no_text"),
        ("chat.scheduleMessage", {"text": "x"}, OTHER, "unknown_method"),
        ("users.list", {}, OTHER, "unknown_method"),
        ("chat.update", {"text": "x", "ts": "1.000001"}, OTHER, "message_not_found"),
        ("chat.update", {"text": "x"}, OTHER, "message_not_found"),
        ("chat.delete", {"ts": "1.000001"}, OTHER, "message_not_found"),
        ("chat.getPermalink", {"message_ts": "x", "channel": "C1"}, OTHER, "message_not_found"),
        ("files.getUploadURLExternal", {"filename": "a.png"}, OTHER, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": 10**9}, OTHER, "file_upload_size_restricted"),
        ("files.completeUploadExternal", {"files": "[]"}, OTHER, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": '[{"id": "F1"}]'}, OTHER, "file_not_found"),
    ],
)
def test_what_is_wrong_is_said_in_slacks_words_with_200(ways, method, given, token, word):
    answer = ways.post(f"/api/{method}", data=given, headers={"Authorization": f"Bearer {token}"} if token else {})
    assert (answer.status_code, answer.json()) == (200, {"ok": False, "error": word})
    assert ways.sent() == []


@pytest.mark.parametrize("path", ["/api/auth.test", "/api/auth.test/"])
def test_who_one_is(ways, path):
    answer = ways.post(path, headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert (answer["ok"], answer["user"]) == (True, "grafana")
    assert answer["url"] == f"{ways.origin}/"


def test_a_message_is_its_webhooks_own(ways, client):
    ts = client.chat_postMessage(channel="", text="mine")["ts"]
    answer = ways.post("/api/chat.update", data={"ts": ts, "text": "x"}, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.json()["error"] == "message_not_found"
    assert client.chat_getPermalink(channel="C1", message_ts=ts)["permalink"].endswith(ts.replace(".", ""))


def test_an_update_right_after_finds_its_message_though_nothing_was_sent_yet(ways, client):
    stamps = [client.chat_postMessage(channel="", text=str(number))["ts"] for number in range(20)]
    assert len(set(stamps)) == 20
    for ts in stamps:
        assert client.chat_update(channel="", ts=ts, text="changed")["ok"]
    texts = [message for _, message, state in messages(ways) if state == "pending"]
    assert texts == ["changed"] * 20


def test_a_message_is_found_after_a_restart(serve, tmp_path):
    first = serve()
    client = WebClient(token=OTHER, base_url=f"{first.origin}/api/")
    ts = client.chat_postMessage(channel="", text="before")["ts"]
    second = serve()
    client = WebClient(token=OTHER, base_url=f"{second.origin}/api/")
    assert client.chat_update(channel="", ts=ts, text="after")["ok"]


@pytest.mark.parametrize("name", ["plot.png", "Отчёт 1.pdf", "a b.txt"])
def test_a_file_is_brought_to_drive_for_those_who_get_it(ways, client, name):
    shared = client.files_upload_v2(
        file=PNG, filename=name, title=name, channel="C024BE91L", initial_comment="see *this*"
    )
    assert shared["ok"]
    [made] = ways.sent()
    shown = json.dumps(json.loads(made.notification.attach), ensure_ascii=False)
    assert "main.example/disk/" in shown
    assert "for=14" in shown
    assert ("IMAGE" in shown) is name.endswith(".png")


@pytest.mark.parametrize("how", [{"data": PNG}, {"files": {"file": ("x.png", PNG)}}])
def test_bytes_come_raw_or_in_a_form(ways, client, how):
    ticket = client.files_getUploadURLExternal(filename="x.png", length=len(PNG))
    assert ways.session.post(ticket["upload_url"], timeout=5, **how).text == f"OK - {len(PNG)}"
    assert client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}])["ok"]
    kept = ways.store.read(lambda tx: tx.uploads.content(ticket["file_id"]))
    assert kept == PNG


@pytest.mark.parametrize("ticket", ["", "x", "..", "%00", "x/y"])
def test_a_ticket_of_nobody_takes_nothing(ways, ticket):
    assert ways.post(f"/upload/{ticket}", data=PNG).status_code == 404


def test_a_file_that_drive_does_not_take_is_named_and_the_words_still_come(serve):
    def refuse(portal, file, users):
        raise NotKeptError("insufficient_scope: the webhook lacks the scope disk")

    ways = serve(keep_file=refuse)
    client = WebClient(token=OTHER, base_url=f"{ways.origin}/api/")
    client.files_upload_v2(file=PNG, filename="plot.png", channel="C1", initial_comment="see this")
    [made] = ways.sent()
    shown = made.notification.message + made.notification.attach
    assert "see this" in shown
    assert "plot.png: insufficient_scope" in shown
