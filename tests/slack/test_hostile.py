"""Whatever comes in, nothing raises, no word is lost, and the time grows with the length alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slack_bitrix24.document import Blocks
from slack_bitrix24.plain import plain
from slack_bitrix24.slack.messages import lenient, markdown, mrkdwn
from slack_bitrix24.slack.messages.event import read_event
from slack_bitrix24.slack.messages.payload import Post, read

KEYS = [
    "accessory", "actions", "alt_text", "attachments", "author_link", "author_name", "axis_config", "blocks",
    "body", "border", "bot_profile", "call", "channel", "chart", "child_blocks", "color", "data", "details",
    "elements", "emoji", "event", "fallback", "fields", "files", "footer", "from_url", "image_url", "indent",
    "is_share", "label", "message", "message_blocks", "mrkdwn", "name", "offset", "options", "output",
    "payload", "pretext", "previous_message", "rich_text_title", "rows", "series", "short", "size",
    "slack_file", "style", "subtype", "tasks", "text", "thumb_url", "timestamp", "title", "title_link", "ts",
    "type", "unicode", "url", "url_private", "user", "user_id", "v1", "value",
]  # fmt: skip
KINDS = [
    "actions", "alert", "call", "card", "carousel", "channel", "container", "context", "data_table",
    "data_visualization", "date", "emoji", "file", "header", "image", "input", "link", "markdown", "message",
    "message_changed", "mrkdwn", "overflow", "plain_text", "plan", "rich_text", "rich_text_list",
    "rich_text_preformatted", "rich_text_quote", "rich_text_section", "section", "table", "task_card", "text",
    "user", "usergroup", "video",
]  # fmt: skip
WORDS = [
    "*", "_", "~", "`", "```", "<", ">", "|", "<@U024BE7LH>", "<https://a.io|", "&amp;", "\n", " ", "- a",
    "1. b", ":x:", "https://a.io", "[a](", ")", "\ud800", "¯",
]  # fmt: skip

MARKUP = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=30).map("".join)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(KINDS) | MARKUP
SLACKISH = st.recursive(
    LEAVES,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inside, max_size=6),
    max_leaves=25,
)
KINDLY = st.recursive(
    LEAVES,
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.builds(
            lambda kind, fields: {**fields, "type": kind},
            st.sampled_from(KINDS),
            st.dictionaries(st.sampled_from(KEYS), inside, max_size=5),
        )
    ),
    max_leaves=25,
)
FEW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def storable(post: Post) -> None:
    """Hold a post to what every store and renderer needs."""
    post.visible.encode()
    assert "\x00" not in post.visible
    assert len(set(post.mentions)) == len(post.mentions)
    assert plain(post.document) == post.visible


@FEW
@given(SLACKISH | KINDLY)
def test_no_json_raises(body: Any) -> None:
    storable(read(body))
    storable(read({"blocks": body}))
    storable(read({"attachments": [body], "text": body}))
    read_event({"type": "message", "channel": "C1", "ts": "1", "text": body, "files": body})
    read_event(
        {"type": "message", "subtype": "message_changed", "channel": "C1", "message": body, "previous_message": body}
    )


@pytest.mark.parametrize("key", KEYS)
def test_no_depth_raises(key: str) -> None:
    for kind in ("rich_text", "rich_text_list", "container", "context", "table", "hologram", ""):
        deep: Any = "bottom"
        for level in range(1500):
            deep = {"type": kind, key: [deep] if level % 2 else deep}
        storable(read(deep))
        storable(read({"blocks": [deep], "attachments": [deep, {key: deep}], "text": deep, "files": deep}))
        read_event(
            {
                "type": "message",
                "subtype": "message_changed",
                "channel": "C1",
                "message": deep,
                "previous_message": deep,
            }
        )


@FEW
@given(MARKUP.map(lenient.clean))
def test_no_word_of_mrkdwn_is_lost(text: str) -> None:
    said = re.sub(r"<[^<>]*>|:[\w+'-]+:|&[lg]t;|&amp;|https?://\S*", " ", text).casefold()
    shown = "".join(re.findall(r"[a-z0-9]+", plain(mrkdwn.parse(text)).casefold()))
    assert [word for word in re.findall(r"[a-z0-9]{2,}", said) if word not in shown] == []


@FEW
@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="*_~`<>&:[]|\u034f\r", exclude_categories=["Cc"]))
)
def test_text_without_marks_comes_through_unchanged(text: str) -> None:
    assert plain(mrkdwn.parse(f"x {text} x")) == f"x {text} x"


LENGTH = 40_000  # characters: where Slack itself cuts a message
HOSTILE = [
    "<", ">", "<@", "`", "``` ", "`a\n", "*", "*a ", "*a* ", "*_~", "*_~a~_* ", ":", ":a", ":a:", "[", "[a](http://x",
    "[a](http://x(((", "https://", "http://x)", ".*_", "&amp;", "\n", ">\n", "- a\n", "1. a\n", "<!date^1^", "<a.b|",
    " ", "|a", "|a|\n", "|:-:", "# ", "- ", "```a````b", "<http://a\n", "\u034f*", "a.b-", "~", "<!a^",
]  # fmt: skip


@pytest.mark.parametrize("text", [piece * (LENGTH // len(piece)) for piece in HOSTILE], ids=HOSTILE)
@pytest.mark.parametrize("parse", [mrkdwn.parse, markdown.parse], ids=["mrkdwn", "markdown"])
def test_forty_thousand_hostile_characters_take_less_than_a_fifth_of_a_second(
    parse: Callable[[str], Blocks], text: str
) -> None:
    def seconds(length: int) -> float:
        start = time.process_time()
        parse(text[:length])
        return time.process_time() - start

    # A busy machine is told from a quadratic step, which would be 64 times as slow, by an eighth of the text.
    if seconds(LENGTH) >= 0.2:
        whole, part = (min(seconds(length) for _ in range(3)) for length in (LENGTH, LENGTH // 8))
        assert whole < max(0.2, 24 * part)
