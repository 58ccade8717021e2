"""Calls and batches as bytes, answers as results or errors."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.bitrix24 import query, replies, rest
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.errors import Bitrix24Error, Verdict

NOTIFY = "im.notify.personal.add"


@pytest.mark.parametrize(
    ("params", "query"),
    [
        ({}, ""),
        ({"USER_ID": 5, "MESSAGE": "a b&c#+%[i]"}, "USER_ID=5&MESSAGE=a+b%26c%23%2B%25%5Bi%5D"),
        (
            {"FILTER": {"EMAIL": ["a@b", "c"], "ACTIVE": True}},
            "FILTER%5BEMAIL%5D%5B0%5D=a%40b&FILTER%5BEMAIL%5D%5B1%5D=c&FILTER%5BACTIVE%5D=1",
        ),
        ({"halt": False, "none": None, "f": 1.5}, "halt=0&f=1.5"),
        ({"ATTACH": [{"MESSAGE": "я"}]}, "ATTACH%5B0%5D%5BMESSAGE%5D=%D1%8F"),
        ({"ATTACH": '{"BLOCKS":[]}'}, "ATTACH=%7B%22BLOCKS%22%3A%5B%5D%7D"),
        ({"ID": "$result[who][0][ID]"}, "ID=$result[who][0][ID]"),
        ({"ID": "see $result[who]"}, "ID=see+%24result%5Bwho%5D"),
        ({"T": "half \ud83d"}, "T=half+%3F"),
    ],
)
def test_query_is_encoded_once_as_php_does(params, query):
    assert rest.command(rest.Call("m", params)) == (f"m?{query}" if query else "m")


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), st.text().filter(lambda t: "$result[" not in t)))
def test_any_text_comes_back_from_a_command(params):
    clean = {name: text.encode("utf-8", "replace").decode() for name, text in params.items()}
    query = rest.command(Call("m", params)).partition("?")[2]
    assert dict(parse_qsl(query, keep_blank_values=True)) == clean


@given(st.text(min_size=40) | st.text(st.characters(max_codepoint=127), min_size=40))
def test_quick_quoting_is_quote_plus(text):
    assert query._quoted(text) == quote_plus(text, errors="replace")


def test_bodies_are_json_with_the_token_beside_the_parameters():
    assert json.loads(rest.body_of(Call("m", {"A": "я", "B": "\ud800"}), {"auth": "t"})) == {
        "A": "я",
        "B": "?",
        "auth": "t",
    }
    body = json.loads(rest.batch_body({"a": Call("m", {"x": 1}), "b": Call("n")}, halt=True, extra={"auth": "t"}))
    assert body == {"halt": 1, "cmd": {"a": "m?x=1", "b": "n"}, "auth": "t"}


@pytest.mark.parametrize("keys", [[], ["0"], ["-1"], [""], [f"k{i}" for i in range(51)]])
def test_batch_that_php_would_misread_is_refused(keys):
    with pytest.raises(ValueError, match="batch"):
        rest.batch_body({key: Call("m") for key in keys})


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"a.b": 1}, "PHP would rename 'a.b'"),
        ({"a b": 1}, "PHP would rename 'a b'"),
        ({"a[": 1}, "PHP would rename 'a['"),
        ({" a": 1}, "PHP would rename ' a'"),
        ({"a\tb": 1}, r"PHP would rename 'a\tb'"),
        ({"": 1}, "PHP would rename ''"),
        ({"a\x00": 1}, "PHP would rename"),
        ({"A": ["x"] * 901}, "it has 901 values, of which PHP may take 900"),
        ({"A": {"B": [{"C": 1, "D": 2}] * 451}}, "it has 902 values"),
        ({"A": ["x"] * 450, "B": ["x"] * 450, "C": 1}, "it has 901 values"),
    ],
)
def test_a_command_that_php_would_change_is_refused_in_a_batch(params, reason):
    with pytest.raises(ValueError, match=re.escape(f"m can't go in a batch: {reason}")):
        rest.batch_body({"k": Call("m", params), "l": Call("n")})
    assert json.loads(rest.body_of(Call("m", params)))


@pytest.mark.parametrize("params", [{"A": ["x"] * 900}, {"A": {"b.c": 1, "d e": 2}}, {"A_B-c": 1}, {"A]": 1}])
def test_a_command_that_php_reads_as_it_is_goes_in_a_batch(params):
    assert rest.alone(Call("m", params)) == ""


@pytest.mark.parametrize(
    ("method", "params", "added"),
    [
        (NOTIFY, {"TAG": "t"}, True),
        (NOTIFY, {"SUB_TAG": "t"}, True),
        ("IM.NOTIFY.DELETE", {"TAG": "t"}, True),
        (NOTIFY, {}, False),
        ("im.notify.delete", {"ID": 5}, False),
        ("user.get", {"TAG": "t"}, False),
    ],
)
def test_client_id_goes_with_every_tag_of_a_webhook(method, params, added):
    assert rest.identified(Call(method, params), "app").params.get("CLIENT_ID") == ("app" if added else None)
    assert "CLIENT_ID" not in rest.identified(Call(method, params), "").params


def test_client_id_of_the_caller_stays():
    assert rest.identified(Call(NOTIFY, {"TAG": "t", "CLIENT_ID": "mine"}), "app").params["CLIENT_ID"] == "mine"


def test_answer_of_a_list_has_total_and_next():
    body = b'{"result":[1],"total":"83","next":50,"time":{"operating":1}}'
    answer = replies.read("user.get", 200, body)
    assert (answer.result, answer.total, answer.next, answer.time) == ([1], 83, 50, {"operating": 1})
    assert replies.read("x", 200, b'{"result":null,"total":"many"}') == Answer(
        None, {}, None, None, {"result": None, "total": "many"}
    )


@pytest.mark.parametrize(
    ("status", "body", "code", "verdict"),
    [
        (400, b'{"error":"USER_ID_EMPTY","error_description":"x"}', "USER_ID_EMPTY", Verdict.DEAD),
        (200, b'{"error":"ERROR_CORE","result":1}', "ERROR_CORE", Verdict.DEAD),
        (400, b'{"error":"","error_description":"no group"}', "", Verdict.DEAD),
        (400, b'{"error":{"code":"V3","message":"m"}}', "V3", Verdict.DEAD),
        (401, b'{"error":"expired_token"}', "expired_token", Verdict.PORTAL),
        (200, b'{"result":false,"time":{}}', "NOT_CREATED", Verdict.DEAD),
        (200, b'{"result":0}', "NOT_CREATED", Verdict.DEAD),
        (200, b'{"result":null}', "NOT_CREATED", Verdict.DEAD),
        (200, b'{"time":{}}', "", Verdict.UNKNOWN),
        (500, b"<html>", "", Verdict.UNKNOWN),
        (200, b"", "", Verdict.UNKNOWN),
        (200, b"\xff\xfe", "", Verdict.UNKNOWN),
        (200, b"[1]", "", Verdict.UNKNOWN),
        (502, b'{"result":1}', "", Verdict.UNKNOWN),
        (200, b"[" * 200_000, "", Verdict.UNKNOWN),
    ],
)
def test_every_other_answer_is_an_error(status, body, code, verdict):
    with pytest.raises(Bitrix24Error) as caught:
        replies.read(NOTIFY, status, body)
    assert (caught.value.code, caught.value.verdict) == (code, verdict)


def test_result_false_is_no_error_of_other_methods():
    assert replies.read("im.notify.delete", 200, b'{"result":false}').result is False
    assert replies.read("x", 200, b'{"result":1,"error":""}').result == 1


CALLS = {"a": Call(NOTIFY), "b": Call(NOTIFY), "c": Call("user.get")}


def _batch(**parts):
    sections = {f"result{name}": parts.get(f"r{name}", []) for name in ("", "_error", "_total", "_next", "_time")}
    return json.dumps({"result": sections, "time": {"duration": 1}}).encode()


def test_batch_gives_each_command_its_own():
    body = _batch(
        r={"a": 5, "c": [{"ID": "7"}]},
        r_error={"b": {"error": "USER_ID_EMPTY", "error_description": "x"}},
        r_total={"c": 83},
        r_next={"c": 50},
        r_time={"a": {"operating": 2}},
    )
    answer = replies.read_batch(CALLS, 200, body)
    assert answer.results["a"] == Answer(5, {"operating": 2})
    assert answer.results["c"] == Answer([{"ID": "7"}], {}, 83, 50)
    assert answer.results["b"].code == "USER_ID_EMPTY"
    assert answer.time == {"duration": 1}


@pytest.mark.parametrize(
    ("body", "halt", "verdicts"),
    [
        (_batch(), False, [Verdict.UNKNOWN] * 3),
        (_batch(r={"a": 1}), True, [None, Verdict.AGAIN, Verdict.AGAIN]),
        (_batch(r={"a": 0, "b": False, "c": False}), False, [Verdict.DEAD, Verdict.DEAD, None]),
        (_batch(r=[1, 2, 3]), False, [None, None, None]),
        (_batch(r_error={"a": "words"}), False, [Verdict.DEAD, Verdict.UNKNOWN, Verdict.UNKNOWN]),
        (_batch(r_error={"a": {"error": "OPERATION_TIME_LIMIT"}}, r="odd"), True, [Verdict.AGAIN] * 3),
    ],
)
def test_odd_batches(body, halt, verdicts):
    got = replies.read_batch(CALLS, 200, body, halt=halt).results.values()
    assert [one.verdict if isinstance(one, Bitrix24Error) else None for one in got] == verdicts


def test_batch_answered_with_something_else_is_unknown():
    with pytest.raises(Bitrix24Error) as caught:
        replies.read_batch(CALLS, 200, b'{"result":true}')
    assert caught.value.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("body", "expired"),
    [
        (b'{"error":"expired_token"}', True),
        (b'{"error": "EXPIRED_TOKEN"}', True),
        (b'{"result":"expired_token"}', False),
        (b'expired_token, says the proxy"', False),
        (b'{"error":"invalid_token"}', False),
    ],
)
def test_only_expired_token_is_a_reason_to_renew(body, expired):
    assert replies.is_expired(body) is expired


def test_reference_example_of_the_documentation_is_made():
    text = rest.command(
        Call("im.notify.personal.add", {"USER_ID": 5, "MESSAGE": "Deploy [b]done[/b]", "TAG": "dep-7|U5"})
    )
    assert text == "im.notify.personal.add?USER_ID=5&MESSAGE=Deploy+%5Bb%5Ddone%5B%2Fb%5D&TAG=dep-7%7CU5"
    assert "[b]" in unquote_plus(text)


def _sends(*texts):
    return {f"n{number}": Call(NOTIFY, {"USER_ID": number, "MESSAGE": text}) for number, text in enumerate(texts)}


def _said(code, description="x"):
    return {"error": code, "error_description": description}


@pytest.mark.parametrize(
    ("texts", "results", "errors", "alone"),
    [
        # the reason of a `false` is said of the next that fails, whoever that is
        ("ab", {"n0": False}, {"n1": _said("TO_USER_ID")}, ["n1"]),
        ("aa", {"n0": False}, {"n1": _said("TO_USER_ID")}, ["n1"]),
        ("abc", {"n0": False, "n1": 7}, {"n2": _said("ATTACH_ERROR")}, ["n2"]),
        ("abc", {"n1": 7}, {"n0": _said("ATTACH_ERROR"), "n2": _said("ATTACH_ERROR")}, ["n2"]),
        ("aba", {}, {"n0": _said("ATTACH_ERROR"), "n1": _said("ATTACH_ERROR"), "n2": _said("ATTACH_ERROR")}, ["n1"]),
        # and these are believed
        ("ab", {"n1": False}, {"n0": _said("ATTACH_ERROR")}, []),
        ("ab", {}, {"n0": _said("ATTACH_ERROR"), "n1": _said("MESSAGE_EMPTY")}, []),
        ("aaa", {}, {"n0": _said("ATTACH_ERROR"), "n1": _said("ATTACH_ERROR"), "n2": _said("ATTACH_ERROR")}, []),
        ("ab", {}, {"n0": _said("insufficient_scope", ""), "n1": _said("insufficient_scope", "")}, []),
        ("ab", {"n0": False}, {"n1": _said("OPERATION_TIME_LIMIT")}, []),
    ],
)
def test_a_code_that_leaked_from_another_command_is_tried_alone(texts, results, errors, alone):
    """Bitrix24 server source, main 26.150 (2026-03)."""
    answer = replies.read_batch(_sends(*texts), 200, _batch(r=results, r_error=errors))
    doubted = [key for key, one in answer.results.items() if isinstance(one, Bitrix24Error) and one.alone]
    assert doubted == alone
    assert all(answer.results[key].verdict is Verdict.AGAIN for key in alone)


@pytest.mark.parametrize(
    ("method", "code", "alone"),
    [
        ("send", "TO_USER_ID", True),
        ("update", "ATTACH_ERROR", True),
        ("delete", "TO_USER_ID", True),
        ("send", "SENDING_FAILED", False),
        ("send", "QUERY_LIMIT_EXCEEDED", False),
    ],
)
@pytest.mark.parametrize("after_false", [True, False])
def test_a_code_may_leak_to_a_message_of_a_bot(method, code, alone, after_false):
    """Bitrix24 server source, main 26.150 (2026-03)."""
    calls = {"a": Call(NOTIFY, {"MESSAGE": "m"}), "b": Call(f"imbot.v2.Chat.Message.{method}", {"botId": 1})}
    answer = replies.read_batch(calls, 200, _batch(r={"a": not after_false and 7}, r_error={"b": _said(code)}))
    assert answer.results["b"].alone is (alone and after_false)


def test_what_is_no_notification_is_believed_whatever_came_before():
    calls = {"a": Call(NOTIFY, {"MESSAGE": "m"}), "b": Call("user.get", {"ID": 1}), "c": Call("user.get", {"ID": 2})}
    body = _batch(r={"a": False}, r_error={"b": _said("NO_AUTH"), "c": _said("NO_AUTH")})
    assert replies.read_batch(calls, 200, body).results["c"].verdict is Verdict.DEAD


def test_a_command_of_a_batch_that_is_answered_with_the_time_was_not_delivered():
    body = _batch(r={"n0": 1_790_000_001, "n1": 41}, r_time={"n0": {"finish": 1_790_000_001.9}})
    answer = replies.read_batch(_sends("a", "b"), 200, body)
    assert (answer.results["n0"].code, answer.results["n1"].result) == ("NOTIFICATIONS_OFF", 41)
