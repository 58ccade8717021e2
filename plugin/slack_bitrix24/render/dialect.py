"""What MESSAGE and ATTACH allow: which codes, which quotes, and how foreign text is made safe. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace

from slack_bitrix24.render import guard as guards
from slack_bitrix24.render.guard import Guard

_CODES = (("bold", "[b]", "[/b]"), ("italic", "[i]", "[/i]"), ("underline", "[u]", "[/u]"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """`styles` are (attribute of `Text`, opening, closing); `quote` stands before each quoted line.

    `fenced`: code of several lines stands between fences, as who wrote it typed them. `pictures`: a link that is
    labelled with a picture's address is drawn as the picture, and its words are gone. `line` guards a rendered line.
    """

    guard: Guard
    styles: tuple[tuple[str, str, str], ...]
    quote: str
    fenced: bool
    pictures: bool = False
    line: Guard = guards.line


# The push drops what stands in [s] and [code] (Bitrix24 server source, main 26.150, 2026-03), and [code] is a block of
# its own wherever it stands: so the words go out in Slack's own marks.
MESSAGE = Dialect(guards.message, (*_CODES, ("strike", "~", "~")), quote=">>", fenced=True)
ATTACH = Dialect(guards.attach, (*_CODES, ("strike", "[s]", "[/s]")), quote="│ ", fenced=False, pictures=True)
"""Its documentation names neither [code] nor quotes: USER CHAT SEND PUT CALL BR B U I S URL act."""

# A bot's push has a sign in place of each quoted line (Bitrix24 server source, main 26.250, 2026-04).
BOT = replace(MESSAGE, guard=guards.bot, quote=ATTACH.quote, line=guards.bot_line)


def within(dialect: Dialect) -> Dialect:
    """Return the dialect of what stands in a quote or a list: `>>` acts at the start of a line only, and once."""
    return replace(dialect, quote=ATTACH.quote, fenced=False)
