"""Whether a portal keeps tags, in words: asked where it is not known, or on demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from slack_bitrix24.app.portals import tags_of
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.config import Portal
from slack_bitrix24.store import Probed, Store

ADVICE = {
    "repeat": "an answer that gets lost is sent again and may be seen twice",
    "leave": "an answer that gets lost is not sent again: it may have arrived",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is known, for a person."""

    kept: bool
    text: str


def known_tags(portal: Portal, client: Bitrix24, store: Store | None, *, probe: bool) -> Said:
    """Return whether tags are kept, asking where `probe` or where it is not known. Raise Bitrix24Error, StoreError."""
    if store is None:
        tags = client.probe_tags()
        word = {True: "yes", False: "no", None: "unknown"}[tags.kept]
        return said(portal, Probed(portal.name, word, 0.0, "", tags.reason))  # type: ignore[arg-type]
    keeper = tags_of(portal, store)
    found = None if probe else keeper.known()
    if found is None:
        found = keeper.found(client.probe_tags())
    return said(portal, found)


def said(portal: Portal, found: Probed) -> Said:
    """Return what was found in words, with its date."""
    asked = f" (asked {datetime.fromtimestamp(found.probed_at, UTC):%Y-%m-%d})" if found.probed_at else ""
    if found.tags == "yes":
        return Said(kept=True, text=f"tags are kept{asked}: edits replace, deletions delete, nothing doubles")
    why = f"unknown, taken as not kept ({found.reason})" if found.tags == "unknown" else "tags are not kept"
    text = (
        f"{why}{asked}: {ADVICE[portal.in_doubt]}; edits come as updates, nothing can be taken back. "
        'An application keeps them (slack-bitrix24 portal connect); a bot needs none (kind = "bot")'
    )
    return Said(kept=False, text=text)
