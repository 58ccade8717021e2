"""One form of each path, whichever it came in. No I/O.

Never a redirect: what posts here follows one with a GET that has no body, and reports success (slack_sdk 3.48,
apprise 2.3, Alertmanager 0.25).
"""

from __future__ import annotations

from urllib.parse import urlsplit


def canonical(path: str) -> str:
    """Return a path without an address before it (RFC 9112, 3.2.2), a slash at its end, and empty parts.

    A base that ends with a slash, put before a path that begins with one, makes an empty part.
    """
    if not path.startswith("/"):
        try:
            path = urlsplit(path).path or "/"
        except ValueError:
            return path
    if "//" not in path and not path.endswith("/"):
        return path
    return "/" + "/".join(filter(None, path.split("/")))
