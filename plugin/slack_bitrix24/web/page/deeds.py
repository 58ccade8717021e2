"""The audit list: what was done on this page, by whom, and what came of it."""

from __future__ import annotations

from slack_bitrix24.web.page import shown
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.visit import Reply, Visit

LIMIT = 100
"""Rows of one page."""


def deeds(desk: Desk, visit: Visit) -> Reply:
    """Show a page of it, the newest first."""
    before = visit.number("before")
    found = desk.store.read(lambda tx: tx.audit.list(before=before, limit=LIMIT))
    more = shown.address("/page/audit", before=found[-1].id) if len(found) == LIMIT else ""
    return Reply("deeds.html", {"rows": found, "more": more, "first": not before})
