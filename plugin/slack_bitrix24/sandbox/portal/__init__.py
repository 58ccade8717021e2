"""A Bitrix24 portal on this machine: REST, OAuth, limits, and faults on demand.

    with Server(app(Portal())) as server:        # slack_bitrix24.sandbox.server
        Portal.webhook_url(server.url) …

It does what Bitrix24's server does, by its source (main 26.150, 2026-03), or with `rules="docs"` what the
documentation says; where that is silent, the module that decides says so. It runs alone too:
`python -m slack_bitrix24.sandbox.portal --help`.
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.sandbox.portal.people import User
from slack_bitrix24.sandbox.portal.routes import application as app
from slack_bitrix24.sandbox.portal.state import Portal

__all__ = ["Fault", "Portal", "User", "app"]
