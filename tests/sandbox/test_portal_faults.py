"""Faults on demand, as a client meets them."""

from __future__ import annotations

import time

import pytest
import requests

from slack_bitrix24.sandbox.portal import Fault, Portal, app, faults
from slack_bitrix24.sandbox.server import Server

ADD = "im.notify.personal.add"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault("refuse"), 500, "INTERNAL_SERVER_ERROR"),
        (Fault("refuse", code="PORTAL_DELETED", status=410), 410, "PORTAL_DELETED"),
        (Fault("error_200"), 200, "ERROR_CORE"),
        (Fault("empty_code"), 400, ""),
        (Fault("refuse", code=""), 500, ""),
        (Fault("missing_scope"), 403, "insufficient_scope"),
        (Fault("expired_token"), 401, "expired_token"),
        (Fault("revoked"), 401, "INVALID_CREDENTIALS"),
        (Fault("overload"), 503, "OVERLOAD_LIMIT"),
        (Fault("query_limit"), 503, "QUERY_LIMIT_EXCEEDED"),
        (Fault("operation_time"), 429, "OPERATION_TIME_LIMIT"),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
def test_a_refusal_happens_once_before_anything_is_executed(rest, portal, fault, status, code):
    portal.fail(fault)
    assert rest.refused(ADD, USER_ID=10, MESSAGE="m") == (status, code)
    assert portal.notifications(10) == []
    assert rest.notify()


@pytest.mark.parametrize(("kind", "done"), [("drop", 0), ("execute_and_drop", 1)])
def test_a_dropped_connection_gives_no_byte(rest, portal, kind, done):
    portal.fail(Fault(kind))
    with pytest.raises(requests.ConnectionError, match=r"without response|reset"):
        rest.post(ADD, USER_ID=10, MESSAGE="m")
    assert len(portal.notifications(10)) == done
    assert portal.stats()["unanswered"] == 1
    assert rest.notify()


@pytest.mark.parametrize(
    ("kind", "status", "body", "done"),
    [
        ("html", 502, "<h1>502</h1>", 0),
        ("html", 0, "<h1>500</h1>", 0),
        ("execute_and_html", 403, "<h1>403</h1>", 1),
        ("empty", 0, "", 0),
        ("execute_and_empty", 500, "", 1),
    ],
)
def test_answers_that_are_no_json(rest, portal, kind, status, body, done):
    portal.fail(Fault(kind, status=status))
    answer = rest.post(ADD, USER_ID=10, MESSAGE="m")
    assert answer.status_code == (status or (500 if "html" in kind else 200))
    assert body in answer.text
    assert bool(answer.text) == bool(body)
    assert "html" in answer.headers["content-type"]
    assert len(portal.notifications(10)) == done


def test_slow_is_executed_and_answered_and_holds_nobody_else_up(rest, portal):
    portal.fail(Fault("slow", seconds=0.2, user=12))
    started = time.monotonic()
    assert rest.notify(10)
    assert time.monotonic() - started < 0.2
    assert rest.notify(12)
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("location", "host"),
    [("new.example.com", "https://new.example.com"), ("http://127.0.0.1:9/", "http://127.0.0.1:9")],
)
def test_a_moved_portal_answers_302_with_the_same_path(rest, portal, location, host):
    portal.fail(Fault("redirect", location=location))
    answer = rest.post(ADD + "?x=1", USER_ID=10, MESSAGE="m")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{host}/rest/1/5andb0xsecret0001/{ADD}?x=1"
    assert portal.notifications(10) == []


def test_narrowed_to_a_recipient_a_refusal_concerns_one_command_of_a_batch(rest, portal):
    portal.fail(Fault("refuse", user=12, code="ACCESS_ERROR", status=403, description="no"), Fault("result_false"))
    cmd = {f"u{user}": f"{ADD}?USER_ID={user}&MESSAGE=m" for user in (10, 12, 14)}
    sections = rest.batch(cmd)
    assert sections["result_error"] == {"u12": {"error": "ACCESS_ERROR", "error_description": "no"}}
    assert sections["result"]["u10"] is False
    assert isinstance(sections["result"]["u14"], int)


def test_narrowed_to_a_method_others_pass(rest, portal):
    portal.fail(Fault("refuse", method="im.Notify.System.add", times=2))
    assert rest.notify()
    assert rest.refused("im.notify.system.add", USER_ID=10, MESSAGE="m")[0] == 500
    assert rest.batch({"a": "im.notify.system.add?USER_ID=10&MESSAGE=m"})["result_error"]
    assert rest.call("im.notify.system.add", USER_ID=10, MESSAGE="m")


def test_a_whole_batch_is_dropped_when_one_command_is_meant(rest, portal):
    portal.fail(Fault("execute_and_drop", user=12))
    assert rest.batch({"a": f"{ADD}?USER_ID=10&MESSAGE=m"})["result"]
    with pytest.raises(requests.ConnectionError):
        rest.batch({"a": f"{ADD}?USER_ID=14&MESSAGE=m", "b": f"{ADD}?USER_ID=12&MESSAGE=m"})
    assert len(portal.notifications(14)) == 1
    portal.fail(Fault("overload", method="batch"), Fault("drop", user=99))
    assert rest.notify()
    assert rest.refused("batch", cmd={"a": "profile"}) == (503, "OVERLOAD_LIMIT")
    assert rest.refused("batch") == (400, "ERROR_ARGUMENT")


def test_until_taken_back_and_by_chance(rest, portal):
    portal.fail(Fault("revoked", times=0))
    assert {rest.refused("profile") for _ in range(3)} == {(401, "INVALID_CREDENTIALS")}
    rest.session.delete(f"{rest.url}/sandbox/faults", timeout=5)
    assert rest.call("profile")
    portal.fail(Fault("overload", probability=0.5))
    codes = [rest.post("profile").status_code for _ in range(40)]
    assert 5 < codes.count(503) < 35
    assert portal.stats()["faults"]["happened"] == 3 + codes.count(503)


def test_the_same_seed_gives_the_same_faults():
    def happen():
        chance = faults.Faults(seed=3)
        chance.add(Fault("drop", probability=0.3))
        return [chance.for_request("profile", []) is not None for _ in range(50)]

    assert happen() == happen()
    assert any(happen())


def test_a_revoked_webhook_and_a_wrong_one(rest, portal):
    portal.revoke()
    assert rest.refused("profile") == (401, "INVALID_CREDENTIALS")
    portal.revoke(revoked=False)
    for path in ("/rest/7/5andb0xsecret0001/profile", "/rest/1/x/profile"):
        answer = requests.get(rest.url + path, timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (401, "INVALID_CREDENTIALS")
    for path in ("/rest/profile", "/rest/a/b/profile", "/rest/api/1/x/profile", "/rest/"):
        assert requests.get(rest.url + path, timeout=5).json()["error"] == "NO_AUTH_FOUND"


@pytest.mark.parametrize(("rules", "status"), [("source", 401), ("docs", 400)])
def test_https_may_be_required(rules, status):
    portal = Portal(https_required=True, rules=rules)
    with Server(app(portal)) as server:
        answer = requests.get(portal.webhook_url(server.url) + "profile", timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (status, "INVALID_REQUEST")
    with Server(app(portal), tls=True) as server:
        url = portal.webhook_url(server.url) + "profile"
        assert requests.get(url, timeout=5, verify=server.ca_file).status_code == 200


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"kind": "explode"}, "a fault is one of"),
        ({"kind": "redirect"}, "needs a location"),
        ({"kind": "drop", "often": 3}, "unknown: often"),
        ({"times": 3}, "with a kind"),
        ([5], "with a kind"),
    ],
)
def test_faults_that_make_no_sense_are_refused(rest, body, fault):
    assert fault in rest.sandbox("faults", json=body)["error"]
    with pytest.raises(ValueError, match=fault):
        faults.read(body)
