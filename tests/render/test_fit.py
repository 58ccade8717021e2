"""ATTACH stays below its limit however a portal counts it, and shows as much as fits."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_bitrix24.bitrix24.size import counted
from slack_bitrix24.document import Card, Code, Divider, Document, Field, Fields, File, Heading, Paragraph, Quote, Text
from slack_bitrix24.render.attach import compose

HTTP = "https://e.com/x"
BACK = ("Open in Slack", "https://slack.example/p1")
BACK_BLOCK = {"LINK": {"NAME": "Open in Slack", "LINK": "https://slack.example/p1"}}


def words(text):
    return (Text(text),)


def say(text):
    return Paragraph(words(text))


SIGNS = [
    "word ",
    "слово ",
    "🎉",
    "\n",
    "/",
    "<",
    ">",
    "&",
    "'",
    '"',
    "\\",
    "[b]",
    "\u2028",
    "\x01",
    "漢",
    "------",
    ">>",
]
LONG = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=6).flatmap(
    lambda signs: st.integers(1, 30_000).map(lambda times: "".join(signs) * times)
)
TALL = st.one_of(
    LONG.map(say),
    LONG.map(Code),
    LONG.map(lambda text: Quote((say(text),))),
    LONG.map(lambda text: Fields((Field(words(text[:30]), words(text)),) * 5)),
    LONG.map(lambda text: Card((Heading(words(text[:50]), HTTP), say(text)), "#d00000")),
    LONG.map(lambda text: File(text[:300], HTTP)),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(TALL, min_size=1, max_size=5), st.sampled_from([1_000, 5_000, 30_000, 60_000]))
def test_however_a_portal_counts_attach_is_not_too_large(blocks, limit):
    composed = compose(Document((say("lead"), Divider(), *blocks)), link=BACK, limit=limit)
    if composed.attach:
        full = json.loads(composed.attach)
        assert counted(full) <= limit
        assert full["BLOCKS"][-1] == BACK_BLOCK
    else:
        assert composed.message.endswith("Open in Slack[/url]")


@pytest.mark.parametrize(("said", "each"), [("Сервер не отвечает ", 5.5), ("word ", 1), ("🎉 ", 6.5), ("</a> ", 3.2)])
def test_as_much_as_fits_is_shown(said, each):
    document = Document((say("lead"), Divider(), say(said * (300_000 // len(said)))))
    full = json.loads(compose(document, link=BACK).attach)
    blocks = full["BLOCKS"]
    assert blocks[1:] == [{"MESSAGE": "… shortened, see the original"}, BACK_BLOCK]
    assert 60_000 - 250 < counted(full) <= 60_000
    assert len(blocks[0]["MESSAGE"]) * each > 55_000


def test_a_short_block_in_long_letters_is_divided_too():
    document = Document((say("lead"), Divider(), say("слово " * 20), say("слово " * 250)))
    blocks = json.loads(compose(document, link=BACK, limit=2_000).attach)["BLOCKS"]
    assert blocks[0] == {"MESSAGE": "слово " * 20}
    assert len(blocks[1]["MESSAGE"]) > 100
    assert blocks[2:] == [{"MESSAGE": "… shortened, see the original"}, BACK_BLOCK]
