"""batch: fifty commands, references, halt, and the shapes that PHP gives to arrays."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import requests

ADD = "im.notify.personal.add?USER_ID=10&MESSAGE="


def test_a_mixed_batch_answers_each_command_under_its_key(rest):
    done = rest.post("batch", halt=0, cmd={"a": ADD + "x", "bad": ADD, "who": "user.get?FILTER[ID]=10"})
    body = done.json()
    assert done.status_code == 200
    assert body["result"]["result"]["who"][0]["EMAIL"] == "anna@example.com"
    assert body["result"]["result_error"] == {
        "bad": {"error": "MESSAGE_EMPTY", "error_description": "Message can't be empty"}
    }
    assert body["result"]["result_total"] == {"who": 1}
    assert body["result"]["result_next"] == []
    assert body["result"]["result_time"].keys() == {"a", "who"}
    assert "operating" in body["result"]["result_time"]["a"]
    assert "operating" not in body["time"]


@pytest.mark.parametrize(
    ("cmd", "result", "error"),
    [
        ([ADD + "x", ADD + "y"], list, list),
        ({"0": ADD + "x", "1": ADD + "y"}, list, list),
        ([ADD + "x", ADD], list, dict),
        ([ADD, ADD + "x"], dict, list),
        ({"a": ADD}, list, dict),
        ({"a": ADD + "x"}, dict, list),
    ],
)
def test_a_section_is_a_list_when_it_is_empty_or_its_keys_count_from_0(rest, cmd, result, error):
    sections = rest.batch(cmd)
    assert isinstance(sections["result"], result)
    assert isinstance(sections["result_error"], error)


def test_later_commands_use_earlier_results(rest):
    sections = rest.batch(
        {
            "me": "user.current",
            "dep": "department.get?ID=$result[me][UF_DEPARTMENT][0]",
            "all": "im.user.list.get?ID=$result[ids]",
            "text": urlencode({"x": 1}) and f"{ADD}I%20am%20%24result%5Bme%5D%5BNAME%5D%20of%20$result[dep][0][NAME]",
            "lost": ADD + "$result[nobody][ID]",
        }
    )
    assert sections["result"]["dep"][0]["NAME"] == "Sandbox company"
    messages = [one["message"] for one in rest.portal.notifications(10)]
    assert messages == ["$result[nobody][ID]", "I am Portal of Sandbox company"]


def test_references_reach_into_nested_parameters(rest):
    sections = rest.batch(
        {"d": "user.get?FILTER[ID][]=10&FILTER[ID][]=12", "u": "user.get?FILTER[ID][]=$result[d][1][ID]"}
    )
    assert [user["ID"] for user in sections["result"]["u"]] == ["12"]


def test_halt_stops_after_the_first_failure(rest):
    sections = rest.batch({"a": ADD + "x", "b": ADD, "c": ADD + "y"}, halt=1)
    assert sections["result"].keys() == {"a"}
    assert sections["result_error"].keys() == {"b"}
    assert rest.batch({"b": ADD, "c": ADD + "y"}, halt="0")["result"].keys() == {"c"}


def test_above_fifty_commands_fail_one_by_one(rest):
    sections = rest.batch({f"c{number}": "server.time" for number in range(52)})
    assert len(sections["result"]) == 50
    assert {error["error"] for error in sections["result_error"].values()} == {"ERROR_BATCH_LENGTH_EXCEEDED"}


def test_no_batch_in_a_batch_and_no_upload(rest):
    errors = rest.batch({"b": "batch?cmd[a]=profile", "u": "disk.storage.uploadFile?id=3", "x": "no.such"})[
        "result_error"
    ]
    codes = [errors[key]["error"] for key in "bux"]
    assert codes == ["ERROR_BATCH_METHOD_NOT_ALLOWED"] * 2 + ["ERROR_METHOD_NOT_FOUND"]


def test_query_and_form_encodings(rest):
    url = rest.webhook + "batch"
    for answer in (
        requests.get(url, params={"cmd[a]": ADD + "x%26y"}, timeout=5),
        requests.post(url, data={"cmd[a]": ADD + "x%26y", "halt": "0"}, timeout=5),
        requests.post(url, data={"cmd": '{"a": "' + ADD + 'x%26y"}'}, timeout=5),
    ):
        assert isinstance(answer.json()["result"]["result"]["a"], int)
    assert {one["message"] for one in rest.portal.notifications(10)} == {"x&y"}


@pytest.mark.parametrize("params", [{}, {"cmd": 5}, {"cmd": "x"}, {"cmd": "{"}])
def test_without_commands_it_is_refused(rest, params):
    assert rest.refused("batch", **params) == (400, "ERROR_ARGUMENT")


def test_the_whole_batch_is_refused_without_a_right_to_call(rest):
    answer = requests.post(f"{rest.url}/rest/1/wrong/batch", json={"cmd": {"a": "profile"}}, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (401, "INVALID_CREDENTIALS")
