"""Answers whose numbers are none: as far as they mean something they are used, and nothing ends in a traceback."""

from __future__ import annotations

import json

import pytest

from scripted import Reply, batch
from slack_bitrix24.bitrix24 import replies, rest
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.users import read_people
from slack_bitrix24.bitrix24.values import times, whole
from slack_bitrix24.errors import Bitrix24Error

LONG = "1" * 5000
ODD = ["NaN", "Infinity", "-Infinity", "1e999", "-1", "1" * 400, '"soon"', "null", "[]", '{"a": 1}', "true"]


@pytest.mark.parametrize("odd", ODD, ids=lambda text: text[:12])
@pytest.mark.parametrize("name", ["start", "finish", "duration", "processing", "operating", "operating_reset_at"])
def test_a_time_that_is_none_leaves_the_limits_sane(name, odd):
    sane = {
        "start": 1.0,
        "finish": 1.1,
        "duration": 0.1,
        "processing": 0.1,
        "operating": 0.2,
        "operating_reset_at": 601,
    }
    body = json.dumps({"result": 7, "time": {**sane, name: "@"}}).replace('"@"', odd)
    answer = replies.read("im.notify.personal.add", 200, body.encode())
    limits = Limits.of("standard", operating_limit=480.0)
    for now in (1000.0, 1001.0, 1700.0):
        limits = limits.observe({"im.notify.personal.add": [answer.time]}, now)
    assert 1700.0 <= limits.ready_at("im.notify.personal.add", 50, 1700.0) < 1700.0 + 700
    json.loads(limits.dump(), parse_constant=pytest.fail)


@pytest.mark.parametrize("odd", [*ODD, f'"{LONG}"', '"²"', '"1_000"', '"0x10"', "1.5"], ids=lambda text: text[:12])
def test_a_total_that_is_none_is_none(odd):
    answer = replies.read("user.get", 200, f'{{"result": [], "total": {odd}, "next": {odd}}}'.encode())
    assert (answer.total, answer.next) == (None, None)


def test_an_answer_with_a_number_of_thousands_of_digits_is_no_json_of_bitrix24s():
    with pytest.raises(Bitrix24Error, match="not Bitrix24's JSON"):
        replies.read("profile", 200, f'{{"result": {LONG}}}'.encode())


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7", 7),
        (0, 0),
        (True, None),
        (-1, None),
        ("", None),
        ("²", None),
        (LONG, None),
        (10**18, None),
        (7.0, None),
    ],
    ids=repr,
)
def test_a_whole_number_comes_as_such_or_as_its_digits(value, number):
    assert whole(value) == number


@pytest.mark.parametrize("value", [None, [], "x", 3, float("nan")])
def test_a_time_of_another_shape_says_nothing(value):
    assert times(value) == {}


@pytest.mark.parametrize(
    ("result", "ids"),
    [
        ([{"id": 7, "name": "Anna"}], [7]),
        ({"0": {"id": "7"}, "1": {"id": 8}}, [7, 8]),
        ([{"name": "nobody"}, {"id": None}, {"id": "soon"}, {"id": LONG}, {"id": -1}, {"id": []}, {"id": 9}], [9]),
        (["x", 3, None, [1], {"id": 9, "departments": ["x", None, "4", LONG]}], [9]),
        ("nobody", []),
        (None, []),
        (7, []),
        ({"7": None, "8": False}, []),
    ],
)
def test_people_of_odd_shapes_are_nobody(result, ids):
    assert list(read_people(rest.Answer(result, {}))) == ids


@pytest.mark.parametrize("odd", [None, [], "x", {"ID": "soon"}, {"ID": {"a": 1}}, {"ID": LONG, "ADMIN": 7}, 5, True])
def test_a_portal_that_answers_a_check_oddly_has_faults_and_no_traceback(server, connect, odd):
    server.answer = lambda request: batch(request, lambda *_: odd)
    health = connect(server.webhook).check()
    assert health.user_id == 0
    assert health.faults


@pytest.mark.parametrize(
    "odd", [None, [], "x", 5, {"ID": "soon"}, {"ID": 7}, {"ID": 7, "DETAIL_URL": ""}, {"ID": LONG, "DETAIL_URL": "/x"}]
)
def test_an_upload_that_is_answered_oddly_is_a_documented_error(server, connect, odd):
    def answer(request):
        if request.method == "disk.storage.getList":
            return Reply({"result": [None, "x", {"ENTITY_TYPE": "user", "ENTITY_ID": "1", "ID": "3"}]})
        return Reply({"result": odd})

    server.answer = answer
    with pytest.raises(Bitrix24Error):
        connect(server.webhook).upload(b"x", "a.txt")
