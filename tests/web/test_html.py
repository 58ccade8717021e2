"""HTML of programs: what is shown, and that no word is lost whatever is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.document import Code, Divider, Heading, Image, Items, Link, Paragraph, Quote, Table, Text
from slack_bitrix24.plain import plain
from slack_bitrix24.web.senders.html import parse


def words(blocks):
    return plain(blocks).split()


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("a <b>b</b> c", (Paragraph((Text("a "), Text("b", bold=True), Text(" c"))),)),
        ("<p>one</p><p>two</p>", (Paragraph((Text("one"),)), Paragraph((Text("two"),)))),
        ("one<br>two<br/>three", (Paragraph((Text("one"), Text("\n"), Text("two"), Text("\n"), Text("three"))),)),
        ("<h2>Disk  full</h2>", (Heading((Text("Disk full"),)),)),
        ("<i>a<u>b</u></i>", (Paragraph((Text("a", italic=True), Text("b", italic=True, underline=True))),)),
        ('<a href="https://e.com/x">see</a>', (Paragraph((Link("https://e.com/x", (Text("see"),)),)),)),
        ("<pre>a\n  b</pre>", (Code("a\n  b"),)),
        ("5 &lt; 6 &amp;&nbsp;7", (Paragraph((Text("5 < 6 & 7"),)),)),
        ('<img src="https://e.com/a.png" alt="graph">', (Image("https://e.com/a.png", name="graph"),)),
        ('<img src="cid:1" alt="graph">', (Paragraph((Text("graph"),)),)),
        ("<ul><li>a<li>b</ul>", (Items(((Paragraph((Text("a"),)),), (Paragraph((Text("b"),)),))),)),
        ("a<hr>b", (Paragraph((Text("a"),)), Divider(), Paragraph((Text("b"),)))),
        ("<blockquote>a</blockquote>", (Quote((Paragraph((Text("a"),)),)),)),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            (Table((((Text("a"),), (Text("b"),)), ((Text("1"),), (Text("2"),))), header=True),),
        ),
        ("<script>x()</script><style>b{}</style>shown", (Paragraph((Text("shown"),)),)),
        ("", ()),
        ("<p> </p>", ()),
    ],
)
def test_what_a_browser_would_show(text, blocks):
    assert parse(text) == blocks


@pytest.mark.parametrize(
    "text",
    [
        "<b>never <i>closed",
        "</p></div></table>closed but never opened",
        "<b>over<i>lap</b>ping</i> tags",
        "<td>a cell without a table</td>",
        "<unknown-tag>inside</unknown-tag> of it",
        "<ul><li>one<ul><li>deep</ul><li>two",
        "5 < 6 and a<b",
        "<table>no row</table>",
        "<pre>open code",
        "<![CDATA[in a section]]> after",
    ],
)
def test_a_word_is_never_lost(text):
    shown = " ".join(words(parse(text)))
    kept = re.sub(r"<!\[CDATA\[|\]\]>|<(?=[a-z/!])[^<>]*>", " ", text).split()
    assert [word for word in kept if word.strip("<>") not in shown] == []


PARTS = "<b> </b> <ul> <li> </ul> <td> <tr> <table> </table> <pre> </pre> <blockquote> </blockquote> <h1> <a> word <br>"


@given(st.lists(st.sampled_from(PARTS.split())))
def test_tags_in_any_order_are_read(parts):
    assert words(parse("".join(f"{part} " for part in parts))).count("word") == parts.count("word")
