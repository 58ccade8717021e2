"""Alertmanager's and Grafana's own webhook: what is shown, what replaces what, whom it concerns."""

from __future__ import annotations

import copy
import datetime as dt
import json
import shutil
import subprocess

import pytest
import requests

from rig import free_port
from slack_bitrix24.model import is_over
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Request
from slack_bitrix24.web.senders.alertmanager import read
from waiting import until
from ways import TOKEN

PATH = f"/alertmanager/grafana/{TOKEN}"
OWNERS = "/alertmanager/owners/t0kenOfOwners0123456789"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "InstanceDown", "instance": "db-1:9100", "severity": "critical", "cluster": "eu-1"},
    "annotations": {
        "summary": "db-1 is down",
        "description": "No scrape of <db-1> for 5 minutes & counting",
        "runbook_url": "https://runbooks.example/InstanceDown",
        "impact": "checkout is slow",
    },
    "startsAt": "2026-11-29T16:00:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0",
    "fingerprint": "c6eadffa33fcdf37",
}
SECOND = {**ALERT, "labels": {**ALERT["labels"], "instance": "db-2:9100"}, "fingerprint": "bc97ff14869b13e3"}
GROUP = {
    "version": "4",
    "groupKey": '{}:{alertname="InstanceDown"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "bitrix24",
    "groupLabels": {"alertname": "InstanceDown", "cluster": "eu-1"},
    "commonLabels": {"alertname": "InstanceDown", "severity": "critical", "cluster": "eu-1"},
    "commonAnnotations": {},
    "externalURL": "http://alertmanager:9093",
    "alerts": [ALERT],
}
GRAFANA = {
    **GROUP,
    "orgId": 1,
    "title": "[FIRING:1] High memory (blue)",
    "state": "alerting",
    "message": "**Firing**\n\nValue: B=44.2\nLabels:\n - alertname = InstanceDown\n",
    "alerts": [
        {
            **ALERT,
            "values": {"B": 44.23943737541908, "C": 1},
            "silenceURL": "https://grafana.example/alerting/silence/new?matcher=a%3Db",
            "dashboardURL": "https://grafana.example/d/1",
            "panelURL": "?orgId=1",
            "imageURL": "https://grafana.example/render/1.png",
        }
    ],
}
LEGACY = {
    "dashboardId": 1,
    "evalMatches": [{"value": 1, "metric": "Count", "tags": {}}],
    "imageUrl": "https://grafana.example/assets/test.png",
    "message": "Notification Message",
    "orgId": 1,
    "panelId": 2,
    "ruleId": 7,
    "ruleName": "Panel Title alert",
    "ruleUrl": "http://grafana.example/d/hZ7BuVbWz/test?tab=alert",
    "state": "alerting",
    "tags": {"team": "shop"},
    "title": "[Alerting] Panel Title alert",
}


def resolved(group, **more):
    """Return the group after all its alerts are over."""
    made = copy.deepcopy(group)
    made["status"] = "resolved"
    for alert in made["alerts"]:
        alert.update(status="resolved", endsAt="2026-11-29T16:10:00Z")
    return {**made, **more}


def text(notification):
    return notification.message + notification.attach


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            GROUP,
            [
                "[FIRING:1] InstanceDown eu-1", "db-1 is down", "No scrape of", "& counting", "db-1:9100",
                "checkout is slow", "impact", "http://prometheus:9090/graph", "Runbook", "bitrix24",
                "since 2026-11-29 16:00:00 UTC",
                "http://alertmanager:9093", "#a30200",
            ],
        ),
        ({**GROUP, "alerts": [ALERT, SECOND]}, ["[FIRING:2] InstanceDown eu-1", "db-1:9100", "db-2:9100"]),
        ({**GROUP, "truncatedAlerts": 7}, ["7 more alerts of this group were left out"]),
        ({**GROUP, "notification_reason": "group_changed"}, ["group_changed"]),
        (resolved(GROUP), ["[RESOLVED] InstanceDown eu-1", "until 2026-11-29 16:10:00 UTC", "#2eb886"]),
        (
            GRAFANA,
            [
                "[FIRING:1] High memory (blue)", "44.23943737541908", "Silence", "Dashboard", "Panel: ?orgId=1",
                "https://grafana.example/render/1.png",
            ],
        ),
        ({**GRAFANA, "message": "Call *Anna* on the phone"}, ["Call", "Anna", "on the phone"]),
        (LEGACY, ["[Alerting] Panel Title alert", "Notification Message", "Count", "shop", "assets/test.png"]),
        ({**GROUP, "alerts": [ALERT] * 60}, ["… and 20 more"]),
        ([ALERT], ["InstanceDown", "db-1 is down"]),
        ({"alerts": ALERT}, ["db-1 is down"]),
        ({"alerts": json.dumps([ALERT])}, ["db-1 is down"]),
        ({"alerts": [None, {"labels": None, "annotations": {"summary": 5, "x": True}}]}, ["5", "true"]),
        ({"alerts": [{"labels": {"a": ["b", "c"]}, "startsAt": "yesterday", "endsAt": 1e300}]}, ["b", "c"]),
        ({"something": {"else": "entirely"}}, ["something.else", "entirely"]),
    ],
)  # fmt: skip
def test_what_a_reader_sees(ways, body, words):
    answer = ways.post(PATH, json=body)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    shown = text(ways.sent()[0].notification)
    plain = shown.replace("#BR#", "\n").replace("&#91;", "[").replace("&#93;", "]")
    assert [word for word in words if word not in plain and word.replace("[", "").replace("]", "") not in plain] == []


def test_grafanas_copy_of_the_alerts_is_not_said_twice(ways):
    ways.post(PATH, json=GRAFANA)
    assert "alertname = InstanceDown" not in text(ways.sent()[0].notification)


TIMES = [
    ("2026-11-29T16:00:00Z", "since 2026-11-29 16:00:00 UTC"),
    ("2026-11-29T16:00:00.123456789Z", "since 2026-11-29 16:00:00 UTC"),
    ("2026-11-29T19:00:00+03:00", "since 2026-11-29 16:00:00 UTC"),
    ("2026-11-29T16:00:00", "since 2026-11-29 16:00:00 UTC"),
    (1795968000, "since 2026-11-29 16:00:00 UTC"),
    (1795968000000, "since 2026-11-29 16:00:00 UTC"),
    ("1795968000.5", "since 2026-11-29 16:00:00 UTC"),
    ("0001-01-01T00:00:00Z", ""),
    ("yesterday", ""),
    ("", ""),
    (None, ""),
]


@pytest.mark.parametrize(("at", "expected"), TIMES)
def test_when_it_began_is_told_in_every_form_of_a_time(ways, at, expected):
    ways.post(PATH, json={**GROUP, "alerts": [{**ALERT, "startsAt": at}]})
    shown = text(ways.sent()[0].notification)
    assert expected in shown
    assert ("since" in shown) is bool(expected)
    assert "T16:00" not in shown


@pytest.mark.parametrize("body", [b"", b"no JSON", b"{}", b"[]", b"null", b"5", b'"x"'])
def test_what_is_no_alert_is_refused_in_json(ways, body):
    answer = ways.post(PATH, data=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_payload")
    assert ways.sent() == []


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", "/alertmanager/grafana"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_path_has_both_forms_and_both_methods(ways, path, method):
    headers = {"Authorization": f"Bearer {TOKEN}"} if path.endswith("grafana") else {}
    assert ways.post(path, method, json=GROUP, headers=headers).status_code == 200


def group_of(body):
    found = read(Request("alertmanager", body=json.dumps(body).encode()), Hook("x"))
    return found.key, found.state


SAME = {
    "resolved": resolved(GROUP),
    "another alert in it": {**GROUP, "alerts": [ALERT, SECOND]},
    "another title": {**GROUP, "commonLabels": {}, "title": "[RESOLVED] (db-2:9100 node critical)"},
    "resolved by its alerts alone": {**resolved(GROUP), "status": None},
    "left out": {**GROUP, "truncatedAlerts": 3},
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME)
def test_a_group_keeps_its_key_whatever_becomes_of_it(body):
    key, _ = group_of(GROUP)
    assert key
    assert group_of(body)[0] == key


@pytest.mark.parametrize(
    "body",
    [
        {**GROUP, "groupKey": '{}:{alertname="DiskFull"}'},
        {**GROUP, "receiver": "other"},
        {**GROUP, "groupKey": None},
        {**GROUP, "groupKey": None, "groupLabels": {}},
        {**GROUP, "groupKey": None, "groupLabels": {}, "alerts": [{**ALERT, "fingerprint": ""}]},
    ],
)
def test_another_group_has_another_key(body):
    key, _ = group_of(body)
    assert key not in ("", group_of(GROUP)[0])
    assert group_of({**body, "status": "resolved"})[0] == key


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (GROUP, "firing"),
        (resolved(GROUP), "resolved"),
        ({**GROUP, "status": "RESOLVED"}, "resolved"),
        ({**GROUP, "status": None}, "firing"),
        ({**resolved(GROUP), "status": 5}, "resolved"),
        ({**GROUP, "alerts": [ALERT, resolved(GROUP)["alerts"][0]], "status": None}, "firing"),
        (LEGACY, "firing"),
        ({**LEGACY, "state": "ok"}, "resolved"),
        ({**LEGACY, "state": "no_data"}, "firing"),
    ],
)
def test_the_state_is_that_of_the_group_else_of_its_alerts(body, state):
    assert group_of(body)[1] == state


@pytest.mark.parametrize(("first", "last"), [(GROUP, resolved(GROUP)), (LEGACY, {**LEGACY, "state": "ok"})])
def test_what_is_over_replaces_what_fires(ways, first, last):
    ways.post(PATH, json=first)
    ways.sent()
    ways.post(PATH, json=last)
    made = [(one.notification.recipient.user_id, one.notification.tag, one.state.value) for one in ways.sent()]
    assert [user for user, _, _ in made] == [10, 12, 10, 12]
    assert made[0][1] == made[2][1]
    assert [state for _, _, state in made] == ["superseded", "superseded", "pending", "pending"]


@pytest.mark.parametrize(
    ("states", "over", "taken"),
    [
        ("f", [False], True),
        ("ff", [False, False], True),
        ("fr", [False, True], True),
        ("frr", [False, True, True], True),
        ("frf", [False, True, False], False),
        ("frff", [False, True, False, False], False),
        ("rf", [True, False], False),
    ],
)
def test_what_fires_again_after_its_end_is_taken_by_nobody(ways, states, over, taken):
    """Which versions say that it is over, and whether whoever took the first one still has it."""
    for number, state in enumerate(states):
        ways.post(PATH, json=resolved(GROUP) if state == "r" else GROUP)
        made = ways.sent()
        if not number:
            tag = made[0].notification.sub_tag
            ways.store.write(lambda tx, tag=tag: tx.taken.take(tag, by="Anna"))
    firsts = [one for one in ways.sent() if one.notification.recipient.user_id == 10]
    assert [is_over(one.notification) for one in firsts] == over
    assert bool(ways.store.read(lambda tx: tx.taken.among([tag]))) is taken


def owned(*owners, where="labels"):
    alerts = [{**ALERT, where: {**ALERT[where], "owner": owner}} for owner in owners]
    return {**GROUP, "alerts": alerts}


@pytest.mark.parametrize(
    ("body", "users"),
    [
        (owned("bitrix24:14"), [14]),
        (owned("carol"), [14]),
        (owned("@carol"), [14]),
        (owned("U0CAROL03"), [14]),
        (owned("carol", "bitrix24:10"), [14, 10]),
        (owned("carol, bitrix24:10"), [14, 10]),
        (owned("carol;bitrix24:10"), [14, 10]),
        (owned("carol bitrix24:10 carol"), [14, 10]),
        (owned("nobody"), [10, 12]),
        (owned("nobody, carol"), [14]),
        (owned(""), [10, 12]),
        (owned(5), [10, 12]),
        (GROUP, [10, 12]),
        ({**GROUP, "labels": {"owner": "carol"}}, [14]),
    ],
)
def test_the_alert_names_its_owner(ways, body, users):
    assert ways.post(OWNERS, json=body).status_code == 200
    assert ways.users() == users


def test_who_had_the_alert_hears_of_its_end_and_of_no_later_one(ways):
    ways.post(OWNERS, json=owned("carol"))
    assert ways.users() == [14]
    ways.post(OWNERS, json=resolved(owned("bitrix24:10")))
    assert ways.users() == [14, 10, 14]
    ways.post(OWNERS, json=owned("bitrix24:12"))
    assert ways.users() == [14, 10, 14, 12]
    ways.post(OWNERS, json=resolved(owned("bitrix24:12")))
    assert ways.users() == [14, 10, 14, 12, 12]


PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
CONFIGURATION = """\
route: {{receiver: both, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
- name: both
  webhook_configs: [{{url: "{origin}{path}", send_resolved: true}}]
  slack_configs: [{{api_url: "{origin}/services/T0/backup/{token}", channel: "#alerts", send_resolved: true}}]
"""


@pytest.fixture
def alertmanager(ways, tmp_path):
    """A real Alertmanager that posts to the bridge in both of its forms."""
    if PROGRAM is None:
        pytest.skip("no Alertmanager on this machine (Debian: prometheus-alertmanager)")
    file, port = tmp_path / "alertmanager.yml", free_port()
    file.write_text(CONFIGURATION.format(origin=ways.origin, path=PATH, token="t0kenOfBackup0123456789"))
    command = [PROGRAM, f"--config.file={file}", f"--storage.path={tmp_path / 'am'}", "--cluster.listen-address="]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stderr=log, stdout=log)
    origin = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _ready(origin), timeout=30, what=f"Alertmanager: {(tmp_path / 'log').read_text()}")
        yield origin
    finally:
        process.terminate()
        process.wait(10)


def _ready(origin):
    try:
        return requests.get(f"{origin}/-/ready", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def test_a_real_alertmanager_is_content_and_its_alert_ends(ways, alertmanager):
    alert = {"labels": ALERT["labels"], "annotations": {"summary": "db-1 is down"}, "generatorURL": "http://p/graph"}
    requests.post(f"{alertmanager}/api/v2/alerts", json=[alert], timeout=5).raise_for_status()
    until(lambda: len(ways.sent()) == 3, timeout=30, what="the firing alert, by webhook for two, by Slack's for one")
    over = {**alert, "endsAt": dt.datetime.now(dt.UTC).isoformat()}
    requests.post(f"{alertmanager}/api/v2/alerts", json=[over], timeout=5).raise_for_status()
    until(lambda: len(ways.sent()) == 6, timeout=30, what="its end")
    made = [one.notification for one in ways.sent() if one.notification.source == "webhook:grafana"]
    assert [one.recipient.user_id for one in made] == [10, 12, 10, 12]
    assert made[0].tag == made[2].tag
    assert "FIRING:1" in text(made[0])
    assert "RESOLVED" in text(made[2])
    failed = requests.get(f"{alertmanager}/metrics", timeout=5).text
    counts = [line for line in failed.splitlines() if line.startswith("alertmanager_notifications_failed_total")]
    assert sum(float(line.rpartition(" ")[2]) for line in counts) == 0
