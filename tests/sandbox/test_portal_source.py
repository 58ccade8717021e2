"""im.notify.* as Bitrix24's server has it. Bitrix24 server source, main 26.150 (2026-03)."""

from __future__ import annotations

import hashlib
import threading
import time

import pytest
import requests

from slack_bitrix24.sandbox.portal import Portal, User, app
from slack_bitrix24.sandbox.portal.people import USERS
from slack_bitrix24.sandbox.server import Server

PEOPLE = (
    *USERS,
    User(40, "Quiet", "Person", notified=False),
    User(41, "Mail", kind="email"),
    User(42, "Guest", kind="extranet"),
)


class Caller:
    """A webhook and an application of a portal that follows the source."""

    def __init__(self, portal, url):
        self.portal, self.url = portal, url
        token = requests.post(f"{url}/sandbox/tokens", json={"user": 1}, timeout=5).json()["access_token"]
        self.application = {"auth": token}

    def webhook(self, method, **params):
        return requests.post(self.portal.webhook_url(self.url) + method, json=params, timeout=10)

    def app(self, method, **params):
        return requests.post(f"{self.url}/rest/{method}", json=params | self.application, timeout=10)

    def tagged(self, user, message, tag, **more):
        answer = self.app("im.notify.personal.add", USER_ID=user, MESSAGE=message, TAG=tag, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]


@pytest.fixture(scope="module")
def served():
    portal = Portal(plan="off", rules="source", people=PEOPLE)
    with Server(app(portal)) as server:
        yield Caller(portal, server.url)


@pytest.fixture
def call(served):
    served.portal.reset()
    return served


def messages(call, user=10):
    return [one["message"] for one in call.portal.notifications(user)]


@pytest.mark.parametrize(
    "more", [{}, {"CLIENT_ID": "bridge"}, {"CLIENT_ID": "bridge", "SUB_TAG": "s"}, {"SUB_TAG": "s"}]
)
def test_a_webhook_s_tags_are_ignored(call, more):
    for text in ("1", "2"):
        call.webhook("im.notify.personal.add", USER_ID=1, MESSAGE=text, TAG="t", **more)
    rows = call.webhook("im.notify.get").json()["result"]["notifications"]
    assert [(row["notify_tag"], row["notify_sub_tag"]) for row in rows] == [("", ""), ("", "")]
    assert call.portal.stats()["replaced"] == 0
    assert sum(call.portal.stats()["warnings"].values()) == 2


def test_an_application_s_tag_replaces_for_its_recipient_only(call):
    first, second = call.tagged(10, "1", "t", SUB_TAG="s"), call.tagged(10, "2", "t")
    call.tagged(12, "other person", "t")
    call.tagged(10, "other tag", "u")
    assert second > first
    assert messages(call) == ["other tag", "2"]
    assert messages(call, 12) == ["other person"]
    call.tagged(1, "own", "t", SUB_TAG="s")
    [row] = call.webhook("im.notify.get").json()["result"]["notifications"]
    start = hashlib.md5(call.portal.oauth.client_id.encode(), usedforsecurity=False).hexdigest()[:5]
    assert (row["notify_tag"], row["notify_sub_tag"]) == (f"MP|{start}|t", f"MP|{start}|s")


@pytest.mark.parametrize(
    ("name", "length", "sent"),
    [("TAG", 246, True), ("TAG", 247, False), ("SUB_TAG", 246, True), ("SUB_TAG", 247, False), ("SUB_TAG", 300, False)],
)
def test_a_tag_that_is_too_long_keeps_all_from_being_stored(call, name, length, sent):
    answer = call.app("im.notify", USER_ID=10, MESSAGE="m", **{name: "ж" * length}).json()["result"]
    assert isinstance(answer, bool) is not sent
    assert len(call.portal.notifications(10)) == sent


@pytest.mark.parametrize("user", [999, 20, 30, 41])
def test_nobody_to_notify_is_false(call, user):
    answer = call.webhook("im.notify.personal.add", USER_ID=user, MESSAGE="m")
    assert (answer.status_code, answer.json()["result"]) == (200, False)
    assert call.portal.notifications() == []


@pytest.mark.parametrize("user", [1, 10, 42])
def test_oneself_and_guests_are_notified(call, user):
    assert call.webhook("im.notify.personal.add", USER_ID=user, MESSAGE="m").json()["result"] is not False


def test_who_has_switched_notifications_off_is_answered_with_the_time(call):
    answer = call.webhook("im.notify.personal.add", USER_ID=40, MESSAGE="m").json()["result"]
    assert abs(answer - time.time()) < 60
    assert call.portal.sends() == []


@pytest.mark.parametrize("message", [5, 1.5, True, ["x"], {"a": "x"}, None, "", "  "])
def test_a_message_that_is_no_text_is_empty(call, message):
    answer = call.webhook("im.notify.personal.add", USER_ID=10, MESSAGE=message)
    assert (answer.status_code, answer.json()["error"]) == (400, "MESSAGE_EMPTY")


def test_to_stands_for_user_id_and_goes_before_it(call):
    call.webhook("im.notify", TO=12, MESSAGE="m")
    call.webhook("im.notify", to=12, USER_ID=10, MESSAGE="m")
    assert len(messages(call, 12)) == 2
    assert call.webhook("im.notify", TO=0, USER_ID=10, MESSAGE="m").json()["error"] == "USER_ID_EMPTY"
    assert call.portal.stats()["warnings"] == {}


def test_a_text_is_kept_and_read_and_given_out_in_three_forms(call):
    call.webhook("im.notify", USER_ID=1, MESSAGE="<b>x</b>#BR#&lt;p&gt; https://a.b (C) load <5% on a")
    assert messages(call, 1) == ["[b]x[/b]\n&lt;p&gt; https://a.b (C) load <5% on a"]
    [row] = call.webhook("im.notify.get").json()["result"]["notifications"]
    assert row["text"] == "[b]x[/b]\n<p> [URL]https://a.b[/URL] (c) load <5% on a"
    [seen] = requests.get(f"{call.url}/sandbox/seen?user=1", timeout=5).json()
    assert seen["drawn"] == "x\n<p> https://a.b (c) load <5% on a"
    assert seen["push"] == "x <p> https://a.b (c) load <5% on a"
    assert seen["mail"]["text"] == "x\n<p> https://a.b (C) load"


def test_a_system_notification_of_an_application_begins_with_its_name(call):
    call.app("im.notify.system.add", USER_ID=10, MESSAGE="m", MESSAGE_OUT="out")
    call.webhook("im.notify.system.add", USER_ID=10, MESSAGE="m")
    assert messages(call) == ["m", "Sandbox application\nm"]
    assert call.portal.notifications(10)[1]["message_out"] == "Sandbox application\nout"


def test_an_attach_loses_what_is_wrong_in_it_and_as_text_it_takes_time(call):
    blocks = [{"LINK": {"LINK": "HTTPS://A.B"}}, {"MESSAGE": "C:\\new"}, {"FOO": 1}]
    assert call.webhook("im.notify", USER_ID=10, MESSAGE="m", ATTACH=blocks).ok
    assert call.portal.notifications(10)[0]["attach"]["BLOCKS"] == [{"MESSAGE": "C:\new"}]
    assert call.portal.stats()["attach_seconds"] < 0.001
    answer = call.webhook("im.notify", USER_ID=10, MESSAGE="m", ATTACH='[{"MESSAGE":"C:\\\\"}]')
    assert answer.json()["error"] == "ATTACH_ERROR"
    call.webhook("im.notify", USER_ID=10, MESSAGE="m", ATTACH='[{"MESSAGE":"' + "x" * 8000 + '"}]')
    assert 0.5 < call.portal.stats()["attach_seconds"] < 0.6


def test_an_attach_that_php_dies_of_is_a_page_with_500(call):
    answer = call.webhook("im.notify", USER_ID=10, MESSAGE="m", ATTACH=[{"GRID": ["x"]}])
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")


def test_an_attach_longer_than_its_column_is_gone(call):
    call.webhook("im.notify", USER_ID=10, MESSAGE="m", ATTACH=[{"MESSAGE": "я" * 40_000}])
    assert call.portal.notifications(10)[0]["attach"] is None
    assert "column" in str(call.portal.stats()["warnings"])


def test_signs_like_the_server_s_own_markers_are_warned_of(call):
    call.webhook("im.notify", USER_ID=10, MESSAGE="#### title ####")
    call.webhook("im.notify", USER_ID=10, MESSAGE="### title", ATTACH=[{"MESSAGE": "####"}])
    call.webhook("im.notify", USER_ID=10, MESSAGE="##\N{WORD JOINER}## title")
    assert [count for text, count in call.portal.stats()["warnings"].items() if "#" in text] == [2]


def test_delete_by_id_takes_the_caller_s_own_only(call):
    mine, other = (call.webhook("im.notify", USER_ID=user, MESSAGE="m").json()["result"] for user in (1, 10))
    second = call.webhook("im.notify", USER_ID=1, MESSAGE="m").json()["result"]
    assert call.webhook("im.notify.delete", ID=other).json()["result"] is False
    assert call.webhook("im.notify.delete", ID=[mine, second, other]).json()["result"] is True
    assert call.webhook("im.notify.delete", ID="", TAG="t").json()["result"] is False
    assert [one["id"] for one in call.portal.notifications()] == [other]


def test_delete_by_tag_says_true_whatever_was_there_and_by_sub_tag_the_truth(call):
    for user in (10, 12):
        call.tagged(user, "m", "t", SUB_TAG="s")
    assert call.app("im.notify.delete", TAG="none").json()["result"] is True
    assert call.app("im.notify.delete", SUB_TAG="none").json()["result"] is False
    assert call.app("im.notify.delete", SUB_TAG="s").json()["result"] is True
    assert call.portal.notifications() == []
    call.tagged(10, "m", "t")
    assert call.app("im.notify.delete", TAG="t", SUB_TAG="s").json()["result"] is True
    assert call.portal.notifications() == []
    assert call.app("im.notify.delete").json()["error"] == "PARAMS_ERROR"


@pytest.mark.parametrize(
    ("params", "status", "answer"),
    [
        ({}, 403, "ACCESS_DENIED"),
        ({"TAG": "t"}, 403, "ACCESS_DENIED"),
        ({"SUB_TAG": "t"}, 403, "ACCESS_DENIED"),
        ({"CLIENT_ID": "a"}, 400, "PARAMS_ERROR"),
        ({"CLIENT_ID": "a", "TAG": "t"}, 200, True),
        ({"CLIENT_ID": "a", "SUB_TAG": "t"}, 200, False),
    ],
)
def test_a_webhook_deletes_by_tag_what_it_never_wrote(call, params, status, answer):
    call.webhook("im.notify", USER_ID=10, MESSAGE="m", TAG="t", SUB_TAG="t", CLIENT_ID="a")
    told = call.webhook("im.notify.delete", **params)
    assert (told.status_code, told.json().get("error", told.json().get("result"))) == (status, answer)
    assert len(call.portal.notifications(10)) == 1


def test_of_two_sends_of_one_tag_at_once_the_lower_id_is_false():
    portal = Portal(plan="off", rules="source", work=0.3)
    with Server(app(portal)) as server:
        call, answers = Caller(portal, server.url), []
        threads = [
            threading.Thread(target=lambda text=text: answers.append(call.tagged(10, text, "t"))) for text in ("1", "2")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(type, answers), key=str) == [bool, int]
        [kept] = portal.notifications(10)
        assert kept["id"] in answers
        assert portal.stats()["raced"] == 1
        assert [one["gone"] for one in sorted(portal.sends(), key=lambda one: one["id"])] == ["replaced", ""]
        assert isinstance(call.tagged(10, "3", "t"), int)
        assert [one["message"] for one in portal.notifications(10)] == ["3"]


def test_the_rules_are_chosen_by_the_constructor_and_by_control(call):
    assert requests.get(f"{call.url}/sandbox/rules", timeout=5).json() == {"rules": "source"}
    assert requests.post(f"{call.url}/sandbox/rules", json={"rules": "docs"}, timeout=5).json() == {"rules": "docs"}
    try:
        assert call.portal.operating.limit == 480
        assert call.webhook("im.notify", USER_ID=999, MESSAGE="m").json()["result"] is not False
    finally:
        call.portal.follow("source")
    assert call.portal.operating.limit == 420
    assert requests.post(f"{call.url}/sandbox/rules", json={"rules": "mine"}, timeout=5).status_code == 400
    with pytest.raises(ValueError, match="rules"):
        Portal(rules="mine")
