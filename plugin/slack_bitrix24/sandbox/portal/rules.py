"""Which of two accounts of Bitrix24 the portal follows, and what differs in single figures. No I/O.

`source`: its server as it is, by its source, main 26.150 (2026-03). `docs`: what the documentation of August 2026 says.
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal.envelope import HTTPS_REQUIRED, OVERLOAD, Reason, missing_scope

SOURCE, DOCS = "source", "docs"
RULES = (SOURCE, DOCS)
OPERATING_LIMIT = {SOURCE: 420.0, DOCS: 480.0}
"""Seconds of a method's work."""
UNCOUNTED = {SOURCE: 0.1, DOCS: 0.0}
"""Seconds: a request in which a method worked no longer than this counts as nothing."""
_UNAUTHORIZED = frozenset({HTTPS_REQUIRED, OVERLOAD, missing_scope("webhook"), missing_scope("application")})


def checked(rules: str) -> str:
    """Return `rules`; ValueError when there are no such ones."""
    if rules not in RULES:
        raise ValueError(f"rules: expected one of {', '.join(RULES)}, not {rules}")
    return rules


def told(reason: Reason, rules: str) -> Reason:
    """Return a refusal as these rules word it: to the source all of these are 401."""
    if rules == SOURCE and reason in _UNAUTHORIZED:
        return Reason(reason.code, reason.description, 401)
    return reason
