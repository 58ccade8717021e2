"""An ATTACH is made smaller without tearing a code, and says so."""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.bitrix24.size import longest
from slack_bitrix24.document import Divider, Document, Field, Fields, File, Image, Link, Paragraph, Text
from slack_bitrix24.render.attach import compose
from slack_bitrix24.render.shrink import shrunk

HTTP = "https://e.com/x"
BACK = ("Open in Slack", "https://slack.example/p1")


def words(text):
    return (Text(text),)


def say(text):
    return Paragraph(words(text))


KINDS = {
    "texts": [say("строка " * 20) for _ in range(80)],
    "a text of lines": [say("\n".join(["строка текста"] * 800))],
    "a text of one line": [say("слово " * 3_000)],
    "one long word": [say("x" * 20_000)],
    "letters without a blank": [say("漢字" * 8_000)],
    "styled lines": [Paragraph(tuple(part for _ in range(500) for part in (Text("b", bold=True), Text("line\n"))))],
    "links": [Paragraph(tuple(part for n in range(300) for part in (Link(HTTP, words(f"n{n}")), Text("\n"))))],
    "fields": [Fields(tuple(Field(words(f"k{n}"), words("значение"), short=True) for n in range(400)))],
    "pictures": [Image(HTTP, f"p{n}") for n in range(300)],
    "files": [File(f"f{n}", HTTP) for n in range(300)],
}


@pytest.mark.parametrize("link", [BACK, None])
@pytest.mark.parametrize("most", [30_000, 15_000, 4_000, 1_500])
@pytest.mark.parametrize("kind", KINDS)
def test_as_much_as_fits_stays_with_a_note_and_the_link_back(kind, most, link):
    whole = json.loads(compose(Document((say("lead"), Divider(), *KINDS[kind])), link=link).attach)
    smaller = shrunk(whole, most)
    assert check(smaller) == smaller
    assert longest(smaller) <= most
    if longest(whole) > most:
        note = "… shortened, see the original" if link else "… shortened"
        foot = [{"MESSAGE": note}, *([whole["BLOCKS"][-1]] if link else [])]
        assert smaller["BLOCKS"][-len(foot) :] == foot
        assert longest(smaller) > most / 2 - 700
        texts = "".join(block.get("MESSAGE", "") for block in smaller["BLOCKS"])
        assert texts.count("[b]") == texts.count("[/b]")
        assert texts.count("[url=") == texts.count("[/url]")


def test_what_fits_stays_as_it_is():
    full = build.attachment([build.message("x")])
    assert shrunk(full, 10_000) == full
    assert shrunk(full, float("inf")) == full


@pytest.mark.parametrize("most", [900, 100, 0])
def test_where_next_to_nothing_fits_there_is_no_attach(most):
    assert shrunk(build.attachment([build.message("word " * 500)]), most) is None


def test_a_block_that_can_not_be_divided_goes_as_a_whole():
    link = build.link("https://e.com/" + "x" * 5_000)
    assert shrunk(build.attachment([build.message("a"), link, build.message("b")]), 2_000)["BLOCKS"] == [
        {"MESSAGE": "a"}, {"MESSAGE": "… shortened"},
    ]  # fmt: skip
