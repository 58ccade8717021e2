"""Who it is for whom Bitrix24 created nothing, in words that name them."""

import time

import pytest

from scripted import Reply, Scripted, batch, error, result
from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.bitrix24.rest import Answer
from slack_bitrix24.bitrix24.users import read_people
from slack_bitrix24.deliver.reasons import why
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.reasons import Reader


@pytest.fixture
def scripted():
    made = Scripted()
    yield made
    made.close()


PEOPLE = {
    12: {"id": 12, "name": "Anna Petrova", "active": True},
    13: {"id": 13, "name": "Boris Gone", "active": False},
    14: {"id": 14, "name": "Clara Bot", "active": True, "bot": True, "external_auth_id": "bot"},
    15: {"id": 15, "name": "dora@example.com", "active": True, "external_auth_id": "email"},
    16: {"id": 16, "name": "Open Line", "active": True, "external_auth_id": "imconnector"},
    17: {"id": 17, "name": "Gone Bot", "active": False, "bot": True},
    18: {"id": 18, "name": "", "active": False},
}
SHEET = [
    (11, "USER_UNKNOWN", "no user 11"),
    (12, "NOT_CREATED", "Anna Petrova (12)"),
    (13, "USER_DISMISSED", "Boris Gone (13) is dismissed"),
    (14, "USER_IS_BOT", "Clara Bot (14) is a bot"),
    (15, "USER_IS_EMAIL", "dora@example.com (15) is an e-mail user"),
    (16, "USER_IS_EXTERNAL", "Open Line (16) is no employee (imconnector)"),
    (17, "USER_IS_BOT", "Gone Bot (17) is a bot"),
    (18, "USER_DISMISSED", "user 18 is dismissed"),
]


@pytest.mark.parametrize(("user", "code", "words"), SHEET)
def test_false_is_explained_by_who_it_is(user, code, words):
    """Bitrix24 server source, main 26.150 (2026-03)."""
    known = read_people(Answer(list(PEOPLE.values())))
    found = why(codes.not_created(), user, known.get(user))
    assert (found.code, found.verdict) == (code, codes.not_created().verdict)
    assert found.code in codes.OWN
    assert words in str(found)


@pytest.mark.parametrize(("user", "words"), [(12, "Anna Petrova (12)"), (11, "user 11"), (18, "user 18")])
def test_who_switched_notifications_off_is_named(user, words):
    found = why(codes.switched_off(), user, read_people(Answer(list(PEOPLE.values()))).get(user))
    assert found.code == "NOTIFICATIONS_OFF"
    assert f"{words} has switched these notifications off" in str(found)


def test_any_other_refusal_stays_as_it_is():
    refused = codes.refusal(400, "ATTACH_ERROR", "x")
    assert why(refused, 12, None) is refused


def _answered(command, params):
    user = int(params["USER_ID"])
    if command != "im.notify.personal.add":
        return error("ERROR_METHOD_NOT_FOUND", status=404)
    return False if user in (11, 13, 15) else user * 10


@pytest.mark.parametrize("who_fails", [False, True])
def test_a_lane_asks_once_for_all_of_a_request(rig, scripted, who_fails):
    """Promise 4: what is refused is kept with its reason; without an answer to who they are, with what is known."""

    def answer(request):
        if request.method == "im.user.list.get":
            if who_fails:
                return error("insufficient_scope", status=401)
            return result([PEOPLE[user] for user in request.json["ID"] if user in PEOPLE])
        return batch(request, lambda _key, method, params: _answered(method, params))

    scripted.answer = answer
    ids = [rig.put(user=user)[0] for user in (11, 12, 13, 15)]
    rig.node(url=scripted.webhook)
    rig.all(ids[:1] + ids[2:], "dead")
    rig.all(ids[1:2])
    dead = ["NOT_CREATED"] * 3 if who_fails else ["USER_UNKNOWN", "USER_DISMISSED", "USER_IS_EMAIL"]
    assert [rig.get(one).code for one in (ids[0], ids[2], ids[3])] == dead
    assert [one.method for one in scripted.requests].count("im.user.list.get") == 1


def test_the_time_in_place_of_an_id_is_dead_with_the_name(rig, scripted):
    def answer(request):
        if request.method == "im.user.list.get":
            return result([PEOPLE[12]])
        now = time.time()
        return Reply({"result": int(now), "time": {"start": int(now), "finish": now + 0.2}})

    scripted.answer = answer
    [one] = rig.put(user=12)
    rig.node(url=scripted.webhook)
    rig.all([one], "dead")
    kept = rig.get(one)
    assert (kept.code, kept.bitrix24_id) == ("NOTIFICATIONS_OFF", None)
    names = {"bitrix24:main/12": "Anna"}
    assert "Anna Petrova (12) has switched" in answers.outcome([kept], names, (), reader=Reader("en"), command="/b24")
    assert "отключил такие уведомления" in answers.outcome([kept], names, (), reader=Reader("ru"), command="/b24")


def test_a_refusal_that_may_be_another_ones_goes_out_alone_and_is_judged_there(rig, scripted):
    """The code of the one before it is not believed; alone it gets through, or has a code of its own."""

    def answer(request):
        if request.method == "im.user.list.get":
            return result([])
        if request.method != "batch":
            return error("ATTACH_ERROR") if request.json["USER_ID"] == 14 else result(140)
        answered = {"11": False, "12": 120, "13": error("TO_USER_ID"), "14": error("TO_USER_ID")}
        return batch(request, lambda _key, _method, params: answered[params["USER_ID"]])

    scripted.answer = answer
    unknown, fine, leaked, broken = (rig.put(user=user)[0] for user in (11, 12, 13, 14))
    rig.node(url=scripted.webhook)
    rig.all([fine, leaked])
    rig.all([unknown, broken], "dead")
    assert (rig.get(unknown).code, rig.get(broken).code) == ("USER_UNKNOWN", "ATTACH_ERROR")
