"""Bodies to try the ways in with: what fires, and under the same key what ends it. No I/O.

All are of our own making: each has the form that its kind of program sends, none is a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

JSON = dict[str, Any]
NEVER = "0001-01-01T00:00:00Z"
"""How Go writes a time that is none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One body in one of posting's forms; `over` is what replaces it, None where the form has no key."""

    name: str
    form: str
    body: JSON
    over: JSON | None = None


def samples(now: datetime) -> list[Sample]:
    """Return all; `now` has a zone and is when the last alert was noticed."""
    began = (now - timedelta(minutes=10)).isoformat(timespec="seconds")
    ended = now.isoformat(timespec="seconds")
    return [*_alertmanager(began, ended), *_grafana(began, ended), *_said(), *_found(began)]


def _pair(name: str, form: str, make: Callable[..., JSON]) -> Sample:
    return Sample(name, form, make(over=False), make(over=True))


def _group(labels: JSON, alerts: list[JSON], *, over: bool, **more: Any) -> JSON:
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{labels["alertname"]}"}}',
        "status": "resolved" if over else "firing",
        "receiver": "bitrix24",
        "groupLabels": {"alertname": labels["alertname"]},
        "commonLabels": labels,
        "externalURL": "http://alertmanager.example",
        "alerts": alerts,
    } | more


def _alertmanager(began: str, ended: str) -> Iterator[Sample]:
    def alert(labels: JSON, *, over: bool, **annotations: str) -> JSON:
        times = {"startsAt": began, "endsAt": ended if over else NEVER}
        return {"status": "resolved" if over else "firing", "labels": labels, "annotations": annotations} | times

    def one(labels: JSON, **annotations: str) -> Callable[..., JSON]:
        return lambda *, over: _group(labels, [alert(labels, over=over, **annotations)], over=over)

    disk = {"alertname": "DiskAlmostFull", "severity": "critical", "instance": "db-3", "mountpoint": "/var/lib"}
    said = {"summary": "db-3: 4 % of /var/lib is free", "description": "At this rate it is full in 2 hours."}
    yield _pair("Alertmanager: a disk fills up", "alertmanager", one(disk, **said))

    def cluster(*, over: bool) -> JSON:
        shared = {"alertname": "NodeDown", "severity": "critical", "cluster": "eu-1"}
        nodes = [
            alert(shared | {"instance": f"node-{n}"}, over=over, summary=f"node-{n} does not answer") for n in (4, 7)
        ]
        return _group(shared, nodes, over=over)

    yield _pair("Alertmanager: two nodes of a cluster are down", "alertmanager", cluster)
    owned = {"alertname": "CertificateExpires", "severity": "warning", "host": "shop.example", "owner": "U0CAROL03"}
    text = "The certificate of shop.example ends in 6 days"
    yield _pair("Alertmanager: for Carol, by its label owner", "alertmanager", one(owned, summary=text))
    russian = {"alertname": "ОчередьРастёт", "severity": "warning", "сервис": "заказы"}
    text = "В очереди заказов 12 500 сообщений"
    yield _pair("Alertmanager: in Russian", "alertmanager", one(russian, summary=text))


def _grafana(began: str, ended: str) -> Iterator[Sample]:
    def unified(*, over: bool) -> JSON:
        labels = {"alertname": "SlowCheckout", "severity": "warning", "team": "shop"}
        alert = {
            "status": "resolved" if over else "firing",
            "labels": labels,
            "annotations": {"summary": "Checkout takes longer than 2 s", "runbook_url": "http://wiki.example/checkout"},
            "startsAt": began,
            "endsAt": ended if over else NEVER,
            "values": {"B": 0.4 if over else 3.7, "C": 0 if over else 1},
            "dashboardURL": "http://grafana.example/d/shop",
            "silenceURL": "http://grafana.example/alerting/silence/new",
            "fingerprint": "5a3c0ffee1",
        }
        title = f"[{'RESOLVED' if over else 'FIRING:1'}] SlowCheckout (shop)"
        return _group(labels, [alert], over=over, title=title, orgId=1)

    yield _pair("Grafana: a slow checkout, with its values", "grafana", unified)

    def legacy(*, over: bool) -> JSON:
        return {
            "ruleId": 71,
            "ruleName": "Room temperature",
            "title": f"[{'OK' if over else 'Alerting'}] Room temperature",
            "state": "ok" if over else "alerting",
            "message": "The server room is too warm.",
            "evalMatches": [] if over else [{"metric": "rack 2", "value": 31.5}],
            "ruleUrl": "http://grafana.example/d/room",
        }

    yield _pair("Grafana up to 8: the older form", "grafana", legacy)


def _said() -> Iterator[Sample]:
    """Yield messages that stand for themselves: neither Slack's webhook nor Apprise nor Gotify has a key."""
    fields = [{"title": "Branch", "value": "`main`", "short": True}, {"title": "By", "value": "Bob", "short": True}]
    card = {"color": "danger", "title": "Deploy of api failed", "text": "*3* of `41` checks are red", "fields": fields}
    yield Sample("Slack webhook: an attachment with fields", "slack", {"attachments": [card]})
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Backup of db-1* is done: `41 GB` in 12 minutes"}}
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": "Kept until Sunday"}]}
    yield Sample("Slack webhook: blocks", "slack", {"blocks": [section, {"type": "divider"}, context]})
    restored = {"title": "Restore rehearsed", "body": "All **214** tables are there.\n\n- rows: equal\n- sums: equal"}
    yield Sample("Apprise: Markdown, a success", "apprise", restored | {"type": "success", "format": "markdown"})
    degraded = {"title": "RAID degraded", "message": "Disk 2 of md0 has left the array.", "priority": 8}
    yield Sample("Gotify: an urgent message", "gotify", degraded)


def _found(began: str) -> Iterator[Sample]:
    """Yield ntfy's message with a sequence, and JSON in which `fields` of the webhook find everything."""

    def tank(*, over: bool) -> JSON:
        message = "The tank is full again." if over else "12 % are left."
        tags = ["white_check_mark"] if over else ["warning", "droplet"]
        said = {"topic": "tank", "title": "Rain water", "message": message, "tags": tags, "priority": 3 if over else 4}
        return said | {"sequence_id": "tank-level"}

    yield _pair("ntfy: a message with a sequence", "ntfy", tank)

    def probe(*, over: bool) -> JSON:
        text = "It answers again." if over else "No answer within **10 s** from 3 of 3 places."
        return {"id": "probe-12", "title": "shop.example", "text": text, "state": "up" if over else "down"}

    yield _pair("Any JSON: a probe of one's own", "json", probe)

    def workflow(*, over: bool) -> JSON:
        run = {"id": 4711, "name": "Nightly tests", "display_title": "Read the new price list", "run_started_at": began}
        run |= {"conclusion": "success" if over else "failure", "html_url": "http://git.example/shop/runs/4711"}
        return {"action": "completed", "workflow_run": run, "repository": {"full_name": "example/shop"}}

    yield _pair("GitHub-like: a workflow fails", "github", workflow)
