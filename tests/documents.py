"""Documents of every shape for Hypothesis, hostile texts and addresses among them."""

from __future__ import annotations

from hypothesis import strategies as st

from slack_bitrix24.document import (
    Author,
    Card,
    Code,
    Date,
    Divider,
    Document,
    Emoji,
    Field,
    Fields,
    File,
    Heading,
    Image,
    Items,
    Link,
    Mention,
    Paragraph,
    Quote,
    Table,
    Text,
    Unsupported,
)
from slack_bitrix24.render.guard import JOINER

BITS = [
    "[", "]", "[/", "=", "b]", "[b]", "[/b]", "[B]", "[url=", "[url]", "[/url]", "http://x/", "[user=all]", "[/user]",
    "[user=", "7", "[send=/x]", "[put=y]", "[call]", "[call=1]", "[code]", "[/code]", "[/CODE]", "[br]", "[disk=3]",
    "[timestamp=1 format=X]", "[img size=small]", "[ICON=http://x size=20]", "[size=30]", "[color=#f00]", "[chat=1]",
    "[context=chat1/2]", ">", ">>", "-", "------", "-" * 54, "\n", "\r\n", "\r", " ", "a", "слово", "[FIRING:1]",
    "\U0001f469\u200d\U0001f52c", "a[0]", "`", "*", "\x00", "@here", "•",
]  # fmt: skip
URLS = [
    "https://example.com/a", "http://grafana:3000/x|y", "https://e.com/[b]x[/b]?q=1 2", "https://e.com/" + "-" * 20,
    "mailto:a@b.c", "tel:+375 29 1", "javascript:alert(1)", "data:image/png;base64,<long>", "slack://x", "?orgId=1",
    "/company/personal/user/1/", "//evil.example/x", "/\\evil", "http://[::1]/", "null", "", " ", "https://",
    "https://e.com/<long>", 'https://e.com/"><[/url][user=all]', "HTTPS://E.com/\n[url]",
]  # fmt: skip

hostile = st.one_of(st.lists(st.sampled_from(BITS), max_size=6).map("".join), st.text(max_size=12))
texts = hostile.map(lambda text: text.replace(JOINER, ""))
urls = st.one_of(st.sampled_from(URLS).map(lambda url: url.replace("<long>", "A" * 9000)), texts)
style = st.booleans()
runs = st.builds(Text, texts, style, style, style, style, style)
emoji = st.builds(Emoji, texts, texts)
spans = st.lists(
    st.one_of(
        runs,
        emoji,
        st.builds(Link, urls, st.lists(st.one_of(runs, emoji), max_size=2).map(tuple)),
        st.builds(
            Mention,
            st.sampled_from(["user", "group", "channel", "broadcast"]),
            texts,
            texts,
            st.sampled_from([None, 0, 7]),
        ),
        st.builds(Date, st.integers(-(10**18), 10**18), texts, texts, urls),
    ),
    max_size=4,
).map(tuple)
leaves = st.one_of(
    st.builds(Paragraph, spans),
    st.builds(Heading, spans, urls),
    st.builds(Code, texts),
    st.builds(Table, st.lists(st.lists(spans, max_size=3).map(tuple), max_size=3).map(tuple), style),
    st.builds(Fields, st.lists(st.builds(Field, spans, spans, style), max_size=3).map(tuple)),
    st.builds(Image, urls, texts, st.integers(-1, 900), st.integers(-1, 900), urls),
    st.builds(File, texts, urls, st.one_of(st.none(), st.integers(-1, 10**9))),
    st.builds(Author, texts, urls, urls),
    st.just(Divider()),
    st.builds(Unsupported, texts, st.lists(texts, max_size=2).map(tuple)),
)
colors = st.sampled_from(["", "#d00000", "#36a64f", "#daa038", "#999999", "good", "#345"])


def _around(inner):
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Quote, several),
        st.builds(Items, st.lists(several, max_size=3).map(tuple), style, st.integers(0, 20)),
        st.builds(Card, several, colors),
    )


blocks = st.recursive(leaves, _around, max_leaves=8)
documents = st.builds(Document, st.lists(blocks, max_size=6).map(tuple))
