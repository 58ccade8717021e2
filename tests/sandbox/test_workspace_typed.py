"""What a typed text becomes: the command's escaped text, the message's rich text and mrkdwn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.sandbox.workspace.escape import escape_command
from slack_bitrix24.sandbox.workspace.people import Channel, Names, cast
from slack_bitrix24.sandbox.workspace.typed import mrkdwn, rich_text

USERS, GROUPS, CHANNELS = cast()
NAMES = Names.of(USERS, GROUPS, [*CHANNELS, Channel("C0SECRET", "secret", is_private=True)])


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@anna hi", "<@U024BE7LH|anna> hi"),
        ("hi @anna.", "hi <@U024BE7LH|anna>."),
        ("(@bob)", "(<@U0G9QF9C6|bob>)"),
        ("@anna-maria", "<@U024BE7LH|anna>-maria"),
        ("mail anna@example.com", "mail anna@example.com"),
        ("@devs @here @nobody", "<!subteam^S0614TZR7|@devs> <!here> @nobody"),
        ("#alerts #secret #nowhere", "<#C0ALERTS|alerts> <#C0SECRET|> #nowhere"),
        ("see https://a.example/x?y=1&z=2.", "see <https://a.example/x?y=1&amp;z=2>."),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<@U024BE7LH>", "&lt;@U024BE7LH&gt;"),
        ("*bold* `code`", "*bold* `code`"),
    ],
)
def test_a_command_is_escaped_as_slack_does_it(typed, text):
    assert escape_command(typed, NAMES) == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("*b* _i_ ~s~ `c`", "*b* _i_ ~s~ `c`"),
        ("*_both_*", "*_both_*"),
        ("@anna, see #alerts & @devs", "<@U024BE7LH>, see <#C0ALERTS> &amp; <!subteam^S0614TZR7>"),
        ("@channel https://a.example/x", "<!channel> <https://a.example/x>"),
        ("- one\n- two\n    - deep", "• one\n• two\n    • deep"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("> quoted\n> more\nafter", "&gt; quoted\n&gt; more\nafter"),
        ("```\nx < 1\n```", "```\nx &lt; 1\n```"),
        ("a_b_c 2*3*4", "a_b_c 2*3*4"),
        (":fire: :no-such-emoji:", ":fire: :no-such-emoji:"),
        ("@nobody #nowhere", "@nobody #nowhere"),
    ],
)
def test_a_message_has_slacks_mrkdwn_beside_its_rich_text(typed, text):
    assert mrkdwn(rich_text(typed, NAMES)) == text


def test_a_message_has_rich_text_with_styles_mentions_emoji_lists_and_quotes():
    block = rich_text("Hi @bob *_now_* :fire:\n- db\n> said\n```x```", NAMES)
    section, items, quote, code = block["elements"]
    assert section["elements"] == [
        {"type": "text", "text": "Hi "},
        {"type": "user", "user_id": "U0G9QF9C6"},
        {"type": "text", "text": " "},
        {"type": "text", "text": "now", "style": {"bold": True, "italic": True}},
        {"type": "text", "text": " "},
        {"type": "emoji", "name": "fire", "unicode": "1f525"},
    ]
    assert (items["style"], items["elements"][0]["elements"]) == ("bullet", [{"type": "text", "text": "db"}])
    assert quote["elements"] == [{"type": "text", "text": "said"}]
    assert code == {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}], "border": 0}


@given(st.text(alphabet="ab @#<>&*_~`:-1.\n/", max_size=60))
def test_whatever_is_typed_leaves_no_raw_angle_bracket_outside_of_tokens(typed):
    text = mrkdwn(rich_text(typed, NAMES))
    assert "<" not in text
    assert "<" not in escape_command(typed, NAMES)
