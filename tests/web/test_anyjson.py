"""Any JSON: by the configuration's paths, else as a table."""

from __future__ import annotations

import pytest

from slack_bitrix24.plain import uncoded
from ways import OTHER

SHOP = "/json/shop/t0kenOfShop0123456789ab"
ORDER = {
    "order": {"id": 7, "name": "Order 7", "url": "https://shop.example/7"},
    "note": "paid *in full*",
    "state": "alert",
}


def test_paths_find_title_text_and_link(ways):
    assert ways.post(SHOP, json=ORDER).status_code == 200
    sent = ways.sent()
    assert [one.notification.recipient.user_id for one in sent] == [10, 12]
    whole = sent[0].notification.message + sent[0].notification.attach
    assert "Order 7" in whole
    assert "https://shop.example/7" in whole
    assert "in full" in whole


def test_the_same_key_replaces_and_the_state_says_when_it_is_over(ways):
    ways.post(SHOP, json=ORDER)
    ways.post(SHOP, json={**ORDER, "state": "resolved"})
    first, *_, last = ways.sent()
    assert first.notification.sub_tag == last.notification.sub_tag


@pytest.mark.parametrize(
    ("who", "users"), [("@team", [14]), (["@team"], [14]), ("@oncall", [10, 12]), ("nobody", [10, 12])]
)
def test_whom_the_body_names(ways, who, users):
    ways.post(SHOP, json={**ORDER, "who": who})
    assert ways.users() == users


@pytest.mark.parametrize(
    "body", [{"a": {"b": "deep word"}}, ["deep word"], [{"x": "deep word"}], {"order": "deep word"}]
)
def test_what_no_path_finds_is_a_table(ways, body):
    assert ways.post(SHOP, json=body).status_code == 200
    assert "deep word" in (sent := ways.sent()[0].notification).message + sent.attach


def test_a_webhook_without_paths_shows_all_leaves(ways):
    assert ways.post(f"/json/backup/{OTHER}", json={"job": {"name": "nightly", "ok": False}}).status_code == 200
    sent = ways.sent()[0].notification
    assert "nightly" in sent.message + sent.attach


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"data": b"{"}, 400),
        ({"data": b""}, 400),
        ({"json": {}}, 400),
        ({"json": [None]}, 400),
        ({"json": {"a": ""}}, 400),
    ],
)
def test_a_body_without_a_word_is_refused(ways, how, status):
    assert ways.post(SHOP, headers={"Content-Type": "application/json"}, **how).status_code == status


LEADING = [
    ({"id": 7, "title": "db-1 is down", "host": "db-1"}, "db-1 is down"),
    ({"heartbeat": {"status": 0, "msg": "timeout"}, "monitor": {"name": "web"}, "msg": "[web] DOWN"}, "[web] DOWN"),
    ({"event": {"subject": "Order 7"}, "name": "shop"}, "Order 7"),
    ({"data": '{"n": 1, "msg": "said within"}'}, "said within"),
    ({"alerts": [{"title": "one of many"}], "host": "db-1"}, "alerts.0.title: one of many"),
    ({"message": "lone"}, "message: lone"),
    ({"a": 1, "message": "two\nlines", "name": "db-1"}, "db-1"),
]


@pytest.mark.parametrize(("body", "first"), LEADING)
def test_a_table_begins_with_what_says_best_what_it_is_about(ways, body, first):
    assert ways.post(f"/json/backup/{OTHER}", json=body).status_code == 200
    assert uncoded(ways.sent()[0].notification.message).splitlines()[0] == first


@pytest.mark.parametrize(
    "how",
    [
        {"files": {"data": (None, '{"order": {"name": "Order 7"}}')}},
        {"data": {"data": '{"order": {"name": "Order 7"}}'}},
        {"data": {"payload": '{"order": {"name": "Order 7"}}', "more": "x"}},
        {"data": {"json": ' {"order": {"name": "Order 7"}}'}},
        {"json": {"order": {"name": "Order 7"}}},
    ],
)
def test_json_in_the_only_field_of_a_form_is_the_body(ways, how):
    assert ways.post(SHOP, **how).status_code == 200
    sent = ways.sent()[0].notification
    assert "Order 7" in sent.message
    assert "order.name" not in sent.message + sent.attach
