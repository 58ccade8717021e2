"""Whether a text says something that stands nowhere else. No I/O."""

from __future__ import annotations

from slack_bitrix24.document import Blocks
from slack_bitrix24.plain import plain


def says_nothing_new(text: Blocks, beside: Blocks) -> bool:
    """Return whether all words of a text stand in the blocks beside it."""
    return words(text) <= words(beside)


def words(shown: Blocks) -> set[str]:
    """Return the words of blocks, without regard to case and marks."""
    letters = (character if character.isalnum() else " " for character in plain(shown).casefold())
    return set("".join(letters).split())
