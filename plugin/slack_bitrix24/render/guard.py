r"""Text that others wrote, made unable to act at Bitrix24: one function for each place that it goes to. No I/O.

The rules are those of Bitrix24's own server and web client (Bitrix24 server source, main 26.150, 2026-03). Neither
knows a way to write a literal code, so an invisible sign is put where something would begin to act, and nowhere else,
because people copy from what they read. The sign is U+2060 WORD JOINER: renderers ignore it, `trim()` of PHP and
JavaScript leave it alone, it allows no line break, and unlike U+200B hardly any sender writes it. The e-mail copy
decodes entities at its very end, so there "<" is written as one.

A batch's references (`$result[…]`) are the client's own matter: `bitrix24.calls.literal`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from slack_bitrix24.bitrix24.sendable import clean

JOINER = "\u2060"

# Every alternative begins with a plain character: so `re` skips all places where none of them can begin.
_CODE = r"""
    \[ (?i: (?=
        /? (?: b | i | u | s | url | call | code ) \] | /user\]
      | (?: br | like | dislike | put | send | img ) \]
      | (?: url | user | call | pch | rating | size | color | chat | context | icon | put | send | disk | date
          | timestamp ) [^\S\n]* =
      | (?: img | icon ) [^\S\n]+ \w+ [^\S\n]* =
    ) )
"""
_LINE_MARKS = r"""
  | \# (?: (?=BR\#) | \#\# (?=\#) )    # a line break in the server's own notation; its markers begin with four
  | --{52} (?=-)                       # 54 of them begin a quote
"""
_TAGS = r"""
      | < (?i: (?= /? (?: [bius] | br | hr | div | span ) \s* /? > | (?: br | hr | div | span | a | font ) \s
          | / (?: a | font ) > ) )
"""
_DECODED = r"& (?= (?: lt | gt | amp | quot | nbsp | \#39 ) ; )"
_READ = rf"""
      | {_DECODED}
      | \( (?= (?: C | R | T[Mm] | tM ) \) )
      | : (?= [0-9A-Fa-f]{{8}} : )
      | PHPSESSID (?= = \w{{32}} )
"""
_MESSAGE = re.compile(rf"{_CODE} {_LINE_MARKS} {_TAGS} {_READ}", re.VERBOSE)
# That the server reads HTML in a text of ATTACH as well is not ruled out by what is known of it.
_ATTACH = re.compile(rf"{_CODE} {_LINE_MARKS} {_TAGS} | & (?= nbsp; ) | \\ (?= [nt\"\\] )", re.VERBOSE)
_NAME = re.compile(r"\\(?=[nt\"\\])")
_MAIL_CODE = r"""
    \[ (?i: (?=
        /? (?: disk | document | color | font | size | left | right | center | list | code | quote | table | cut | img
          | pch | (?: [bius*] | br | url ) \] )
      | url [^\S\n]* = | rating [^\S\n]* =
    ) )
"""
_MAIL_TAG = r"< (?! \s )"
_MAIL = re.compile(rf"{_MAIL_CODE} | \# (?= BR\# ) | {_MAIL_TAG} | {_DECODED}", re.VERBOSE)
# A bot's message has no copy of its own for the mail: what acts in either is broken.
_BOT = re.compile(rf"{_CODE} | {_MAIL_CODE} {_LINE_MARKS} | {_MAIL_TAG} {_READ}", re.VERBOSE)
_FACE = re.compile(
    r"""(?: :(?:-?(?:[)(|/Do]|\{\})|~\(|[!?]:|(?:oops|cry|evil|shock|idea|facepalm):) | ;-?\) | 8-?\) | >:-(?:<|&lt;) )
        (?= [\s"<] | &lt; | $ )""",
    re.VERBOSE,
)
_BEFORE_FACE = frozenset(' \t\n\r\f\v\u00a0">')
_QUOTE_LINE = re.compile(r"((?:\s|\[/?(?:[bius]|url=[^\]]*|user=\d+)\])*>)(?=>)")
_COMMAND = re.compile(r"\s*(?=/(?:me|loud))")
_BOT_COMMAND = re.compile(r"\s*(?=/\w)")
_SKIPPED = "#SKIP#"  # as a whole MESSAGE_OUT: no e-mail at all

Guard = Callable[[str], str]
"""Takes a run of text as it was written, returns it with what would act in it broken."""


def _joined(found: re.Match[str]) -> str:
    return found[0] + JOINER


def message(text: str) -> str:
    """Return a run of MESSAGE: no code acts, no HTML, no entity, none of the portal's own marks."""
    return _MESSAGE.sub(_joined, clean(text))


def attach(text: str) -> str:
    r"""Return a run of an ATTACH text: no code acts, and a backslash stays one before n, t, a quote or another."""
    return _ATTACH.sub(_joined, clean(text))


def name(text: str) -> str:
    """Return a NAME of ATTACH. It is drawn as it is, but the server reads backslashes in every string of ATTACH."""
    return _NAME.sub(_joined, clean(text))


def bot(text: str) -> str:
    """Return a run of a bot's message: nothing acts where it is drawn, nor in its mail, which is made of the same.

    No HTML is read in it, and the mail ends at a "<": as an entity it is drawn, pushed and mailed (Bitrix24 server
    source, main 26.250, 2026-04).
    """
    return _BOT.sub(_mailed, clean(text))


def described(text: str, limit: int) -> str:
    """Return a text as the DESCRIPTION of a bot's ATTACH, which push and mail show of it: one line, cut at `limit`.

    The mail ends at a "<" before a letter, and the push decodes no entity: so a blank stands between.
    """
    flat = re.sub(r"<(?=\S)", "< ", re.sub("<$", f"< {JOINER}", short(" ".join(clean(text).split()), limit)))
    return name(_MAIL.sub(_joined, flat))


def mail(text: str) -> str:
    """Return a whole MESSAGE_OUT: nothing is taken for a tag or a code, and it never says "no e-mail"."""
    made = _MAIL.sub(_mailed, clean(text))
    return "#" + JOINER + made[1:] if made == _SKIPPED else made


def _mailed(found: re.Match[str]) -> str:
    return "&lt;" if found[0] == "<" else found[0] + JOINER


def bot_line(rendered: str) -> str:
    """Return a rendered line of a bot's message, which is besides no command of another bot."""
    return _begun(_BOT_COMMAND, line(rendered))


def line(rendered: str) -> str:
    """Return a rendered line that begins no quote, be it behind blanks or our own codes, and in which no face is drawn.

    A face is what the web client makes a picture of (a new portal's set; a portal may have others): between blanks,
    quotes and the ends of a line only.
    """
    if ">>" in rendered and (found := _QUOTE_LINE.match(rendered)):
        rendered = found[1] + JOINER + rendered[found.end() :]
    return _FACE.sub(_face, rendered)


def _face(found: re.Match[str]) -> str:
    start = found.start()
    return JOINER + found[0] if not start or found.string[start - 1] in _BEFORE_FACE else found[0]


def whole(rendered: str) -> str:
    """Return a whole rendered text, which the web client must not take for the command /me or /loud."""
    return _begun(_COMMAND, rendered)


def _begun(command: re.Pattern[str], rendered: str) -> str:
    found = command.match(rendered)
    return rendered[: found.end()] + JOINER + rendered[found.end() :] if found else rendered


def restored(text: str) -> str:
    """Return the text as it was written, without what this module put in."""
    return text.replace(JOINER, "")


def short(text: str, limit: int) -> str:
    """Return the text in at most `limit` characters, ending in "…" where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
