"""What a database's refusal means, in words. No I/O."""

from __future__ import annotations

import re

import sqlalchemy as sa

from slack_bitrix24.errors import StoreError

_WORDS = (
    ("database is locked", "it is locked by another program"),
    ("database table is locked", "it is locked by another program"),
    ("unable to open database file", "the file can't be opened (does its folder exist, may this user write there?)"),
    ("readonly database", "it is read-only for this user"),
    ("database or disk is full", "the disk is full"),
    ("file is not a database", "the file is not a SQLite database"),
    ("disk image is malformed", "the file is damaged; restore a backup"),
    ("disk i/o error", "the disk reports an error"),
)
# SQLSTATE (PostgreSQL, appendix A): deadlock_detected and serialization_failure; unique_violation; query_canceled and
# lock_not_available, our own time-outs.
_DEADLOCKS = ("40P01", "40001")
_TWICE = "23505"
_TIMEOUTS = ("57014", "55P03")


def where(url: sa.URL) -> str:
    """Return how the database is called in messages: the path, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return f"database {url.database}"
    shown = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return f"database {shown.render_as_string()}"


def words(error: BaseException, url: sa.URL) -> StoreError:
    """Return the one-line error for a person; the database's own words only where ours lack."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    said = str(cause).strip()
    for sign, meaning in _WORDS:
        if sign in said.lower():
            return StoreError(f"{where(url)}: {meaning}")
    line = re.sub(r"\s+", " ", said.split("\n")[0]) or type(cause).__name__
    if url.password:
        line = line.replace(str(url.password), "***")
    return StoreError(f"{where(url)}: {line[:300]}")


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection is gone, so that a new one may do."""
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


def is_deadlock(error: BaseException) -> bool:
    """Tell whether the same transaction would pass if it were run again (PostgreSQL only)."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", "")
    # Two nodes at once with the same tag: run again, the second finds the first's and supersedes it.
    return state in _DEADLOCKS or (state == _TWICE and "queue_tag" in str(error.orig))


def is_general(error: BaseException) -> bool:
    """Tell whether the trouble is the database's, not of one operation: the disk, the lock, the connection."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    if is_lost(error) or any(sign in str(error.orig).lower() for sign, _ in _WORDS):
        return True
    # SQLite calls a mistake in a statement operational as well; PostgreSQL's own errors have a state.
    state = getattr(error.orig, "sqlstate", "")
    return state != "" and state not in _TIMEOUTS and isinstance(error, sa.exc.OperationalError)
