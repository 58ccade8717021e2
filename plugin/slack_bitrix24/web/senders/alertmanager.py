"""Alertmanager's webhook, and Grafana's after it. No I/O.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config,
https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/.
The group is the key: its title changes with every alert that joins or leaves, and even its suffix does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_bitrix24.document import Block, Blocks, Document, Heading, Paragraph, Text
from slack_bitrix24.slack.messages import lenient, markdown
from slack_bitrix24.slack.messages.saying import says_nothing_new
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders import alerts, grafana_legacy, leaves
from slack_bitrix24.web.senders.bodies import NoJSONError, json_of
from slack_bitrix24.web.senders.sender import Incoming, Sender, State

MOST = 40
"""Alerts that are shown in full; of the rest it is said how many they are."""
_SAID = ("summary", "title", "message", "description")
_RUNBOOK = ("runbook_url", "runbook", "runbookURL")
_LINKED = ("__dashboardUid__", "__panelId__", *_RUNBOOK)
_COPY = re.compile(r"\*\*(?:Firing|Resolved)\*\*\s+Value: .*\nLabels:\n")
"""How Grafana's own template begins."""
_SEVERITY = ("severity", "priority", "level")

Object = Mapping[str, Any]


def read(request: Request, _hook: Hook) -> Incoming:
    """Read a group of alerts; RefusedError where the body is no JSON or has nothing in it."""
    try:
        body = json_of(request, "payload")
    except NoJSONError:
        body = None
    if not isinstance(body, Mapping | list):
        raise RefusedError(400, "invalid_payload", "the body is no JSON of alerts")
    found = incoming(body)
    if found is None:
        shown = leaves.blocks(body)
        if not shown:
            raise RefusedError(400, "invalid_payload", "no alerts in it")
        return Incoming(document=Document(shown), facts=(body,))
    return found


def is_one(body: object) -> bool:
    """Tell whether a body that came to another address is surely a group of alerts."""
    group = lenient.mapping(body)
    told = lenient.several(group.get("alerts") if group else body)
    return bool(told) and all(isinstance(lenient.mapping(one).get("labels"), Mapping) for one in told)


def incoming(body: Mapping[str, Any] | list[Any]) -> Incoming | None:
    """Return what a group of alerts says; None where there is none."""
    if isinstance(body, list):  # what Prometheus itself posts: alerts without a group
        body = {"alerts": body}
    group = lenient.mapping(body)
    if "alerts" not in group and grafana_legacy.is_one(group):
        return grafana_legacy.incoming(group)
    told = [lenient.mapping(one) for one in lenient.several(group.get("alerts"))]
    told = [one for one in told if one]
    if not told and not _is_group(group):
        return None
    return Incoming(
        document=Document(tuple(_blocks(group, told))),
        key=key(group, told),
        state=state(group, told),
        facts=(group, *told),
    )


def _is_group(group: Object) -> bool:
    return bool(group.get("groupKey") or group.get("commonLabels") or group.get("title") or group.get("message"))


def key(group: Object, told: Sequence[Object]) -> str:
    """Return what names the group; without a `groupKey`, its labels do, or its only alert."""
    receiver = lenient.text(group.get("receiver"))
    named = lenient.text(group.get("groupKey"))
    if not named and (labels := list(alerts.texts(group.get("groupLabels")))):
        named = repr(sorted(labels))
    if not named and len(told) == 1:
        named = lenient.text(told[0].get("fingerprint")) or repr(sorted(alerts.texts(told[0].get("labels"))))
    return f"{receiver}\n{named}" if named else ""


def state(group: Object, told: Sequence[Object]) -> State:
    """Return whether anything of it still fires."""
    said = lenient.text(group.get("status")).strip().lower()
    if said not in ("firing", "resolved"):
        said = "resolved" if told and all(_is_over(one) for one in told) else "firing"
    return "resolved" if said == "resolved" else "firing"


def _is_over(alert: Object) -> bool:
    return lenient.text(alert.get("status")).strip().lower() == "resolved"


def _blocks(group: Object, told: Sequence[Object]) -> Iterator[Block]:
    url = lenient.web(group.get("externalURL"))
    yield Heading((Text(title(group, told)),), url=url)
    shown = list(_cards(group, told))
    message = _message(group, shown)
    yield from message
    yield from shown
    cut = max(0, len(told) - MOST)
    if cut:
        yield Paragraph((Text(f"… and {cut} more"),))
    left_out = lenient.whole(group.get("truncatedAlerts"))
    if left_out:
        yield Paragraph((Text(f"{left_out} more alerts of this group were left out by the sender"),))
    reason = group.get("notification_reason") or group.get("notificationReason")
    yield from alerts.fields([("reason", reason), ("receiver", group.get("receiver"))])


def _message(group: Object, shown: Sequence[Block]) -> Blocks:
    """Return Grafana's `message`, which is a copy of the alerts unless somebody wrote a template."""
    text = lenient.text(group.get("message")).strip()
    said = markdown.parse(text)
    return () if _COPY.match(text) or says_nothing_new(said, tuple(shown)) else said


def title(group: Object, told: Sequence[Object]) -> str:
    """Return `[FIRING:2] InstanceDown eu-1`: the sender's own title, or one made as Alertmanager's templates do."""
    given = lenient.text(group.get("title")).strip()
    if given:
        return given
    over = state(group, told) == "resolved"
    firing = sum(not _is_over(one) for one in told)
    labels = dict(alerts.texts(group.get("groupLabels"))) or dict(alerts.texts(group.get("commonLabels")))
    named = labels.pop("alertname", "") or _names(told)
    parts = [named, *(value for name, value in labels.items() if name not in _SEVERITY)]
    return " ".join(["[RESOLVED]" if over else f"[FIRING:{firing}]", *filter(None, parts)])


def _names(told: Sequence[Object]) -> str:
    names = (lenient.text(lenient.mapping(one.get("labels")).get("alertname")) for one in told)
    return ", ".join(list(dict.fromkeys(filter(None, names)))[:3])


def _cards(group: Object, told: Sequence[Object]) -> Iterator[Block]:
    lone = len(told) == 1
    common = {} if lone else dict(alerts.texts(group.get("commonLabels")))
    said = {} if lone else dict(alerts.texts(group.get("commonAnnotations")))
    together = [*_said(said), *alerts.fields(common.items())]
    if together:
        over = state(group, told) == "resolved"
        yield alerts.card(together, of="resolved" if over else _level(common))
    for alert in told[:MOST]:
        yield _card(alert, common=common, said=said)


def _card(alert: Object, *, common: Object, said: Object) -> Block:
    labels = dict(alerts.texts(alert.get("labels")))
    annotations = {name: text for name, text in alerts.texts(alert.get("annotations")) if said.get(name) != text}
    own = [(name, text) for name, text in labels.items() if common.get(name) != text]
    over = _is_over(alert)
    blocks: list[Block] = [*_said(annotations)]
    if over:
        blocks.insert(0, Paragraph((Text("resolved", bold=True),)))
    blocks += alerts.fields([*own, *_values(alert)])
    blocks += alerts.moments([("since", alert.get("startsAt")), ("until", alert.get("endsAt") if over else None)])
    blocks += alerts.image(alert.get("imageURL"), labels.get("alertname", ""))
    runbook = next((annotations[name] for name in _RUNBOOK if name in annotations), "")
    blocks += alerts.links([
        ("Source", alert.get("generatorURL")),
        ("Runbook", runbook),
        ("Dashboard", alert.get("dashboardURL")),
        ("Panel", alert.get("panelURL")),
        ("Silence", alert.get("silenceURL")),
    ])  # fmt: skip
    return alerts.card(blocks, of="resolved" if over else _level({**common, **labels}))


def _said(annotations: Object) -> Iterator[Block]:
    """Yield the annotations: those that tell what it is as text, the others as facts."""
    for number, name in enumerate(name for name in _SAID if name in annotations):
        yield from alerts.paragraph(annotations[name], bold=number == 0)
    rest = [(name, text) for name, text in annotations.items() if name not in _SAID and name not in _LINKED]
    yield from alerts.fields(rest)


def _values(alert: Object) -> Iterator[tuple[str, object]]:
    """Yield Grafana's measured values, by their query's letter."""
    values = list(alerts.texts(alert.get("values")))
    yield from values
    if not values:
        yield "value", alert.get("valueString")


def _level(labels: Object) -> alerts.Level:
    named = next((labels[name] for name in _SEVERITY if name in labels), "critical")
    return alerts.level(named)


SENDER = Sender(name="alertmanager", paths=("/alertmanager/{name}/{token}",), read=read, methods=("POST", "PUT"))
