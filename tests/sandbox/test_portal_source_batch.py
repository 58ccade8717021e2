"""batch, refusals and limits as Bitrix24's server has them. Bitrix24 server source, main 26.150 (2026-03)."""

from __future__ import annotations

import json
import threading

import pytest
import requests

from slack_bitrix24.sandbox.portal import Fault, Portal, app, references
from slack_bitrix24.sandbox.server import Server

ADD = "im.notify.personal.add?USER_ID=10&MESSAGE="
SECTIONS = {
    "result": {"n0": 1001, "me": {"ID": "1", "NAME": "Anna"}, "list": ["a", "b"]},
    "error": [],
    "total": {"list": 2},
    "next": {},
    "time": {"n0": {"start": 1.5}},
}


@pytest.fixture(scope="module")
def served():
    portal = Portal(plan="off", rules="source")
    with Server(app(portal)) as server:
        portal.url = server.url
        yield portal


@pytest.fixture
def portal(served):
    served.reset()
    return served


def post(portal, method, **params):
    return requests.post(portal.webhook_url(portal.url) + method, json=params, timeout=10)


def batch(portal, cmd, **params):
    answer = post(portal, "batch", cmd=cmd, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def messages(portal):
    return [one["message"] for one in reversed(portal.notifications(10))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$result[n0]", 1001),
        ("$result[me][NAME]", "Anna"),
        ("$result[me][NAME][more]", "Anna"),
        ("$result[me][none]", SECTIONS["result"]["me"]),
        ("$result[none]", SECTIONS["result"]),
        ("$results[0]", SECTIONS["result"]),
        ("$errors[0]", []),
        ("$error[x]", []),
        ("$totals['x']", {"list": 2}),
        ("$total[list]", 2),
        ("$times[x]y", SECTIONS["time"]),
        ("$nextly[x]", {}),
        ("$RESULT[n0]", None),
        ("$Error[0]", None),
        ("$result", "$result"),
        ("$result[n0", "$result[n0"),
        ("$other[0]", "$other[0]"),
        ("see $time[n0][start] now", "see 1.5 now"),
        ("see $result[n0]: done", "see 1001 done"),
        ("see $result[me] now", "see $result[me] now"),
        ("see $RESULT[n0] now", "see $RESULT[n0] now"),
        ("see $errors[0]", "see $errors[0]"),
        ('[{"MESSAGE":"$result[n0]"},1]', '[{"MESSAGE":"1001'),
        ("$ result[n0]", "$ result[n0]"),
        ("\N{WORD JOINER}$result[n0]", "\N{WORD JOINER}1001"),
        ("$\N{WORD JOINER}result[n0]", "$\N{WORD JOINER}result[n0]"),
    ],
)
def test_references_reach_far(text, found):
    assert references.actual(text, SECTIONS) == found
    assert references.actual({"a": [text]}, SECTIONS) == {"a": [found]}


@pytest.mark.parametrize("text", ["$errors[0]", "$results[0]", "$totals['x']", "$RESULT[x]", "$time[x]", "$nexts[1]"])
def test_a_message_that_is_a_reference_is_empty(portal, text):
    done = batch(portal, {"a": ADD + requests.utils.quote(text), "b": ADD + "after"})
    assert done["result_error"]["a"]["error"] == "MESSAGE_EMPTY"
    assert messages(portal) == ["after"]


@pytest.mark.parametrize(
    ("halt", "sent"), [(0, 1), ("0", 1), ("", 1), (False, 1), (1, 0), ("false", 0), ("N", 0), (True, 0), ("no", 0)]
)
def test_halt_is_what_php_takes_for_true(portal, halt, sent):
    batch(portal, {"bad": ADD, "good": ADD + "x"}, halt=halt)
    assert len(messages(portal)) == sent


@pytest.mark.parametrize("cmd", [None, {}, [], 5, "x", "{"])
def test_without_commands_the_sections_are_empty(portal, cmd):
    params = {} if cmd is None else {"cmd": cmd}
    answer = post(portal, "batch", **params)
    assert (answer.status_code, answer.json()["result"]["result"]) == (200, [])


def test_a_command_that_is_no_text_is_skipped_without_a_trace(portal):
    done = batch(portal, {"a": 5, "b": ["x"], "c": None, "d": ADD + "x", "e": {"f": 1}})
    assert list(done["result"]) == ["d"]
    assert done["result_error"] == []


def test_what_may_stand_in_a_batch(portal):
    done = batch(
        portal,
        {
            "b": "batch?cmd[a]=profile",
            "u": "upload",
            "d": "download",
            "x": "no.such",
            "f": "disk.storage.uploadFile?id=3",
        },
    )
    codes = {key: error["error"] for key, error in done["result_error"].items()}
    assert {codes[key] for key in "bud"} == {"ERROR_BATCH_METHOD_NOT_ALLOWED"}
    assert codes["x"] == "ERROR_METHOD_NOT_FOUND"
    assert codes["f"] != "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_a_false_leaves_its_code_for_the_next_command_that_fails(portal):
    done = batch(portal, {"nobody": ADD.replace("10", "999") + "x", "good": ADD + "x", "bad": ADD, "worse": ADD})
    assert done["result"] == {"nobody": False, "good": done["result"]["good"]}
    assert [done["result_error"][key]["error"] for key in ("bad", "worse")] == ["TO_USER_ID", "MESSAGE_EMPTY"]
    assert batch(portal, {"bad": ADD})["result_error"]["bad"]["error"] == "MESSAGE_EMPTY"


def test_php_s_end_loses_the_answers_of_all_after_some_were_executed(portal):
    dying = "im.notify?USER_ID=10&MESSAGE=y&ATTACH[0][GRID][0]=text"
    answer = post(portal, "batch", cmd={"a": ADD + "x", "b": dying, "c": ADD + "z"})
    assert (answer.status_code, answer.text[:6]) == (500, "<html>")
    assert messages(portal) == ["x"]


@pytest.mark.parametrize("encoded", ["json", "data"])
def test_of_a_thousand_and_more_variables_the_rest_is_dropped(portal, encoded):
    fields = "&".join(f"ATTACH[{n}][MESSAGE]=n" for n in range(1500))
    cmd = {"a": f"{ADD}x&{fields}"}
    given = {"json": {"cmd": cmd}} if encoded == "json" else {"data": {"cmd[a]": cmd["a"]}}
    assert requests.post(f"{portal.webhook_url(portal.url)}batch", **given, timeout=10).ok
    [one] = portal.notifications(10)
    assert len(one["attach"]["BLOCKS"]) == 998
    assert "variables" in str(portal.stats()["warnings"])


def test_a_raw_number_sign_ends_a_command_and_dots_in_names_change(portal):
    batch(portal, {"a": ADD + "x#y", "b": "im.notify?USER ID=10&MESSAGE=z"})
    assert messages(portal) == ["x", "z"]


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("/rest/1/wrong/no.such", 404, "ERROR_METHOD_NOT_FOUND"),
        ("/rest/no.such", 404, "ERROR_METHOD_NOT_FOUND"),
        ("/rest/profile", 401, "NO_AUTH_FOUND"),
        ("/rest/1/wrong/profile", 401, "INVALID_CREDENTIALS"),
        ("/rest/1/wrong/batch", 401, "INVALID_CREDENTIALS"),
    ],
)
def test_the_method_is_looked_for_before_the_caller(portal, url, status, code):
    answer = requests.get(portal.url + url, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing_scope", "insufficient_scope"),
        ("overload", "OVERLOAD_LIMIT"),
        ("no_subscription", "ACCESS_DENIED"),
        ("connection_error", "CONNECTION_ERROR"),
    ],
)
def test_what_the_server_answers_with_401(portal, kind, code):
    portal.fail(Fault(kind))
    answer = post(portal, "profile")
    assert (answer.status_code, answer.json()["error"]) == (401, code)
    portal.fail(Fault(kind, status=418))
    assert post(portal, "profile").status_code == 418


def test_plain_http_and_a_missing_scope_are_401():
    portal = Portal(rules="source", scopes=("user",), https_required=True)
    with Server(app(portal)) as server:
        url = portal.webhook_url(server.url)
        assert requests.get(url + "profile", timeout=5).status_code == 401
        portal.https_required = False
        refused = requests.post(url + "batch", json={"cmd": {"a": ADD + "x"}}, timeout=5).json()["result"][
            "result_error"
        ]["a"]
        assert refused == {"error": "insufficient_scope", "error_description": ""}
        assert requests.get(url + "im.notify", timeout=5).status_code == 401


def test_time_starts_with_a_whole_second_and_answers_are_utf_8(portal):
    post(portal, "im.notify", USER_ID=1, MESSAGE="ж <a> & \"q\" 'x' / \\")
    answer = post(portal, "im.notify.get")
    assert "ж \\u003Ca\\u003E \\u0026 \\u0022q\\u0022 \\u0027x\\u0027 \\/ \\\\" in answer.content.decode()
    told = json.loads(answer.content)
    assert told["result"]["notifications"][0]["text"] == "ж <a> & \"q\" 'x' / \\"
    assert isinstance(told["time"]["start"], int)
    assert isinstance(told["time"]["processing"], int)
    assert 0 <= told["time"]["duration"] < 2


class Clock:
    now = 1_764_400_000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("charge", "commands", "spent"),
    [(0.1, 1, 0), (0.05, 1, 0), (0.2, 1, 0.2), (0.05, 2, 0), (0.05, 4, 0.2), (0.2, 3, 0.6)],
)
def test_a_request_in_which_a_method_worked_a_tenth_of_a_second_counts_nothing(charge, commands, spent):
    portal = Portal(plan="off", rules="source", charge=charge, clock=Clock())
    with Server(app(portal)) as server:
        url = portal.webhook_url(server.url) + "batch"
        requests.post(url, json={"cmd": {f"c{n}": "profile" for n in range(commands)}}, timeout=5)
        [key] = {(caller, method) for caller, method in portal.operating._work} or {("", "")}
        assert portal.operating.spent(key, Clock.now) == pytest.approx(spent)


def test_the_limit_is_420_seconds():
    portal = Portal(plan="off", rules="source", charge=211, clock=Clock())
    with Server(app(portal)) as server:
        codes = [requests.get(portal.webhook_url(server.url) + "profile", timeout=5).status_code for _ in range(3)]
        assert codes == [200, 200, 429]


def test_requests_at_once_do_not_hear_each_other_s_codes(portal):
    answers = []

    def send(user):
        answers.append(
            batch(portal, {"a": f"im.notify?USER_ID={user}&MESSAGE=x", "b": ADD})["result_error"]["b"]["error"]
        )

    threads = [threading.Thread(target=send, args=(user,)) for user in (10, 999, 12, 998)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["MESSAGE_EMPTY", "MESSAGE_EMPTY", "TO_USER_ID", "TO_USER_ID"]
