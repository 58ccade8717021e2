"""`password`: the hash of the page's local password, to be put into the configuration."""

from __future__ import annotations

import getpass
import sys

from slack_bitrix24.cli.ending import DONE, FAILED, fail
from slack_bitrix24.web.page.passwords import SHORTEST, hashed

LONGEST = 1000
"""Characters, at most."""


def printed(*, source: str) -> int:
    """Ask for a password without showing it (`-`: read it from standard input) and print its hash."""
    password = sys.stdin.readline(LONGEST + 2).rstrip("\r\n") if source == "-" else _asked()
    if not SHORTEST <= len(password) <= LONGEST:
        fail(f"no hash was made: give a password of at least {SHORTEST} characters, twice the same")
        return FAILED
    print(hashed(password))  # noqa: T201 – what a command prints
    fail('put it into the configuration: [web] page = true, page_password = "…" (or { file = "…" })')
    return DONE


def _asked() -> str:
    first = getpass.getpass("Password: ")
    return first if getpass.getpass("Once more: ") == first else ""
