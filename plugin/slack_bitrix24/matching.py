"""Regular expressions of the configuration, searched in texts of strangers: in time that grows with the text alone.

Python's own engine tries again and again where a pattern leaves it a choice, and holds the interpreter's lock: one
letter would stop every thread. Rust's `regex`, which pydantic carries, walks the text once whatever the pattern says
(https://docs.rs/regex/latest/regex/#untrusted-input); its word boundaries know Cyrillic, which RE2's do not. No I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

LONGEST_PATTERN = 1000
LONGEST_SEARCHED = 20_000
"""Characters; an alert that says what it is about says it before."""

_REFERENCE = "references back to a group are not taken; write the alternatives out"
_OCTAL = r"octal numbers are not taken; write \x41, \n or \t"
_CLASS = "in [ ] a - that is meant as such stands at the end, a ] as \\]"

# What the engine says, how the place begins at which it says so, and the way round.
_WAYS_ROUND = (
    ("look-around", "", 'look-ahead and look-behind are not taken; write what must not stand in it as unless = "…"'),
    ("backreference", r"\\0|\\[1-7][0-7]{2}", _OCTAL),
    ("backreference", "", _REFERENCE),
    ("unrecognized flag", "P=", _REFERENCE),
    ("unrecognized flag", ">", "nothing is ever gone back over here; write (?:…) in place of (?>…)"),
    ("unrecognized flag", "#", "a comment is written (?x) at the beginning and # behind the pattern"),
    ("unrecognized flag", r"\(", "conditions are not taken; write both ways out as alternatives"),
    ("unrecognized flag", r"&|R|[+-]?[0-9]|P?>", "a pattern can't call itself; write the part out again"),
    ("unrecognized flag", "'", "a group with a name is written (?P<name>…)"),
    ("unrecognized flag", "", "of (?…) it takes the flags i, m, s, x and groups (?:…) and (?P<name>…)"),
    ("unrecognized escape", r"\\[ZG]", r"the end of the text is \z, its beginning \A"),
    ("unrecognized escape", r"\\[hH]", r"a blank is written [ \t] or \s"),
    ("unrecognized escape", r"\\R", r"the end of a line is written \r?\n"),
    ("unrecognized escape", r"\\[QE]", r"a \ stands before each character that is meant as such"),
    ("unrecognized escape", "", r"a letter with \ that means nothing here; to mean the letter, leave \ out"),
    ("size limit", "", "it counts too high; write + or * in place of large {n,m}"),
    ("quantifier expects", "", "a count is written {n}, {n,} or {n,m}; a { that is meant as such \\{"),
    ("unclosed counted", "", "a count is written {n}, {n,} or {n,m}; a { that is meant as such \\{"),
    ("missing expression", "", r"*, +, ? and { repeat what stands before; meant as such they are \*, \+, \?, \{"),
    ("unclosed group", "", r"unclosed group; a bracket that is meant as such is \("),
    ("unopened group", "", r"unopened group; a bracket that is meant as such is \)"),
    ("unclosed character class", "", r"unclosed character class; a bracket that is meant as such is \["),
    ("range", "", _CLASS),
)
_CARET = re.compile(r" *\^+(?: +\^+)*")
_FLAGS_AT_THE_END = re.compile(r"(?<!\\)\(\?[a-zA-Z-]+\)$")


class PatternError(ValueError):
    """The pattern is none, or one that needs going back; the text says which, and the way round."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression as https://docs.rs/regex/latest/regex/#syntax has it. Raises PatternError."""

    text: str
    _engine: Any = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        from pydantic_core import SchemaError, SchemaValidator, core_schema  # noqa: PLC0415 - few starts need it

        if len(self.text) > LONGEST_PATTERN:
            raise PatternError(f"longer than {LONGEST_PATTERN} characters")
        if "\b" in self.text:
            raise PatternError(r"in TOML, \b in double quotes is a backspace; write the pattern in single quotes")
        if _FLAGS_AT_THE_END.search(self.text):
            raise PatternError("flags stand before what they are for: (?i) at the beginning")
        try:
            engine = SchemaValidator(core_schema.str_schema(pattern=self.text, regex_engine="rust-regex"))
        except SchemaError as error:
            raise PatternError(_reason(str(error))) from None
        object.__setattr__(self, "_engine", engine)

    def search(self, text: str) -> bool:
        """Tell whether it stands anywhere in the first LONGEST_SEARCHED characters of the text."""
        # Half of a surrogate pair, as JSON may hold one, is no text to the engine.
        clean = text[:LONGEST_SEARCHED].encode("utf-8", "replace").decode("utf-8")
        return bool(self._engine.isinstance_python(clean))


def _reason(said: str) -> str:
    place = _place(said)
    for sign, beginning, meaning in _WAYS_ROUND:
        if sign in said and re.match(beginning, place):
            return meaning
    return said.rpartition("error: ")[2].strip() or "not understood"


def _place(said: str) -> str:
    """Return the pattern from where the engine's carets stand; nothing where it shows none."""
    lines = said.split("\n")
    for line, carets in pairwise(lines):
        if _CARET.fullmatch(carets):
            return line[carets.index("^") :]
    return ""
