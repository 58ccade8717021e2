"""Regular expressions of the configuration, searched in texts of strangers: in time that grows with the text alone.

Python's own engine tries again and again where a pattern leaves it a choice, and holds the interpreter's lock: one
letter would stop every thread. Rust's `regex`, which pydantic carries, walks the text once whatever the pattern says
(https://docs.rs/regex/latest/regex/#untrusted-input); its word boundaries know Cyrillic, which RE2's do not. No I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LONGEST_PATTERN = 1000
LONGEST_SEARCHED = 20_000
"""Characters; an alert that says what it is about says it before."""

_WAYS_ROUND = (
    ("look-around", 'look-ahead and look-behind are not taken; write what must not stand in it as unless = "…"'),
    ("backreference", "references back to a group are not taken; write the alternatives out"),
    ("size limit", "it counts too high; write + or * in place of large {n,m}"),
    ("unrecognized flag", "of (?…) it takes the flags i, m, s, x and groups (?:…) and (?P<name>…)"),
    ("unrecognized escape", "unknown escape; the end of the text is \\z, its beginning \\A"),
    ("quantifier expects", "a count is written {n}, {n,} or {n,m}"),
)


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
    for sign, meaning in _WAYS_ROUND:
        if sign in said:
            return meaning
    return said.rpartition("error: ")[2].strip() or "not understood"
