"""Grafana's webhook before its unified alerting (up to 8, and where people kept it). No I/O.

https://grafana.com/docs/grafana/v7.5/alerting/notifications/#webhook
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Block, Document, Heading, Text
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web.senders import alerts
from slack_bitrix24.web.senders.sender import Incoming

_LEVELS: Mapping[str, alerts.Level] = {
    "ok": "resolved",
    "alerting": "critical",
    "pending": "warning",
    "paused": "info",
    "no_data": "unknown",
}


def is_one(body: Mapping[str, Any]) -> bool:
    """Tell whether a body has this form."""
    return bool(body.get("ruleName") or body.get("ruleId") or "evalMatches" in body)


def incoming(body: Mapping[str, Any]) -> Incoming:
    """Return what it says: one rule's state, under the rule's key."""
    parts = [lenient.text(body.get(name)) for name in ("orgId", "ruleId", "dashboardId", "panelId", "ruleName")]
    state = lenient.text(body.get("state")).strip().lower()
    return Incoming(
        document=Document(tuple(_blocks(body, state))),
        key="\n".join(parts) if any(parts[1:]) else "",
        state="resolved" if state == "ok" else "firing",
        facts=(body,),
    )


def _blocks(body: Mapping[str, Any], state: str) -> Iterator[Block]:
    title = lenient.text(body.get("title")) or f"[{state}] {lenient.text(body.get('ruleName'))}"
    yield Heading((Text(title.strip()),), url=lenient.web(body.get("ruleUrl")))
    matches = [lenient.mapping(one) for one in lenient.several(body.get("evalMatches"))]
    yield alerts.card(
        [
            *alerts.paragraph(body.get("message")),
            *alerts.fields((lenient.text(one.get("metric")) or "value", one.get("value")) for one in matches),
            *alerts.fields([*alerts.texts(body.get("tags")), ("rule", body.get("ruleName")), ("state", state)]),
            *alerts.image(body.get("imageUrl"), lenient.text(body.get("ruleName"))),
        ],
        of=_LEVELS.get(state, "critical"),
    )
