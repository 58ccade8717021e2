"""im.notify.*: each parameter, each answer, each refusal of the documents."""

from __future__ import annotations

import json

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.server import Server

BLOCKS = [{"MESSAGE": "v1.2"}]


def test_a_personal_notification_is_seen_by_its_recipient_with_its_author(rest, portal):
    number = rest.notify(10, "  [b]Deploy[/b] & more \n", MESSAGE_OUT="Deploy", ATTACH=BLOCKS)
    [seen] = portal.notifications(10)
    assert seen == {
        "id": number,
        "user_id": 10,
        "author": {"id": 1, "name": "Portal Owner", "avatar": ""},
        "kind": "personal",
        "message": "[b]Deploy[/b] & more",
        "message_out": "Deploy",
        "attach": {"ID": 1, "COLOR_TOKEN": "base", "COLOR": "#df532d", "BLOCKS": BLOCKS},
        "tag": "",
        "sub_tag": "",
        "application": "",
        "date": seen["date"],
        "read": False,
    }
    assert portal.notifications(12) == []


@pytest.mark.parametrize(
    ("method", "params", "kind"),
    [
        ("im.notify", {}, "personal"),
        ("im.notify", {"TYPE": "USER"}, "personal"),
        ("im.notify", {"TYPE": "SYSTEM"}, "system"),
        ("IM.Notify.System.Add", {}, "system"),
        ("im.notify.personal.add.json", {}, "personal"),
    ],
)
def test_kinds(rest, portal, method, params, kind):
    rest.call(method, USER_ID="10", MESSAGE="m", **params)
    [seen] = portal.notifications(10)
    assert seen["kind"] == kind
    assert (seen["author"] is None) == (kind == "system")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "USER_ID_EMPTY"),
        ({"USER_ID": 0, "MESSAGE": "", "ATTACH": "{"}, "USER_ID_EMPTY"),
        ({"USER_ID": -5, "MESSAGE": "m"}, "USER_ID_EMPTY"),
        ({"USER_ID": "anna", "MESSAGE": "m"}, "USER_ID_EMPTY"),
        ({"USER_ID": 10, "ATTACH": "{"}, "MESSAGE_EMPTY"),
        ({"USER_ID": 10, "MESSAGE": " \n "}, "MESSAGE_EMPTY"),
        ({"USER_ID": 10, "MESSAGE": "m", "ATTACH": "{"}, "ATTACH_ERROR"),
        ({"USER_ID": 10, "MESSAGE": "m", "ATTACH": [{"MESSAGE": "x" * 60_000}]}, "ATTACH_OVERSIZE"),
    ],
)
def test_refusals_come_in_order_user_message_attach(rest, portal, params, code):
    assert rest.refused("im.notify.personal.add", **params) == (400, code)
    assert portal.notifications() == []
    assert portal.stats()["refused"] == {code: 1}


def test_a_tag_replaces_within_its_application_and_the_new_one_has_a_new_id(rest, portal):
    first = rest.notify(10, "1", TAG="t", CLIENT_ID="a")
    rest.notify(10, "other application", TAG="t", CLIENT_ID="b")
    second = rest.notify(10, "2", TAG="t", SUB_TAG="s", CLIENT_ID="a")
    assert second > first
    assert [one["message"] for one in portal.notifications(10)] == ["2", "other application"]
    assert {"user_id": 10, "tag": "t", "executed": 3, "seen": 2} in portal.log()
    assert [one["gone"] for one in portal.sends()] == ["replaced", "", ""]
    assert portal.stats()["replaced"] == 1


def test_a_tag_reaches_across_recipients(rest, portal):
    rest.notify(10, TAG="t", CLIENT_ID="a")
    rest.notify(12, TAG="t", CLIENT_ID="a")
    assert portal.notifications(10) == []
    assert len(portal.notifications(12)) == 1


def test_a_webhook_s_tag_without_client_id_is_ignored_and_warned_of(rest, portal):
    for _ in range(2):
        rest.notify(10, TAG="t", SUB_TAG="s")
    assert [one["tag"] for one in portal.notifications(10)] == ["", ""]
    assert portal.stats()["warnings"] == {"TAG or SUB_TAG without CLIENT_ID through a webhook: ignored": 2}


def test_delete_by_id_tag_or_sub_tag(rest, portal):
    first = rest.notify(10)
    for user in (10, 12):
        rest.notify(user, TAG=f"t|U{user}", SUB_TAG="t", CLIENT_ID="a")
    assert rest.call("im.notify.delete", ID=first) is True
    assert rest.call("im.notify.delete", ID=first) is False
    assert rest.call("im.notify.delete", TAG="t|U10", CLIENT_ID="b") is False
    assert rest.call("im.notify.delete", TAG="t|U10", CLIENT_ID="a") is True
    assert rest.call("im.notify.delete", SUB_TAG="t", CLIENT_ID="a") is True
    assert portal.notifications() == []
    assert rest.refused("im.notify.delete") == (400, "PARAMS_ERROR")
    assert rest.refused("im.notify.delete", TAG="t") == (403, "ACCESS_DENIED")
    assert portal.stats()["deleted"] == 3


def test_unknown_dismissed_and_bot_recipients_are_warned_of(rest, portal):
    assert all(isinstance(rest.notify(user), int) for user in (999, 20, 30))
    assert sum(portal.stats()["warnings"].values()) == 3
    portal.unknown_users = "false"
    try:
        assert rest.notify(999) is False
    finally:
        portal.unknown_users = "accept"


def test_unknown_and_mistyped_parameters_are_warned_of_not_refused(rest, portal):
    rest.notify(10, KEYBOARD=[], TAG=["x"])
    warnings = portal.stats()["warnings"]
    assert "im.notify.personal.add: unknown parameter KEYBOARD" in warnings
    assert "im.notify.personal.add: TAG has a wrong type" in warnings


def test_the_caller_reads_the_own_ones_page_by_page_with_prefixed_tags(rest):
    for number in range(60):
        rest.notify(1, f"m{number}", TAG=f"t{number}", SUB_TAG="s", CLIENT_ID="a", ATTACH=BLOCKS)
    page = rest.call("im.notify.get")
    assert (page["total_count"], page["total_unread_count"], len(page["notifications"])) == (60, 60, 50)
    first = page["notifications"][0]
    assert (first["text"], first["notify_tag"], first["notify_sub_tag"]) == ("m59", "MP|customa|t59", "MP|customa|s")
    assert first["params"]["ATTACH"][0]["BLOCKS"] == BLOCKS
    assert [user["id"] for user in page["users"]] == [1]
    rest_of = rest.call("im.notify.get", LAST_ID=page["notifications"][-1]["id"], LAST_TYPE=3)
    assert len(rest_of["notifications"]) == 10
    assert len(rest.call("im.notify.get", LIMIT=3)["notifications"]) == 3
    assert rest.refused("im.notify.get", LAST_ID=5) == (400, "LAST_ID_AND_LAST_TYPE")
    assert rest.refused("im.notify.get", LAST_ID="x", LAST_TYPE=3) == (400, "LAST_ID_STRING")


def test_without_notifications_there_are_only_two_keys(rest):
    assert rest.call("im.notify.get") == {"notifications": [], "users": []}


def test_a_system_notification_has_no_author_when_it_is_read(rest):
    rest.call("im.notify.system.add", USER_ID=1, MESSAGE="m")
    [one] = rest.call("im.notify.get")["notifications"]
    assert (one["author_id"], one["notify_type"], one["params"]) == (0, 4, None)


def test_marking_as_read(rest, portal):
    numbers = [rest.notify(1) for _ in range(4)]

    def unread():
        return [one["id"] for one in reversed(portal.notifications(1)) if not one["read"]]

    assert rest.call("im.notify.read") is True
    assert unread() == numbers
    rest.call("im.notify.read", ID=numbers[1], ONLY_CURRENT="Y")
    assert unread() == [numbers[0], *numbers[2:]]
    rest.call("im.notify.read", ID=numbers[2])
    assert unread() == numbers[:1]
    rest.call("im.notify.read", ID=numbers[3], ACTION="N")
    assert unread() == [numbers[0], numbers[3]]
    rest.call("im.notify.read.list", IDS=[numbers[0], 0, numbers[3]])
    assert unread() == numbers[3:]
    assert rest.refused("im.notify.read.list", IDS=5) == (400, "PARAMS_ERROR")
    assert rest.call("im.notify.read.all") == {"result": True, "newCounter": 0}
    assert unread() == []


def test_the_schema_names_modules(rest):
    assert rest.call("im.notify.schema.get")["rest"]["LIST"][0]["ID"] == "rest|rest_notify"


def test_every_encoding_says_the_same(rest, portal):
    text = "a & b + c % d [b]ж[/b] 🙂 \"q\" 'x'"
    url, attach = rest.webhook + "im.notify.personal.add", json.dumps(BLOCKS, ensure_ascii=False)
    fields = {"USER_ID": "10", "MESSAGE": text, "ATTACH": attach}
    rest.session.get(url, params=fields, timeout=5)
    rest.session.post(url, data=fields, timeout=5)
    rest.session.post(url, files={name: (None, value) for name, value in fields.items()}, timeout=5)
    rest.session.post(url + ".json", json=fields, timeout=5)
    rest.session.post(url, json={**fields, "ATTACH": BLOCKS}, timeout=5)
    rest.session.post(url, data={**fields, "ATTACH": "", "ATTACH[0][MESSAGE]": "v1.2"}, timeout=5)
    seen = portal.notifications(10)
    assert len(seen) == 6
    assert {one["message"] for one in seen} == {text}
    assert all(one["attach"]["BLOCKS"] == BLOCKS for one in seen)


def test_the_older_limit_of_an_attach():
    portal = Portal(plan="off", attach_limit=30_000)
    with Server(app(portal)) as server:
        asked = {"USER_ID": 10, "MESSAGE": "m", "ATTACH": [{"MESSAGE": "x" * 30_000}]}
        answer = requests.post(portal.webhook_url(server.url) + "im.notify", json=asked, timeout=5)
        assert answer.json()["error"] == "ATTACH_OVERSIZE"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
METHODS = ["im.notify.personal.add", "im.notify.delete", "im.notify.get", "im.notify.read", "im.notify.read.list"]
METHODS += ["user.get", "user.search", "im.user.list.get", "im.department.employees.get", "department.get", "batch"]
METHODS += ["disk.storage.uploadFile", "disk.folder.uploadFile", "disk.file.get", "disk.storage.getList", "method.get"]
NAMES = ["USER_ID", "MESSAGE", "ATTACH", "TAG", "CLIENT_ID", "ID", "IDS", "LAST_ID", "LAST_TYPE", "FILTER", "select"]
NAMES += ["sort", "order", "start", "cmd", "halt", "data", "fileContent", "rights", "UF_DEPARTMENT", "FIND", "name"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(METHODS), params=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5))
def test_no_parameters_make_it_fail(rest, method, params):
    answer = rest.post(method, **{"ID": 1001, "USER_ID": 10, **params})
    assert answer.status_code in (200, 400, 403, 405), answer.text
    assert "result" in answer.json() or answer.json().keys() == {"error", "error_description"}
