"""A bot through a plain webhook: exactly once, replaced, taken back. Over the sandbox's imbot.v2."""

from __future__ import annotations

import re

import pytest

from scripted import Reply, Scripted, error, result
from slack_bitrix24.bitrix24 import Bitrix24, Event, message_key
from slack_bitrix24.bitrix24.bot_calls import Bot, card_of, safe, send, update
from slack_bitrix24.errors import Bitrix24Error
from slack_bitrix24.sandbox.portal import Fault, Portal, app
from slack_bitrix24.sandbox.server import Server

TOKEN = "t0ken-0f-the-b0t"
SEND = "imbot.v2.Chat.Message.send"


@pytest.fixture(scope="module")
def served():
    portal = Portal(plan="off", rules="source")
    with Server(app(portal)) as server:
        yield portal, portal.webhook_url(server.url)


@pytest.fixture
def portal(served):
    served[0].reset()
    return served[0]


@pytest.fixture
def client(portal, served):
    with Bitrix24(served[1], retry_for=3.0) as made:
        yield made


@pytest.fixture
def bot(client):
    return client.bot("bridge", token=TOKEN, name="Bridge")


def texts(portal, user=10):
    return [message["text"] for chat in portal.chats(user) for message in chat["messages"]]


@pytest.mark.parametrize("parts", [(), ("a",), ("a", "b"), ("ключ", "10"), ("\udce9",), ("x" * 10_000,), ("a\x00b",)])
def test_a_key_is_shaped_as_the_server_takes_it(parts):
    """UUID version 4 in lower case: anything else is ignored there without an error."""
    key = message_key(*parts)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", key)
    assert key == message_key(*parts)
    assert key != message_key(*parts, "10")


@pytest.mark.parametrize("lost", ["execute_and_drop", "execute_and_html", "execute_and_empty", "drop", "html"])
def test_a_repetition_after_a_lost_answer_arrives_once(bot, portal, lost):
    portal.fail(Fault(lost, method=SEND))
    number = bot.send(10, "hello", key=message_key("one", "10"))
    assert texts(portal) == ["hello"]
    assert bot.send(10, "hello", key=message_key("one", "10")) == number
    assert bot.send(10, "other", key=message_key("two", "10")) != number
    assert texts(portal) == ["hello", "other"]


def test_a_message_is_replaced_and_taken_back(bot, portal):
    number = bot.send(10, "firing", key=message_key("a"), attach=[{"MESSAGE": "card"}])
    bot.update(number, "resolved", attach=[{"MESSAGE": "green"}])
    assert texts(portal) == ["resolved"]
    bot.update(number, "")
    assert texts(portal) == ["\u2060"]
    assert (bot.delete(number), bot.delete(number)) == (True, False)
    assert texts(portal) == []


def test_what_was_sent_is_found_by_its_key(bot, portal):
    number = bot.send(10, "x", key=message_key("a"))
    bot.send(10, "y", key=message_key("b"))
    assert (bot.find(10, message_key("a")), bot.find(10, message_key("c")), bot.find(12, message_key("a"))) == (
        number, 0, 0
    )  # fmt: skip


def test_registering_again_is_the_same_bot_and_another_token_is_refused(client, bot):
    assert client.bot("bridge", token=TOKEN).bot.id == bot.bot.id
    with pytest.raises(Bitrix24Error, match="BOT_CODE_ALREADY_TAKEN"):
        client.bot("bridge", token="another-t0ken")
    for token in ("", "x" * 41):
        with pytest.raises(ValueError, match="40"):
            client.bot("new", token=token)


@pytest.mark.parametrize("revision", [0, 32])
def test_a_portal_that_knows_no_bots_says_so(revision):
    server = Scripted()
    server.answer = lambda _: result({"rest": 32}) if revision else error("ERROR_METHOD_NOT_FOUND", status=404)
    with Bitrix24(server.webhook, retry_for=0.0) as portal, pytest.raises(Bitrix24Error, match="stay with"):
        portal.bot("bridge", token=TOKEN)
    server.close()


@pytest.mark.parametrize(("user", "code"), [(9999, "CHAT_NOT_FOUND")])
def test_nobody_is_refused(bot, user, code):
    with pytest.raises(Bitrix24Error) as caught:
        bot.send(user, "x", key=message_key("a"))
    assert caught.value.code == code


def test_a_click_is_heard_once_its_offset_is_kept(bot, portal):
    bot.command("ack")
    keyboard = [{"TEXT": "Take", "COMMAND": "ack", "COMMAND_PARAMS": "n0nce"}]
    number = bot.send(10, "alert", key=message_key("a"), keyboard=keyboard)
    _, offset = bot.events()
    portal.click(number, 10, command="ack", params="n0nce")
    events, after = bot.events(offset)
    assert [one.type for one in events if one.type.endswith("COMMANDADD")] == ["ONIMBOTV2COMMANDADD"]
    assert isinstance(events[0], Event)
    assert bot.events(after)[0] == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("/metrics is down", "\u2060/metrics is down"),
        ("a\n/ack x", "a\n\u2060/ack x"),
        ("see /media", "see /media"),
        ("[disk=5]", "[\u2060disk=5]"),
        ("[DISK=n5] x", "[\u2060DISK=n5] x"),
        ("// comment", "// comment"),
        ("[b]bold[/b]", "[b]bold[/b]"),
        ("plain", "plain"),
    ],
)
def test_no_line_is_a_command_and_no_file_is_fetched(text, sent):
    assert safe(text) == sent


BLOCKS = [{"MESSAGE": "x"}]
GRID = [{"GRID": [{"NAME": "Host", "VALUE": "db-3"}]}]


@pytest.mark.parametrize(
    ("attach", "card"),
    [
        ("", {}),
        ('[{"MESSAGE":"a b"}]', {"BLOCKS": [{"MESSAGE": "a b"}], "DESCRIPTION": "a b"}),
        ({"BLOCKS": BLOCKS, "COLOR": "#f00"}, {"BLOCKS": BLOCKS, "COLOR": "#f00", "DESCRIPTION": "x"}),
        ([{"DELIMITER": {}}], {"BLOCKS": [{"DELIMITER": {}}], "DESCRIPTION": "…"}),
        (GRID, {"BLOCKS": GRID, "DESCRIPTION": "Host db-3"}),
        ({"BLOCKS": BLOCKS, "DESCRIPTION": "mine"}, {"BLOCKS": BLOCKS, "DESCRIPTION": "mine"}),
    ],
)  # fmt: skip
def test_a_card_goes_in_full_form_with_words_for_push_and_mail(attach, card):
    assert card_of(attach) == card


def test_buttons_name_their_bot_and_an_update_without_them_takes_them_away():
    bot = Bot(7, TOKEN)
    buttons = [{"TEXT": "Open", "LINK": "https://example.com"}]
    assert send(bot, 10, "x", key="k", keyboard=buttons).params["fields"]["keyboard"] == {
        "BOT_ID": 7,
        "BUTTONS": buttons,
    }
    assert update(bot, 5, "x").params["fields"] == {
        "message": "x", "attach": "", "keyboard": "N", "urlPreview": False
    }  # fmt: skip
    assert TOKEN not in repr(bot)


def test_an_answer_without_an_id_is_not_believed():
    server = Scripted()
    server.answer = lambda request: (
        result({"rest": 36}) if request.method.endswith("Revision.get") else result({"bot": {"id": 7}})
    )
    with Bitrix24(server.webhook, retry_for=0.0) as portal:
        bot = portal.bot("bridge", token=TOKEN)
        server.answer = lambda _: Reply({"result": {}, "time": {}})
        with pytest.raises(Bitrix24Error, match="no id"):
            bot.send(10, "x", key=message_key("a"))
    server.close()


@pytest.mark.parametrize(
    ("source", "name", "arrives"),
    [("bytes", "a.txt", "a.txt"), ("path", "", "log.txt"), ("path", "b.txt", "b.txt"), ("path", "x/../c", "x_.._c")],
)
def test_a_file_is_put_into_the_chat(portal, bot, tmp_path, source, name, arrives):
    (tmp_path / "log.txt").write_bytes(b"content")
    number = bot.upload(10, b"content" if source == "bytes" else tmp_path / "log.txt", name, text="below")
    [shown] = [one for chat in portal.chats(10) for one in chat["messages"] if one["id"] == number]
    assert shown["file"]["name"].endswith(arrives)
    assert shown["text"] == "below"
    assert portal.files.by_id[shown["file"]["id"]].content == b"content"


def test_bytes_without_a_name_are_refused_before_anything_is_sent(bot):
    with pytest.raises(ValueError, match="name"):
        bot.upload(10, b"x")
