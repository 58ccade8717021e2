"""Slack's emoji names to the characters themselves. No I/O but the `emoji` package's own data file.

Slack's names are those of https://github.com/iamcal/emoji-data; the package knows GitHub's, which differ in the
cases below. A name that none of them knows is a workspace's own emoji and stays `:name:`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from emoji import EMOJI_DATA

from slack_bitrix24.document import Emoji
from slack_bitrix24.slack.messages.emoji_names import NAMES

_TONES = ("\U0001f3fb", "\U0001f3fc", "\U0001f3fd", "\U0001f3fe", "\U0001f3ff")
_JOINER = "\u200d"
_WIDE = "\ufe0f"
_FAMILY = {"man": "👨", "woman": "👩", "boy": "👦", "girl": "👧", "heart": "❤️", "kiss": "❤️\u200d💋"}
_FULLY_QUALIFIED = 2
_NAME = re.compile(r":?([^:]+):?(?::skin-tone-([2-6]):?)?")


@lru_cache(maxsize=1024)
def named(name: str) -> Emoji:
    """Return the emoji of a name: `wave`, `:wave:`, `wave::skin-tone-3`."""
    found = _NAME.fullmatch(name.strip())
    if not found:
        return Emoji(name.strip(":"))
    bare, tone = found.groups()
    characters = _characters(bare)
    return Emoji(bare, _toned(characters, int(tone)) if tone and characters else characters)


def coded(name: str, codes: str, tone: int = 0) -> Emoji:
    """Return an emoji by its code points in hexadecimal, `1f44d-1f3fd`; by its name where they make no sense."""
    try:
        characters = "".join(chr(int(code, 16)) for code in codes.split("-"))
        characters.encode()
    except (ValueError, OverflowError):
        characters = ""
    return Emoji(name, _toned(characters or _characters(name), tone))


def _characters(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    names = _names()
    plain = name.replace("-", "_")
    for candidate in (name, plain, _person(plain), plain.removeprefix("large_"), plain + "_face"):
        if candidate in names:
            return names[candidate]
    return _flag(name) or _family(name)


def _person(name: str) -> str:
    return re.sub(r"^female_", "woman_", re.sub(r"^male_", "man_", name))


def _flag(name: str) -> str:
    found = re.fullmatch(r"flag-([a-z])([a-z])", name)
    return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in found.groups()) if found else ""


def _family(name: str) -> str:
    people = [_FAMILY.get(part) for part in name.split("-")]
    return _JOINER.join(filter(None, people)) if len(people) > 1 and all(people) else ""


def _toned(characters: str, tone: int) -> str:
    if not 2 <= tone <= 6 or not characters:
        return characters
    base, rest = characters[0], characters[1:].removeprefix(_WIDE)
    toned = base + _TONES[tone - 2] + rest
    return toned if toned in EMOJI_DATA else characters


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    known = [(characters, data) for characters, data in EMOJI_DATA.items() if data["status"] <= _FULLY_QUALIFIED]
    for characters, data in known:
        for alias in data.get("alias", ()):
            names.setdefault(alias.strip(":"), characters)
    for characters, data in known:
        names.setdefault(data["en"].strip(":").lower(), characters)
    return names
