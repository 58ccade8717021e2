"""Rendering takes time in proportion to its input, on both sides of every limit: steps are counted, not the time."""

from __future__ import annotations

import sys

import pytest

from slack_bitrix24.document import (
    Author,
    Card,
    Code,
    Divider,
    Document,
    Field,
    Fields,
    File,
    Heading,
    Image,
    Items,
    Link,
    Paragraph,
    Quote,
    Table,
    Text,
    Unsupported,
)
from slack_bitrix24.render.attach import compose

HTTP = "https://e.com/x"


LINE = "a line of a message that somebody wrote to somebody else"


def words(text):
    return (Text(text),)


def say(text):
    return Paragraph(words(text))


def nested(count):
    block = Items(((say(LINE),),))
    for _ in range(min(count, 14)):
        block = Items(((say(LINE), block),))
    return (block,) * (count // 14 + 1)


KINDS = {
    "paragraphs": lambda n: tuple(say(f"{LINE} {i}") for i in range(n)),
    "lines": lambda n: (say(f"{LINE}\n" * n),),
    "styles": lambda n: (Paragraph(tuple(Text(f"w{i} ", bold=bool(i % 2), strike=i % 3 == 0) for i in range(n))),),
    "links": lambda n: (Paragraph(tuple(Link(HTTP, words(f"w{i} ")) for i in range(n))),),
    "numbered": lambda n: (Items(tuple((say(f"{LINE} {i}"),) for i in range(n)), ordered=True),),
    "many lists": lambda n: tuple(Items(((say(LINE),), (say(LINE),))) for _ in range(n // 2)),
    "nested": nested,
    "code": lambda n: (Code(f"{LINE}\n" * n),),
    "codes": lambda n: tuple(Code(f"{LINE}\n{LINE}") for _ in range(n // 2)),
    "quote": lambda n: (Quote(tuple(say(LINE) for _ in range(n))),),
    "quotes": lambda n: tuple(Quote((say(LINE),)) for _ in range(n)),
    "headings": lambda n: tuple(Heading(words(LINE), HTTP) for _ in range(n)),
    "table": lambda n: (Table(tuple((words("a"), words("b"), words("c")) for _ in range(n)), header=True),),
    "fields": lambda n: (Fields(tuple(Field(words("a"), words("b"), short=True) for _ in range(n))),),
    "cards": lambda n: tuple(Card((Heading(words("T")), say(LINE)), "#d00000") for _ in range(n)),
    "pictures": lambda n: tuple(Image(HTTP, "p") for _ in range(n)),
    "files": lambda n: tuple(File("f", HTTP) for _ in range(n)),
    "authors": lambda n: tuple(Author("A", url=HTTP) for _ in range(n)),
    "lines across": lambda n: tuple(block for _ in range(n // 2) for block in (Divider(), say(LINE))),
    "unknown": lambda n: (Unsupported("new", tuple(f"{LINE} {i}" for i in range(n))),),
    "guarded": lambda n: (say("[b] <i> &lt; #### :) /me\n" * n),),
    "backslashes": lambda n: (Fields((Field(words("t"), words("C:\\new\\" * n)),)),),
    "hyphens": lambda n: (say("-" * n),),
    "number signs": lambda n: (say("#" * n),),
}


def steps(blocks, link):
    """Count the calls, of Python's own functions too: each is asked about a part of the input."""
    count = 0

    def counting(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        compose(Document(blocks), link=link)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("kind", KINDS)
def test_sixteen_times_as_much_takes_about_as_many_steps_for_each_line(kind):
    """The sizes lie on both sides of MESSAGE's and of ATTACH's limit. What crosses one is looked at a few times."""
    link = ("Open in Slack", "https://slack.example/p1")
    rates = [steps(KINDS[kind](many), link) / many for many in (150, 600, 2_400)]
    assert max(rates) <= 8 * min(rates) + 10, rates
