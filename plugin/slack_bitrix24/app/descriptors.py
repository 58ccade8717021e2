"""How many files and connections this process may have open at once."""

from __future__ import annotations

import contextlib
import resource

WANTED = 8192
"""Usual limits are 1,024; a connection, a thread's wake-up and a file of the database take one each."""


def raise_limit() -> int:
    """Raise the soft limit as far as the hard one lets it, to WANTED at most; return what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a container may forbid it: then it stays as it is
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
