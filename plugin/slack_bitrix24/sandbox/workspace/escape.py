"""What Slack makes of the text of a slash command with `should_escape` on. No I/O.

https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re

from slack_bitrix24.sandbox.workspace.people import Names

TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"*_~`])"
    r"|(?<![\w@.])@(?P<at>[\w.-]+)"
    r"|(?<![\w#&])#(?P<hash>[\w-]+)"
    r"|(?P<char>[&<>])"
)
BROADCASTS = ("here", "channel", "everyone")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str) -> str:
    """Replace the three characters that Slack escapes."""
    return "".join(ENTITIES.get(char, char) for char in text)


def split_name(word: str, known: set[str]) -> tuple[str, str]:
    """Return the longest known name that `word` begins with at a dot or dash, and what is left of the word."""
    end = len(word)
    while end and word[:end] not in known:
        end = max(word.rfind(".", 0, end), word.rfind("-", 0, end), 0)
    return word[:end], word[end:]


def mention(word: str, names: Names) -> str | None:
    """Return the escaped form of "@word", or None where nobody is called that."""
    name, rest = split_name(word, {*names.users, *names.groups, *BROADCASTS})
    if name in names.users:
        return f"<@{names.users[name]}|{name}>{rest}"
    if name in names.groups:
        return f"<!subteam^{names.groups[name]}|@{name}>{rest}"
    return f"<!{name}>{rest}" if name else None


def channel(word: str, names: Names) -> str | None:
    """Return the escaped form of "#word", or None where no channel is called that; a private one has no name in it."""
    if word not in names.channels:
        return None
    channel_id, is_private = names.channels[word]
    return f"<#{channel_id}|{'' if is_private else word}>"


def escape_command(text: str, names: Names) -> str:
    """Return the `text` of the command's payload for what a person typed."""

    def replace(match: re.Match[str]) -> str:
        if match["url"]:
            return f"<{escape(match['url'])}>"
        if match["at"]:
            return mention(match["at"], names) or match[0]
        if match["hash"]:
            return channel(match["hash"], names) or match[0]
        return ENTITIES[match["char"]]

    return TOKEN.sub(replace, text)
