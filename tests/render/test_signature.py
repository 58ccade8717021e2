"""Who sent it and the link back stay, however long the text is, in ATTACH and in the e-mail copy."""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.bitrix24.size import COLUMN, bytes_kept, counted, longest
from slack_bitrix24.document import Author, Card, Code, Divider, Document, Image, Paragraph, Table, Text
from slack_bitrix24.listeners.handlers.notify import signed, with_message
from slack_bitrix24.render.attach import compose
from slack_bitrix24.render.shrink import shrunk
from slack_bitrix24.slack.messages import mrkdwn
from slack_bitrix24.store import Schedule
from slack_bitrix24.submit.firing import draft
from slack_bitrix24.submit.people import People, Person

PEOPLE = People({"U1": Person("U1", "anna", "Анна Petrova")})
SIGNED = "Анна Petrova, in Slack"
LINK = ("Open in Slack", "https://slack.example/p1")
SIZES = [100, 19_000, 81_000]  # on both sides of every limit
SHAPES = {
    "a line": lambda size: "word " * (size // 5),
    "lines": lambda size: "one line of it\n" * (size // 15),
    "Cyrillic": lambda size: "слово " * (size // 6),
    "emoji": lambda size: "🎉 " * (size // 2),
    "code": lambda size: f"```{'x = 1; ' * (size // 7)}```",
    "a list": lambda size: "• an item\n" * (size // 10),
    "a quote": lambda size: "> quoted words\n" * (size // 15),
    "tags": lambda size: "&lt;b&gt;[b] " * (size // 12),
}


def typed(shape: str, size: int) -> Document:
    return signed(Document(mrkdwn.parse(SHAPES[shape](size))), "U1", people=PEOPLE, language="en")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("limit", "link"), [(60_000, LINK), (60_000, None), (1_000, LINK)])
def test_a_long_command_says_who_sent_it(shape, size, limit, link):
    made = compose(typed(shape, size), link=link, limit=limit)
    attach = json.loads(made.attach)
    foot = [{"USER": [{"NAME": SIGNED}]}] + ([{"LINK": [{"NAME": LINK[0], "LINK": LINK[1]}]}] if link else [])
    assert names(attach["BLOCKS"][-len(foot) :]) == names(foot)
    assert counted(attach) <= limit
    outside = made.message_out.splitlines()
    assert outside[-len(foot)] == SIGNED
    assert not link or outside[-1].endswith(LINK[1] + ")")
    assert bytes_kept(made.message_out) <= COLUMN


def names(blocks: list) -> list[tuple[str, str]]:
    pairs = ((kind, value[0] if isinstance(value, list) else value) for one in blocks for kind, value in one.items())
    return [(kind, value["NAME"]) for kind, value in pairs]


@pytest.mark.parametrize(
    "block",
    [
        Table(tuple(((Text(f"cell {n}"),), (Text("two"),)) for n in range(9_000))),
        Card((Paragraph((Text("card " * 30_000),)),), "#d00000"),
        Code("x\n" * 60_000),
        Divider(),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_is_no_text_leaves_room_for_it_too(block):
    pictures = tuple(Image(f"https://e.com/{n}.png", name=f"p{n}") for n in range(900))
    document = signed(Document((Paragraph((Text("lead"),)), block, *pictures)), "U1", people=PEOPLE, language="en")
    attach = json.loads(compose(document, link=LINK).attach)
    assert names(attach["BLOCKS"][-2:]) == [("USER", SIGNED), ("LINK", LINK[0])]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("own", ["", "look at this"])
def test_send_to_bitrix24_names_the_writer_and_the_sender(size, own):
    message = {"text": SHAPES["lines"](size), "username": "Deploy bot", "bot_id": "B1", "subtype": "bot_message"}
    document = with_message(Document(mrkdwn.parse(own)), message)
    made = compose(signed(document, "U1", people=PEOPLE, language="en"), link=LINK)
    last = names(json.loads(made.attach)["BLOCKS"][-3:])
    assert last == [("USER", "Deploy bot"), ("USER", SIGNED), ("LINK", LINK[0])]
    assert made.message_out.splitlines()[-3:-1] == ["Deploy bot", SIGNED]


@pytest.mark.parametrize("most", [1_500, 5_000, 20_000])
def test_a_portal_that_takes_less_gets_it_too(most):
    attach = json.loads(compose(typed("lines", 200_000), link=LINK).attach)
    smaller = shrunk(attach, most)
    assert names(smaller["BLOCKS"][-2:]) == [("USER", SIGNED), ("LINK", LINK[0])]
    assert longest(smaller) <= most


def test_a_long_reminder_says_whose_it_is():
    text = SHAPES["a line"](200_000)
    reminder = Schedule("reminder:7", "", None, kind="reminder", text=text, extra={"name": "Anna"})
    made = compose(draft(reminder, 0.0, now=0.0).document)
    assert "Anna" in json.loads(made.attach)["BLOCKS"][-1]["USER"]["NAME"]


def test_a_name_that_is_a_text_is_cut_like_one():
    made = compose(Document((Paragraph((Text("word " * 40_000),)), Author("name " * 20_000))), link=LINK)
    attach = json.loads(made.attach)
    assert counted(attach) <= 60_000
    assert names(attach["BLOCKS"][-1:]) == [("LINK", LINK[0])]
    assert bytes_kept(made.message_out) <= COLUMN
