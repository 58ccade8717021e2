r"""Text that others wrote, made unable to act as Bitrix24 markup. No I/O.

Bitrix24 documents no way to write a literal code (apidocs.bitrix24.com, message formatting), so an invisible character
is put where a code would begin to act, and nowhere else: "[FIRING:1]" and "a[0]" stay as they are. The character is
U+2060 WORD JOINER: renderers ignore it, `trim()` of PHP and JavaScript leave it alone, it allows no line break, and
unlike U+200B hardly any sender writes it, so taking it out gives back what was written.
"""

from __future__ import annotations

import re

from slack_bitrix24.bitrix24.sendable import clean

JOINER = "\u2060"

_BLANK = r"[^\S\n]*"
_CODE = re.compile(
    rf"""\[ (?= /? {_BLANK} (?:
        (?: b | i | u | s | br | code ) {_BLANK} /? {_BLANK} \]
      | (?: size | color | url | user | chat | context | img | icon | put | send | call | timestamp | disk )
        (?: {_BLANK} [=\]] | [^\S\n]+ \w+ {_BLANK} = )
    ) )""",
    re.IGNORECASE | re.VERBOSE,
)
_CODE_END = re.compile(rf"\[(?=/{_BLANK}code{_BLANK}\])", re.IGNORECASE)
_QUOTE_BLOCK = re.compile(r"-{5}(?=-)")
_QUOTE_LINE = re.compile(
    r"^((?:\s|\[/?(?:[bius]|url=[^\]]*|user=\d+|call=[^\]]*)\])*>)(?=>)",
)


def neutral(text: str) -> str:
    """Return the text with all that would act as a code or a quote block broken; see `unquoted` for quote lines.

    A run of six hyphens or more is broken wherever it stands: where it acts is not documented.
    """
    return _QUOTE_BLOCK.sub("-----" + JOINER, _CODE.sub("[" + JOINER, clean(text)))


def neutral_code(text: str) -> str:
    """Return text to stand between [code] and [/code]: only a closing code acts there."""
    return _CODE_END.sub("[" + JOINER, clean(text))


def unquoted(line: str) -> str:
    """Return a rendered line that can't begin with ">>", be it behind blanks or our own codes."""
    return _QUOTE_LINE.sub(r"\1" + JOINER, line)


def restored(text: str) -> str:
    """Return the text as it was written, without what this module put in."""
    return text.replace(JOINER, "")


def short(text: str, limit: int) -> str:
    """Return the text in at most `limit` characters, ending in "…" where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
