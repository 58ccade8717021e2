"""What this year's releases of real senders write is read as Slack shows it."""

from __future__ import annotations

import pytest

from notation import tree
from slack_bitrix24.slack.messages import mrkdwn
from slack_bitrix24.slack.messages.payload import read

ZERO = "\u200b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a {ZERO}*b*{ZERO} c", f"P(a {ZERO}<b>b</b>{ZERO} c)"),
        (f"{ZERO}_b_{ZERO}", f"P({ZERO}<i>b</i>{ZERO})"),
        (f"a {ZERO}~b~{ZERO}.", f"P(a {ZERO}<s>b</s>{ZERO}.)"),
        (f"*b{ZERO}*", f"P(<b>b{ZERO}</b>)"),
        (f"*{ZERO}b* c", f"P(<b>{ZERO}b</b> c)"),
        (f"{ZERO}*a*{ZERO} {ZERO}_b_{ZERO}", f"P({ZERO}<b>a</b>{ZERO} {ZERO}<i>b</i>{ZERO})"),
    ],
)
def test_slackify_markdown_wraps_marks_in_zero_width_spaces(text, expected):
    """npm's slackify-markdown 5.0.0."""
    assert tree(mrkdwn.parse(text)) == expected


@pytest.mark.parametrize("sign", ["`", "*", "_", "~", "```"])
def test_jsx_slack_writes_a_sign_as_the_fallback_of_a_date(sign):
    """jsx-slack 6.1.2: so that it does not act."""
    token = f"<!date^00000000^{{_}}|{sign}>"
    assert tree(mrkdwn.parse(f"`a {token} b`")) == f"P(<c>a {sign} b</c>)"
    assert tree(mrkdwn.parse(f"`{token}`")) == f"P(<c>{sign}</c>)"


@pytest.mark.parametrize("blank", ["\u2007", "\u00a0", " ", "\t"])
def test_nested_lists_are_indented_with_any_blank(blank):
    assert tree(mrkdwn.parse(f"• a\n{blank * 4}◦ b\n• c")) == "UL(P(a) UL(P(b)); P(c))"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"markdown_text": "**a**"}, "P(<b>a</b>)"),
        ({"markdown_text": "# T\n\n- a\n- b", "channel": "C1"}, "H(T) UL(P(a); P(b))"),
        ({"markdown_text": "a", "text": ""}, "P(a)"),
        ({"markdown_text": "|h|\n|-|\n|a|"}, "TH(h / a)"),
        ({"markdown_text": "~~a~~ `b`"}, "P(<s>a</s> <c>b</c>)"),
        ({"payload": '{"markdown_text": "*a*"}'}, "P(<i>a</i>)"),
    ],
)
def test_markdown_text_is_a_text(body, shown):
    """chat.postMessage of slack_sdk 3.48 and @slack/web-api 8.2."""
    assert tree(read(body).document.blocks) == shown
