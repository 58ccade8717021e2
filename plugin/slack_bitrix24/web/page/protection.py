"""What keeps others out: headers of each answer, and which requests may change something. No I/O."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: a form's Origin would be "null" (https://fetch.spec.whatwg.org/#origin-header).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NEVER_KEPT = {"Cache-Control": "no-store"}


def from_elsewhere(origin: str, *, site: str, hosts: tuple[str, ...]) -> bool:
    """Tell whether a form was sent by another site's page.

    By Sec-Fetch-Site where the browser sends it, and by Origin; `hosts` are the names that the page goes by. Browsers
    send Origin with each POST; what is none needs the session's own token like all others.
    """
    if site and site not in ("same-origin", "none"):
        return True
    if not origin:
        return False
    host = urlsplit(origin).netloc.lower() if origin != "null" else ""
    return host not in hosts


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time; an empty one is nobody's."""
    return bool(one) and hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def own_path(path: str) -> str:
    """Return where to go after the sign-in: a path of the page, whatever was asked for."""
    # A backslash and a control character are read as a slash or nothing by browsers: //host and /\host lead elsewhere.
    good = path.startswith(("/page/", "/page?")) and "\\" not in path and path.isprintable() and "//" not in path
    return path if good else "/page"
