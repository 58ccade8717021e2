"""Templates → HTML. The one place that knows Jinja."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from slack_bitrix24.web.page import shown
from slack_bitrix24.web.page.visit import Visit
from slack_bitrix24.web.page.words import say

FOLDER = Path(__file__).parent
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {path.name: path.read_bytes() for path in (FOLDER / "static").iterdir() if path.suffix in KINDS}
VERSION = hashlib.sha256(b"".join(FILES[name] for name in sorted(FILES))).hexdigest()[:12]
"""Stands in the addresses of the static files: they are kept for a year, and another release has other addresses."""

PARTS: tuple[tuple[str, str, str], ...] = (
    ("/page", "notifications", "n"),
    ("/page/portals", "portals", "p"),
    ("/page/people", "people", "l"),
    ("/page/schedules", "schedules", "s"),
    ("/page/flow", "flow", "f"),
    ("/page/audit", "audit", "a"),
)
OF_ALL = frozenset({"notifications", "schedules"})
"""The parts that show whoever is signed in what is their own."""

"""The parts of the page: path, word, and the key that leads there."""

_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def drawn(template: str, values: Mapping[str, Any], visit: Visit) -> str:
    """Return a template's HTML for whoever asks: in their language, their zone, by their rights."""

    def t(key: str, **given: object) -> str:
        return say(visit.language, key, **given)

    return _TEMPLATES.get_template(template).render(
        {
            "t": t,
            "visit": visit,
            "version": VERSION,
            "shown": shown,
            "parts": [part for part in PARTS if visit.admin or part[1] in OF_ALL],
            "here": _here(visit.path),
            "same": visit.path if visit.role else "/page/sign-in",
            "csrf": visit.session.csrf if visit.session else "",
            **values,
        }
    )


def _here(path: str) -> str:
    """Return the part that a path lies in; one notification's story lies in the list."""
    bare = path.partition("?")[0]
    return next((word for start, word, _ in PARTS[1:] if bare.startswith(start)), "notifications")
