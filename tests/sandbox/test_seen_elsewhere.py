"""The push and the e-mail copy. Bitrix24 server source, main 26.150 (2026-03)."""

from __future__ import annotations

import json
import random
import shutil
import subprocess

import pytest

from slack_bitrix24.sandbox.portal.seen import Mail, mail, push
from slack_bitrix24.sandbox.portal.seen.markup import strip_tags

FENCE = "-" * 54


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\nb[br]c", "a b c"),
        ("[b]Deploy[/b] of [i]api[/i] [u]done[/u]", "Deploy of api done"),
        ("run [code]make all[/code] now", "run 📄 now"),
        ("was [s]5[/s] 6", "was - 6"),
        ("[url=https://a.b]docs[/url] [URL]https://c.d[/URL]", "docs https://c.d"),
        ("[user=10]Anna[/user] in [chat=5]room[/chat]", "Anna in room"),
        ("[color=#f00]red[/color] [size=20]big[/size]", "red big"),
        (">>quoted\nthe answer", "💬"),
        ("the answer\n>>quoted", "the answer >>quoted"),
        (f"a {FENCE}\nq\n{FENCE} b", "a 💬 b"),
        ("------\nq\n------", "------ q ------"),
        ("a < b & c", "a < b & c"),
    ],
)
def test_push(text, words):
    assert push(text) == words


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("load <5% on a", "load"),
        ("if a<b then c", "if a"),
        ("a < b and c > d", "a < b and c > d"),
        ("a &lt;5% b", "a <5% b"),
        ("<b>x</b> y", "x y"),
        ("[Disk full] on db-3", "on db-3"),
        ("[Code review] today", "today"),
        ("[List of x] [Left] [Size 5] [Table]", ""),
        ("[cut] [quote] [*] one", "one"),
        ("[User guide] [project x] [video y] [department]", "[User guide] [project x] [video y] [department]"),
        ("a[img]https://a.b/c.png[/img]b", "ab"),
        ("[url=https://a.b]docs[/url]", "docs (URL: https://a.b )"),
        ("[b]x[/b] [user=10]Anna[/user]", "x [user=10]Anna[/user]"),
        ("[USER=10 replace]Anna[/USER] in [chat=5]room[/chat]", "[USER=10 replace]Anna[/USER] in [chat=5]room[/chat]"),
        ("a#BR#b", "a\nb"),
        ("&amp;lt; &copy;", "&lt; &copy;"),
    ],
)
def test_mail(written, text):
    assert mail("m", written).text == text
    assert mail(written).text == text


def test_an_empty_message_out_sends_the_message_and_what_is_said_of_the_card():
    assert mail("text") == Mail("text", "text")
    assert mail("text", attach={"BLOCKS": []}).text == "text\n(attachment)"
    assert mail("text", attach={"BLOCKS": [], "DESCRIPTION": "three fields"}).text == "text\nthree fields"
    assert mail("text", "out", attach={"BLOCKS": [], "DESCRIPTION": "three fields"}).text == "out"
    assert mail("text", "#SKIP#") is None
    assert mail("x" * 80).subject == "x" * 50


def test_tags_are_stripped_as_php_strips_them():
    if not shutil.which("php"):
        pytest.skip("no php on this machine: Debian has it as php-cli")
    chance = random.Random(7)  # noqa: S311  the same texts in each run
    texts = ["".join(chance.choice("<<>>\"'a !-?/b\n") for _ in range(chance.randint(1, 16))) for _ in range(5000)]
    program = "$t=json_decode(stream_get_contents(STDIN));foreach($t as &$x)$x=strip_tags($x);echo json_encode($t);"
    run = subprocess.run(["php", "-r", program], input=json.dumps(texts), capture_output=True, text=True, check=True)
    assert [strip_tags(text) for text in texts] == json.loads(run.stdout)
