"""imbot.v2.*: bots that send, edit, delete, and hear. Bitrix24 server source, main 26.250 (2026-04)."""

from __future__ import annotations

import base64
import threading
import time

import pytest
import requests

from slack_bitrix24.sandbox.portal import Fault, Portal, app
from slack_bitrix24.sandbox.server import Server

TOKEN = "t0ken-0f-the-b0t"
UUID = "0a1b2c3d-0000-4000-8000-00000000000{}"


class Clock:
    """The portal's time, which a test moves on."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


class Bot:
    """A webhook's owner who drives one bot."""

    def __init__(self, portal, url):
        self.portal, self.url = portal, url
        self.webhook = portal.webhook_url(url)
        self.id = self.register()["bot"]["id"]

    def post(self, method, **params):
        return requests.post(f"{self.webhook}imbot.v2.{method}", json=params, timeout=10)

    def register(self, code="bridge", token=TOKEN, kind="personal", **fields):
        return self.ok(
            "Bot.register",
            fields={"code": code, "botToken": token, "type": kind, "properties": {"name": "Bridge"}} | fields,
        )

    def ok(self, method, **params):
        answer = self.post(method, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def call(self, method, **params):
        return self.ok(method, botId=self.id, botToken=TOKEN, **params)

    def refused(self, method, **params):
        answer = self.post(method, **{"botId": self.id, "botToken": TOKEN} | params)
        assert answer.status_code == 400, answer.text
        return answer.json()["error"]

    def send(self, message="hello", user=10, **fields):
        return self.call("Chat.Message.send", dialogId=str(user), fields={"message": message, **fields})["id"]

    def update(self, number, **fields):
        return self.call("Chat.Message.update", messageId=number, fields=fields)

    def delete(self, number, **params):
        return self.call("Chat.Message.delete", messageId=number, **params)

    def events(self, **params):
        found = self.call("Event.get", **params)
        return [(event["type"], event["data"]) for event in found["events"]], found["nextOffset"]

    def seen(self, user=10):
        return [message for chat in self.portal.chats(user) for message in chat["messages"]]

    def texts(self, user=10):
        return [message["text"] for message in self.seen(user)]


@pytest.fixture(scope="module")
def served():
    clock = Clock()
    portal = Portal(plan="off", rules="source", clock=clock)
    with Server(app(portal)) as server:
        bot = Bot(portal, server.url)
        bot.clock = clock
        yield bot


@pytest.fixture
def bot(served):
    served.clock.ahead = 0.0
    served.portal.reset()
    return served


def test_a_portal_says_which_revision_it_is_and_an_older_one_knows_no_bots(bot):
    assert bot.ok("Revision.get")["rest"] == 36
    with Server(app(portal := Portal(revision=32))) as server:
        answer = requests.get(f"{portal.webhook_url(server.url)}imbot.v2.Revision.get", timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (404, "ERROR_METHOD_NOT_FOUND")


def test_registering_again_returns_what_is_there_and_changes_nothing(bot):
    again = bot.register(kind="bot", properties={"name": "Other"})
    assert (again["bot"]["id"], again["bot"]["type"]) == (bot.id, "personal")
    assert again["users"][0]["name"] == "Bridge"
    assert bot.portal.users[bot.id].kind == "bot"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "bridge", "botToken": "another", "properties": {"name": "x"}}, "BOT_CODE_ALREADY_TAKEN"),
        ({"code": "new", "botToken": "x" * 41, "properties": {"name": "x"}}, "BOT_TOKEN_INVALID_LENGTH"),
        ({"code": "new", "properties": {"name": "x"}}, "BOT_TOKEN_NOT_SPECIFIED"),
        ({"botToken": "a", "properties": {"name": "x"}}, "BOT_CODE_REQUIRED"),
        ({"botToken": "a", "code": "new"}, "BOT_NAME_REQUIRED"),
    ],
)
def test_a_registration_is_refused_with_400(bot, fields, code):
    answer = bot.post("Bot.register", fields=fields)
    assert (answer.status_code, answer.json()["error"]) == (400, code)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"botToken": ""}, "BOT_TOKEN_NOT_SPECIFIED"),
        ({"botId": 0}, "BOT_ID_REQUIRED"),
        ({"botId": 999}, "BOT_NOT_FOUND"),
        ({"botToken": "another"}, "BOT_OWNERSHIP_ERROR"),
        ({"dialogId": "999"}, "CHAT_NOT_FOUND"),
        ({"dialogId": "chat5"}, "CHAT_NOT_FOUND"),
        ({"fields": {"message": " "}}, "EMPTY_MESSAGE"),
        ({"fields": {"message": "m", "attach": [{"FOO": 1}]}}, "PARAM_ATTACH_ERROR"),
        ({"fields": {"message": "m", "attach": [{"MESSAGE": "x" * 60_000}]}}, "PARAM_ATTACH_ERROR"),
        ({"fields": {"message": "m", "keyboard": [{"TEXT": "x"}]}}, "PARAM_KEYBOARD_ERROR"),
        ({"fields": {"message": "m", "keyboard": [{"text": "x", "link": "/a"}]}}, "PARAM_KEYBOARD_ERROR"),
    ],
)
def test_a_send_is_refused_with_400(bot, params, code):
    assert bot.refused("Chat.Message.send", **{"dialogId": "10", "fields": {"message": "m"}} | params) == code
    assert bot.seen() == []


def test_a_message_is_seen_in_the_dialog_as_it_is_drawn(bot):
    bot.send("[b]x[/b] [disk=5]<b>y</b>", attach=[{"MESSAGE": "/media"}])
    [seen] = bot.seen()
    assert (seen["drawn"], seen["card"], seen["push"]) == ("x <b>y</b>", "ia", "x <b>y</b> Attachment")
    [chat] = requests.get(f"{bot.url}/sandbox/chats?user=10", timeout=5).json()
    assert chat["bot"] == {"id": bot.id, "name": "Bridge"}
    assert bot.events()[0][0][0] == "ONIMBOTV2JOINCHAT"


def test_a_card_alone_is_enough_and_who_was_dismissed_is_sent_to(bot):
    assert bot.send("", attach={"BLOCKS": [{"MESSAGE": "x"}], "DESCRIPTION": "d"})
    assert bot.send(user=20)
    assert sum(bot.portal.stats()["warnings"].values()) == 1


@pytest.mark.parametrize(
    ("first", "second", "once"),
    [
        (UUID.format(1), UUID.format(1), True),
        (UUID.format(1), UUID.format(2), False),
        (UUID.format("a").upper(), UUID.format("a").upper(), False),
        ("0a1b2c3d-0000-5000-8000-000000000001", "0a1b2c3d-0000-5000-8000-000000000001", False),
        ("0a1b2c3d-0000-4000-c000-000000000001", "0a1b2c3d-0000-4000-c000-000000000001", False),
        ("my key", "my key", False),
    ],
)
def test_only_a_uuid_of_version_4_in_lower_case_is_a_key(bot, first, second, once):
    ids = {bot.send(templateId=first), bot.send("again", templateId=second)}
    assert len(ids) == len(bot.seen()) == (1 if once else 2)
    assert bot.portal.stats()["deduplicated"] == once


def test_a_key_is_the_whole_portal_s_and_a_system_message_has_none(bot):
    first = bot.send(user=10, templateId=UUID.format(1))
    assert bot.send(user=12, templateId=UUID.format(1)) == first
    assert bot.seen(12) == []
    assert bot.send(system=True, templateId=UUID.format(2)) != bot.send(system=True, templateId=UUID.format(2))


def test_a_refused_content_does_not_use_the_key_up(bot):
    bot.refused("Chat.Message.send", dialogId="10", fields={"message": "", "templateId": UUID.format(1)})
    bot.refused("Chat.Message.send", dialogId="999", fields={"message": "m", "templateId": UUID.format(1)})
    assert bot.send(templateId=UUID.format(1))


@pytest.mark.parametrize(("kind", "stored"), [("die", 0), ("execute_and_die", 1)])
def test_a_key_without_a_message_fails_for_an_hour_and_is_then_sent(bot, kind, stored):
    fields = {"message": "m", "templateId": UUID.format(1)}
    bot.portal.fail(Fault(kind, method="imbot.v2.Chat.Message.send"))
    assert bot.post("Chat.Message.send", botId=bot.id, botToken=TOKEN, dialogId="10", fields=fields).status_code == 500
    assert len(bot.seen()) == stored
    for minutes in (0, 30, 59):
        bot.clock.ahead = minutes * 60
        assert bot.refused("Chat.Message.send", dialogId="10", fields=fields) == "SENDING_FAILED"
    bot.clock.ahead = 3601
    number = bot.send(**fields)
    assert len(bot.seen()) == stored + 1
    assert bot.send(**fields) == number


def test_a_send_that_is_still_running_holds_its_key():
    portal = Portal(plan="off", work=0.4)
    with Server(app(portal)) as server:
        bot, fields = Bot(portal, server.url), {"message": "m", "templateId": UUID.format(1)}
        answers = []

        def send():
            answers.append(bot.post("Chat.Message.send", botId=bot.id, botToken=TOKEN, dialogId="10", fields=fields))

        threads = [threading.Thread(target=send) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400]
        assert {answer.json().get("error") for answer in answers} == {None, "SENDING_FAILED"}
        assert len(bot.seen()) == 1


def test_a_message_that_vanished_takes_its_key_along_and_a_stub_does_not(bot):
    key = UUID.format(1)
    first = bot.send(templateId=key)
    bot.delete(first, complete=True)
    second = bot.send(templateId=key)
    assert second != first
    bot.portal.view(bot.id, 10)
    bot.delete(second)
    assert bot.send(templateId=key) == second
    assert [message["gone"] for message in bot.seen()] == ["stub"]
    bot.clock.ahead = 31 * 86_400 + 60
    assert bot.send(templateId=key) != second


@pytest.mark.parametrize(
    ("read", "complete", "left"), [(False, False, []), (True, False, ["stub"]), (True, True, []), (False, True, [])]
)
def test_deleting(bot, read, complete, left):
    number = bot.send()
    if read:
        assert requests.post(f"{bot.url}/sandbox/view", json={"bot": bot.id, "user": 10}, timeout=5).json() == {
            "new": 1
        }
    assert bot.delete(number, complete=complete) is True
    assert [message["gone"] for message in bot.seen()] == left
    assert bot.refused("Chat.Message.delete", messageId=number) == "MESSAGE_NOT_FOUND"


def test_updating_keeps_what_is_not_given_and_marks_only_what_was_read(bot):
    number = bot.send("1", attach=[{"MESSAGE": "card"}], keyboard=[{"TEXT": "x", "LINK": "/a"}])
    assert bot.update(number, message="2") == {"result": True}
    [seen] = bot.seen()
    assert (seen["text"], seen["card"], len(seen["keyboard"]), seen["edited"]) == ("2", "card", 1, False)
    bot.portal.view(bot.id, 10)
    bot.update(number, message="3")
    assert bot.seen()[0]["edited"] is True
    bot.clock.ahead = 365 * 86_400
    bot.update(number, message="a year later")
    assert bot.texts() == ["a year later"]


@pytest.mark.parametrize(
    ("given", "card"),
    [
        ({"BLOCKS": [{"MESSAGE": "new"}]}, "new"),
        ([{"MESSAGE": "new"}], ""),
        ("", ""),
        (None, ""),
        ({"MESSAGE": "new"}, ""),
    ],
)
def test_an_update_takes_only_the_full_form_of_a_card(bot, given, card):
    number = bot.send(attach=[{"MESSAGE": "old"}])
    bot.update(number, attach=given)
    assert bot.seen()[0]["card"] == card
    assert (
        bot.refused("Chat.Message.update", messageId=number, fields={"attach": {"BLOCKS": []}}) == "PARAM_ATTACH_ERROR"
    )


ACK = {"TEXT": "Take it", "COMMAND": "ack", "COMMAND_PARAMS": "n0nce", "BLOCK": "Y"}
OPEN = {"TEXT": "Open", "LINK": "https://example.com"}


def keyboards(bot):
    return {
        "with the bot": ({"BOT_ID": bot.id, "BUTTONS": [ACK, OPEN]}, ["Take it", "Open"]),
        "without the bot": ({"BUTTONS": [ACK, OPEN]}, ["Open"]),
        "another bot": ({"BOT_ID": 1, "BUTTONS": [ACK, OPEN]}, ["Open"]),
        "a list": ([ACK, OPEN], ["Open"]),
        "commands only, without the bot": ([ACK], ["Take it"]),
        "nothing good": ([{"TEXT": "x"}], ["Take it"]),
        "empty": ([], ["Take it"]),
        "N": ("N", []),
    }


@pytest.mark.parametrize(
    "case",
    [
        "with the bot",
        "without the bot",
        "another bot",
        "a list",
        "commands only, without the bot",
        "nothing good",
        "empty",
        "N",
    ],
)
def test_an_update_s_commands_need_the_bot_beside_them(bot, case):
    given, texts = keyboards(bot)[case]
    number = bot.send(keyboard=[ACK])
    bot.update(number, keyboard=given)
    assert [button["TEXT"] for button in bot.seen()[0]["keyboard"]] == texts


def test_an_empty_text_and_nothing_else_deletes(bot):
    number = bot.send()
    bot.update(number, message="", attach={"BLOCKS": [{"MESSAGE": "card"}]})
    assert bot.seen()[0]["card"] == "card"
    bot.update(number, message="", urlPreview=False)
    assert bot.seen() == []


def test_only_the_own_messages_that_are_there_are_changed(bot):
    system = bot.send(system=True)
    heard = bot.portal.say(bot.id, 10, "hello bot")
    other = Bot.__new__(Bot)
    other.__dict__ |= bot.__dict__
    number = bot.send()
    other_id = bot.register(code="other", token="other")["bot"]["id"]
    for change in (system, heard):
        assert bot.refused("Chat.Message.update", messageId=change, fields={"message": "x"}) == "MESSAGE_ACCESS_DENIED"
        assert bot.refused("Chat.Message.delete", messageId=change) == "MESSAGE_ACCESS_DENIED"
    assert (
        bot.refused("Chat.Message.update", messageId=number, botId=other_id, botToken="other")
        == "MESSAGE_ACCESS_DENIED"
    )
    assert bot.refused("Chat.Message.update", messageId=1, fields={"message": "x"}) == "MESSAGE_NOT_FOUND"


def test_a_bot_looks_for_its_key_in_the_dialog(bot):
    numbers = [bot.send(f"m{number}", templateId=UUID.format(number)) for number in range(5)]
    chat = bot.call("Chat.get", dialogId="10")["chat"]
    assert (chat["lastMessageId"], chat["messageCount"]) == (numbers[-1], 5)
    found = bot.call("Chat.Message.getContext", messageId=numbers[2], range=1)
    assert [one["uuid"] for one in found["messages"]] == [UUID.format(number) for number in (1, 2, 3)]
    assert (found["hasPrevPage"], found["hasNextPage"]) == (True, True)
    one = bot.call("Chat.Message.get", messageId=numbers[0])["message"]
    assert (one["text"], one["viewedByOthers"], one["authorId"]) == ("m0", False, bot.id)


def test_only_some_types_of_bots_may_read(bot):
    plain = bot.register(code="plain", token="plain", kind="bot")["bot"]["id"]
    params = {"botId": plain, "botToken": "plain"}
    number = bot.ok("Chat.Message.send", **params, dialogId="10", fields={"message": "m"})["id"]
    for method in ("Chat.Message.get", "Chat.Message.getContext"):
        assert bot.refused(method, messageId=number, **params) == "BOT_TYPE_NOT_ALLOWED"
    assert bot.ok("Chat.get", **params, dialogId="10")["chat"]["lastMessageId"] == number


@pytest.fixture
def ack(bot):
    """The command's id."""
    made = bot.call("Command.register", fields={"command": "ack", "hidden": True})["command"]
    assert made["command"] == "/ack"
    assert bot.call("Command.register", fields={"command": "/ack", "hidden": True})["command"] == made
    yield made["id"]
    if bot.portal.bots.bots[bot.id].commands:
        bot.call("Command.unregister", commandId=made["id"])


def click(bot, number, user=10, command="ack", params="n0nce"):
    asked = {"message": number, "user": user, "command": command, "params": params}
    return requests.post(f"{bot.url}/sandbox/click", json=asked, timeout=5).json()["heard"]


def test_a_click_is_heard_with_who_and_where_but_without_the_chat(bot, ack):
    number = bot.send(keyboard=[ACK])
    assert click(bot, number) is True
    assert bot.seen()[0]["spinning"] is True
    events, following = bot.events()
    kind, data = events[-1]
    assert kind == "ONIMBOTV2COMMANDADD"
    assert data["command"] == {"id": ack, "command": "/ack", "params": "n0nce", "context": "keyboard"}
    assert (data["message"]["id"], data["user"]["id"], data["chat"]) == (number, 10, {})
    bot.update(number, keyboard="N")
    assert bot.seen()[0]["spinning"] is False
    assert bot.events(offset=following) == ([], following)


def test_parameters_can_be_forged_and_what_is_written_is_heard(bot, ack):
    number = bot.send(keyboard=[ACK])
    click(bot, number, user=12, params="forged")
    bot.portal.say(bot.id, 10, "/ack typed")
    bot.portal.say(bot.id, 10, "hello")
    found = [(kind, data.get("command", {}).get("params"), data["user"]["id"]) for kind, data in bot.events()[0][1:]]
    assert found == [
        ("ONIMBOTV2COMMANDADD", "forged", 12),
        ("ONIMBOTV2COMMANDADD", "typed", 10),
        ("ONIMBOTV2MESSAGEADD", None, 10),
    ]


def test_a_command_that_is_not_registered_is_swallowed(bot):
    number = bot.send(keyboard=[ACK])
    assert click(bot, number) is False
    assert [kind for kind, _ in bot.events()[0]] == ["ONIMBOTV2JOINCHAT"]


def test_events_are_deleted_by_the_offset_and_after_a_day(bot, ack):
    number = bot.send(keyboard=[ACK])
    for _ in range(4):
        click(bot, number)
    first = bot.call("Event.get", limit=2)
    assert (len(first["events"]), first["hasMore"]) == (2, True)
    assert len(bot.events()[0]) == 5
    assert len(bot.events(offset=first["nextOffset"])[0]) == 3
    assert len(bot.events()[0]) == 3
    bot.clock.ahead = 86_401
    assert bot.events()[0] == []


def test_an_answer_to_a_command_says_true_also_when_it_sends_nothing(bot, ack):
    number = bot.send(keyboard=[ACK])
    params = {"commandId": ack, "messageId": number, "dialogId": "10", "fields": {"message": "taken"}}
    assert bot.call("Command.answer", **params) == {"result": True}
    click(bot, number)
    assert bot.call("Command.answer", **params) == {"result": True}
    bot.clock.ahead = 601
    assert bot.call("Command.answer", **params) == {"result": True}
    assert bot.texts() == ["hello", "taken"]


def test_a_common_command_in_a_bot_s_own_text_is_run(bot):
    other = bot.register(code="common", token="common")["bot"]["id"]
    bot.ok(
        "Command.register", botId=other, botToken="common", fields={"command": "deploy", "hidden": True, "common": True}
    )
    bot.send("see\n/deploy prod\n /deploy not at the start")
    found = bot.ok("Event.get", botId=other, botToken="common")["events"]
    assert [event["data"]["command"]["params"] for event in found] == ["prod"]


def test_a_file_that_is_uploaded_again_is_there_twice(bot):
    fields = {"name": "a.txt", "content": base64.b64encode(b"hello").decode(), "message": "the file"}
    for _ in range(2):
        made = bot.call("File.upload", dialogId="10", fields=fields)
        assert made["dialogId"] == "10"
    assert [one["file"]["name"] for one in bot.seen()] == ["a.txt", "1_a.txt"]
    for wrong, code in (({"content": ""}, "FILE_EMPTY"), ({"content": "%"}, "FILE_INVALID_CONTENT")):
        assert bot.refused("File.upload", dialogId="10", fields=fields | wrong) == code


def test_in_a_batch_names_and_brackets_reach_the_bot(bot):
    command = (
        f"imbot.v2.Chat.Message.send?botId={bot.id}&botToken={TOKEN}&dialogId=10&fields[message]=m"
        "&fields[attach][BLOCKS][0][MESSAGE]=card&fields[keyboard][BUTTONS][0][TEXT]=Go&fields[keyboard][BUTTONS][0][LINK]=/a"
    )
    answer = requests.post(f"{bot.webhook}batch", json={"cmd": {"a": command}}, timeout=5).json()["result"]
    assert answer["result"]["a"]["id"]
    assert (bot.seen()[0]["card"], bot.seen()[0]["keyboard"][0]["TEXT"]) == ("card", "Go")


def test_the_scope_is_asked_for():
    portal = Portal(scopes=("im",), rules="source")
    with Server(app(portal)) as server:
        answer = requests.post(f"{portal.webhook_url(server.url)}imbot.v2.Revision.get", timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (401, "insufficient_scope")


@pytest.mark.parametrize("path", ["click", "say", "view"])
def test_control_says_what_it_expects(bot, path):
    assert requests.post(f"{bot.url}/sandbox/{path}", json={"user": "x"}, timeout=5).status_code == 400
