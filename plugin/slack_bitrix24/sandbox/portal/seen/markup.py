"""PHP's strip_tags: what it takes for markup. No I/O.

https://www.php.net/manual/en/function.strip-tags.php; a test compares it with PHP 8.2.
"""

from __future__ import annotations

TEXT, TAG, DECLARATION, COMMENT, PROGRAM = "text", "tag", "declaration", "comment", "program"


def strip_tags(text: str) -> str:
    """Return a text without markup: a `<` that no blank follows takes all up to its `>`, or to the end."""
    out: list[str] = []
    inside = _Markup()
    for place, sign in enumerate(text):
        opens = sign == "<" and not text[place + 1 : place + 2].isspace()
        if inside.state != TEXT:
            inside.read(sign, text[max(0, place - 2) : place], opens=opens)
        elif opens:
            inside = _Markup(TAG)
        elif sign != "\0":
            out.append(sign)
    return "".join(out)


class _Markup:
    """Where the reader is: in which kind of markup, how deep, within which quote."""

    def __init__(self, state: str = TEXT) -> None:
        self.state, self.depth, self.quote = state, 0, ""

    def read(self, sign: str, before: str, *, opens: bool) -> None:
        """Take one more sign, knowing the two before it and whether it opens a tag."""
        if sign in "\"'" and self.state != COMMENT:
            self.quote = "" if self.quote == sign else self.quote or sign
        elif opens and self.state == TAG and not self.quote:
            self.depth += 1
        elif sign == ">":
            self._close(before)
        elif self.state == TAG and before[-1:] == "<":
            self.state = {"!": DECLARATION, "?": PROGRAM}.get(sign, TAG)
        elif sign == "-" and self.state == DECLARATION and before == "!-":
            self.state, self.quote = COMMENT, ""

    def _close(self, before: str) -> None:
        ends = {COMMENT: before == "--", PROGRAM: before[-1:] == "?"}
        if self.depth:
            self.depth -= 1
        elif not self.quote and ends.get(self.state, True):
            self.state = TEXT
