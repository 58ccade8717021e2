"""Bodies that came to an address of another kind: read as what they are."""

from __future__ import annotations

import pytest

from ways import OTHER, TOKEN

SLACK, HOOKS, JSON = f"/services/T/backup/{OTHER}", f"/hooks/{OTHER}", f"/json/backup/{OTHER}"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "DiskFull"},
    "annotations": {"summary": "93 %"},
}
GROUP = {"version": "4", "groupKey": "{}:{a}", "receiver": "r", "status": "firing", "alerts": [ALERT]}
GRAFANA = {**GROUP, "title": "[FIRING:1] DiskFull", "message": "**Firing**", "orgId": 1, "state": "alerting"}


@pytest.mark.parametrize("path", [SLACK, HOOKS, JSON])
@pytest.mark.parametrize("body", [GROUP, GRAFANA, [ALERT], {"alerts": [ALERT]}, {**GROUP, "text": "beside it"}])
def test_alerts_at_another_address_are_cards_that_their_end_replaces(ways, path, body):
    ended = {**ALERT, "status": "resolved", "endsAt": "2026-11-29T10:00:00Z"}
    over = [ended] if isinstance(body, list) else {**body, "status": "resolved", "alerts": [ended]}
    for one in (body, over):
        assert ways.post(path, json=one).status_code == 200
    first, last = (one.notification for one in ways.sent())
    assert first.sub_tag == last.sub_tag
    assert ("#a30200" in first.attach, "#2eb886" in last.attach) == (True, True)
    assert "93 %" in first.attach
    assert "alerts.0" not in first.message + first.attach


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"text": "*up* <https://a.example|open>", "attachments": [{"title": "T"}]},
            "[b]up[/b] [url=https://a.example]open[/url]",
        ),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*up*"}}]}, "[b]up[/b]"),
        ({"attachments": [{"pretext": "*up*", "text": "t"}]}, "[b]up[/b]"),
    ],
)
def test_a_message_of_slacks_at_json_is_one(ways, body, said):
    assert ways.post(JSON, json=body).status_code == 200
    assert ways.sent()[0].notification.message == said


@pytest.mark.parametrize(
    "body",
    [{"alerts": 3}, {"alerts": []}, {"alerts": ["up"]}, {"alerts": [{"x": "up"}]}, {"alerts": [ALERT, {"x": 1}]}],
)
def test_what_only_looks_like_alerts_is_a_table(ways, body):
    assert ways.post(JSON, json={**body, "host": "db-1"}).status_code == 200
    sent = ways.sent()[0].notification
    assert "host" in sent.message + sent.attach


def test_the_paths_of_the_configuration_go_first(ways):
    body = {**GROUP, "order": {"name": "by a path", "id": 1}}
    assert ways.post("/json/shop/t0kenOfShop0123456789ab", json=body).status_code == 200
    assert ways.sent()[0].notification.message == "[b]by a path[/b]"


def test_files_that_come_along_with_a_message_reach_the_drive(ways):
    files = {"file": ("x.txt", b"data", "text/plain"), "payload_json": (None, '{"content": "with *a* file"}')}
    assert ways.post(f"/services/T/grafana/{TOKEN}", files=files).text == "ok"
    assert "x.txt" in ways.sent()[0].notification.attach
