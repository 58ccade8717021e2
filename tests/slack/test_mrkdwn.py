"""mrkdwn as real senders write it: words survive, markup becomes structure, nothing else does."""

from __future__ import annotations

import pytest

from notation import line, tree
from slack_bitrix24.slack.messages import inline, mrkdwn
from slack_bitrix24.slack.messages.emphasis import NONE

EMPHASIS = [
    ("*b* _i_ ~s~", "<b>b</b> <i>i</i> <s>s</s>"),
    ("*_both_* ~*bs*~ _*ib*_", "<i><b>both</b></i> <s><b>bs</b></s> <i><b>ib</b></i>"),
    ("*foo* *bar*:*baz*", "<b>foo</b> <b>bar</b>:<b>baz</b>"),
    ("word.*This*; *and*", "word.<b>This</b>; <b>and</b>"),
    ("ticker=*TSLA* key=TSLA_2019-05_17", "ticker=<b>TSLA</b> key=TSLA_2019-05_17"),
    ("*disk_space = 97 %*, `disk_space._`", "<b>disk_space = 97 %</b>, <c>disk_space._</c>"),
    ("_in prod_eu_", "<i>in prod_eu</i>"),
    ("(~str ike!~, x", "(<s>str ike!</s>, x"),
    ("*a _b* c_", "<b>a _b</b> c_"),
    ("**bold** ~~gone~~ ***both***", "<b>bold</b> <s>gone</s> <i><b>both</b></i>"),
    ("**Firing**", "<b>Firing</b>"),
    ("<@U024BE7LH>*b*", "@user:U024BE7LH<b>b</b>"),
    ("*&lt;*", "<b><</b>"),
    ("*see <https://x.io|it> :fire:*", "<b>see </b>[<b>it</b>](https://x.io)<b> </b>:fire=🔥:"),
    ("*x :fire: y*", "<b>x </b>:fire=🔥:<b> y</b>"),
]

LITERAL = [
    "mid_word_, @_italics_",
    "*mid*word",
    "*foo*a*bar*",
    "_this is italic_regular",
    "~this~that",
    "this ~ is a ~ test",
    "not a * bold * word",
    "*bold *",
    "¯\\_(ツ)_/¯",
    "/usr/_x_/bin",
    "rm *.log *.txt",
    "2*3*4 = 24",
    "****",
    "**",
    "__init__",
    "a `b",
    "~5 ms and ~6 ms",
    "10:30:45 fe80::1:2:3",
    "Value: A:b",
]

TOKENS = [
    ("<@U024BE7LH> <@W024BE7LH|anna>", "@user:U024BE7LH @user:W024BE7LH|anna"),
    ("you?<@U0CBK5KAT><@U024BE7LH>", "you?@user:U0CBK5KAT@user:U024BE7LH"),
    ("<@user1> <@anna.p|@Anna>", "@user:user1|user1 @user:anna.p|Anna"),
    ("<@here>", "@broadcast:here|here"),
    (
        "<!here|@here> <!channel> <!everyone|all>",
        "@broadcast:here|here @broadcast:channel|channel @broadcast:everyone|everyone",
    ),
    ("<!group>", "@broadcast:channel|group"),
    ("<!subteam^S024BE91L|@devs> <!subteam^group1>", "@group:S024BE91L|devs @group:group1"),
    ("<#C024BE91L|ops> <#C024BE91L|> <#C024BE91L>", "@channel:C024BE91L|ops @channel:C024BE91L @channel:C024BE91L"),
    ("<!foo|shown>", "shown"),
    ("<https://a.io/?x=1&amp;y=2>", "[](https://a.io/?x=1&y=2)"),
    ("<https://a.io|foo|oof>", "[foo|oof](https://a.io)"),
    ("<https://a.io|https://a.io>", "[](https://a.io)"),
    ("<https://gitlab/x|x &amp; y>", "[x & y](https://gitlab/x)"),
    ("<https://a.io|*b* :x: <br>", "<[](https://a.io)|<b>b</b> :x=❌: <br>"),
    ("<https://a.io|see `c` *b*>", "[see <c>c</c> <b>b</b>](https://a.io)"),
    ("<https://a.io|https://b.io>", "[https://b.io](https://a.io)"),
    ("<mailto:a@b.io|a@b.io> <tel:+375|call>", "[a@b.io](mailto:a@b.io) [call](tel:+375)"),
    ("<'target'|test { case }>", "[test { case }](target)"),
    ("</#/alerts|here> <grafana.local/d|d>", "[here](/#/alerts) [d](grafana.local/d)"),
    ("<https://a.io/a b|c>", "[c](https://a.io/a b)"),
    ("<https://a.io\n|two\nlines>", "[two lines](https://a.io)"),
    (
        "<!date^1392734382^{date_short} at {time}^https://x.io|Feb 18>",
        "{1392734382^{date_short} at {time}^https://x.io|Feb 18}",
    ),
    ("<!date^1392734382^2 in {date}| Digest>", "{1392734382^2 in {date}^| Digest}"),
    ("<!date^1392734382.123^{date}>", "{1392734382^{date}^|}"),
    ("<!date^999999999999^{date}|never>", "never"),
    ("<!date^-5^{date}>", "{date}"),
]

VERBATIM = [
    "<front> & <b>bold</b> a < b > c",
    "std::vector<std::string> <urgent",
    "<a@b.io> <foo|bar> <#general> <!DOCTYPE html> <!x> <!x|> <@a b> <>",
    "<https://a.io b>".replace("https", "x-ftp:"),
    "<message mention C123>",
    "&amp".replace("&amp", "& amp"),
]

LINKS = [
    ("see https://a.io/x_y_z, or", "see [](https://a.io/x_y_z), or"),
    ("(https://a.io/b_(c))", "([](https://a.io/b_(c)))"),
    ("*https://a.io/x* **https://a.io**", "[](https://a.io/x) [](https://a.io)"),
    ("_https://a.io._ x", "[](https://a.io)<i>.</i> x"),
    ("https://a.io&gt; x", "[](https://a.io)> x"),
    ("<https://a.io b>", "<[](https://a.io) b>"),
    ("xhttps://a.io", "xhttps://a.io"),
    ("[text](https://a.io) ![alt](https://a.io/(p).png)", "[text](https://a.io) [alt](https://a.io/(p).png)"),
    ("[text](<https://a.io|a.io>) [x](y) [ ]", "[text](https://a.io) [x](y) [ ]"),
    ("`<https://a.io|a.io> x` `<b>`", "[<c>a.io</c>](https://a.io)<c> x</c> <c><b></c>"),
    ("`<https://a.io>`", "[<c>https://a.io</c>](https://a.io)"),
]

EMOJI = [
    (":+1::skin-tone-5: :fire::x:", ":+1=👍🏾: :fire=🔥::x=❌:"),
    ("12:30:fire: 5:100:5", "12:30:fire=🔥: 5:100:5"),
    ("cache:lock:7 de:us:fr a:us: b", "cache:lock:7 de:us:fr a:us: b"),
    (":custom_one: a:custom:b :Warning: ::", ":custom_one=: a:custom:b :Warning: ::"),
    ("great:tada:", "great:tada=🎉:"),
]

BLOCKS = [
    ("", ""),
    (" \n\n ", ""),
    ("a\nb\n\nc", "P(a\nb\n\nc)"),
    ("*no bold\nhere*", "P(*no bold\nhere*)"),
    ("&gt; a\n&gt;b\nc", "Q(P(a\nb)) P(c)"),
    (" > a", "Q(P(a))"),
    (">= 5", "P(>= 5)"),
    (">", ""),
    ("a\n&gt;&gt;&gt;b\n\nc\n&gt; d", "P(a) Q(P(b\n\nc\n> d))"),
    ("a ```b *c* `d````", "P(a) CODE(b *c* `d`)"),
    (
        "```\nx &amp; <https://a.io|a.io> <https://a.io|y> <https://b.io>\n```z",
        "CODE(x & a.io y (https://a.io) https://b.io) P(z)",
    ),
    ("```> x```", "CODE(> x)"),
    (">```\n>a\n> b```\n>c\nd", "Q(CODE(a\nb) P(c)) P(d)"),
    ("> a ```b``` c\nd", "Q(P(a) CODE(b) P(c)) P(d)"),
    ("``` ```", "CODE( )"),
    ("``````", "P(``````)"),
    ("• a\n• *b*", "UL(P(a); P(<b>b</b>))"),
    ("• only", "UL(P(only))"),
    ("- only", "P(- only)"),
    ("Labels:\n - a = 1\n - b = 2\nend", "P(Labels:) UL(P(a = 1); P(b = 2)) P(end)"),
    ("1. a\n2. b\n  - c\n  - d\n3. e", "OL1(P(a); P(b) UL(P(c); P(d)); P(e))"),
    ("3) a\n7) b", "OL3(P(a)) OL7(P(b))"),
    ("  - a\n- b", "UL(P(a)) UL(P(b))"),
    ("-- a\n-- b", "P(-- a\n-- b)"),
    ("x\u034f*y* \u034f* \u034f*", "P(x*y* * *)"),
    ("a\r\nb\x00\ud800", "P(a\nb)"),
    ("\u034f", ""),
]


@pytest.mark.parametrize(("text", "expected"), EMPHASIS + TOKENS + LINKS + EMOJI)
def test_a_line_becomes_spans(text: str, expected: str) -> None:
    assert line(mrkdwn.inline(text)) == expected


@pytest.mark.parametrize("text", LITERAL + VERBATIM)
def test_what_is_no_markup_stays_as_it_is(text: str) -> None:
    assert line(mrkdwn.inline(text)) == text


@pytest.mark.parametrize(("text", "expected"), BLOCKS)
def test_lines_become_blocks(text: str, expected: str) -> None:
    assert tree(mrkdwn.parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("&amp;lt;", "&lt;"),
        ("&amp;amp;", "&amp;"),
        ("&lt;&gt;&amp;", "<>&"),
        ("&quot;", "&quot;"),
        ("&lt;@U1&gt;", "<@U1>"),
    ],
)
def test_entities_are_decoded_exactly_once_and_never_make_a_token(text: str, shown: str) -> None:
    assert line(mrkdwn.inline(text)) == shown


def test_a_title_has_tokens_but_no_emphasis() -> None:
    assert line(mrkdwn.inline("*x* <https://a.io|a_b_>", NONE)) == "*x* [a_b_](https://a.io)"


def test_inline_keeps_code_in_a_field_as_code() -> None:
    assert line(mrkdwn.inline("a\n```b\nc```\nd ")) == "a\n<c>b\nc</c>\nd"


def test_plain_words_have_emoji_and_nothing_else() -> None:
    assert line(inline.words("*x* :fire: <@U1> a:b:c &amp; :no")) == "*x* :fire=🔥: <@U1> a:b:c & :no"
    assert line(inline.words(":fire:", emojis=False)) == ":fire:"
