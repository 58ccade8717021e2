"""Bitrix24's answers, single and of batches: bytes to results or errors. No I/O.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.bitrix24.rest import BOTS, CREATING, Answer, BatchAnswer, Call
from slack_bitrix24.bitrix24.values import mapping, times, whole
from slack_bitrix24.errors import Bitrix24Error, Verdict


def read(method: str, status: int, body: bytes) -> Answer:
    """Return the result of a single call; raise `Bitrix24Error` where there is none."""
    data = _object(status, body, method)
    answer = _answer(data)
    if method.lower() in CREATING and (error := codes.uncreated(answer.result, answer.time)):
        raise error
    return answer


def read_batch(calls: Mapping[str, Call], status: int, body: bytes, *, halt: bool = False) -> BatchAnswer:
    """Return the result or error of each command; raise `Bitrix24Error` where the whole request failed.

    Empty PHP arrays come as `[]` in place of `{}`, and numbered ones as lists: both are read.
    """
    data = _object(status, body, next(iter(calls.values())).method if calls else "")
    outer = data["result"]
    if not isinstance(outer, Mapping):
        raise codes.unreadable(status)
    keys = list(calls)
    parts = {name: _section(outer.get(f"result{name}"), keys) for name in ("", "_error", "_total", "_next", "_time")}
    results = {key: _one(key, calls[key].method, parts, halt=halt) for key in keys}
    return BatchAnswer(_believed(calls, results), times(data.get("time")))


def _believed(
    calls: Mapping[str, Call], results: Mapping[str, Answer | Bitrix24Error]
) -> dict[str, Answer | Bitrix24Error]:
    """Return the results with each refusal that may be an earlier notification's made one to be tried alone."""
    believed = dict(results)
    after_false, said = False, dict[tuple[str, str], list[object]]()
    for key, result in results.items():
        if not isinstance(result, Bitrix24Error):
            continue
        if (method := calls[key].method.lower()) not in CREATING:
            if after_false and method in BOTS and result.verdict is Verdict.DEAD:
                believed[key] = codes.of_another(result)
            continue
        if result.code in (codes.NOT_CREATED, codes.SWITCHED_OFF):
            after_false = after_false or result.code == codes.NOT_CREATED
            continue
        carried = [calls[key].params.get(name) for name in ("MESSAGE", "ATTACH")]
        first = said.setdefault((result.code, result.description), carried)
        # What was said of the same text before is no surprise: a broadcast of fifty need not go out one by one.
        if result.verdict is Verdict.DEAD and (after_false or first != carried):
            believed[key] = codes.of_another(result)
    return believed


def is_expired(body: bytes) -> bool:
    """Return whether the answer is `expired_token`, the only reason to renew a token."""
    if b"expired_token" not in body[:1000].lower():
        return False
    data = _parsed(body)
    return isinstance(data, dict) and _error(data)[0].lower() == "expired_token"


def _one(key: str, method: str, parts: Mapping[str, Mapping[str, Any]], *, halt: bool) -> Answer | Bitrix24Error:
    if key in parts["_error"]:
        code, description = _error(parts["_error"][key])
        return codes.refusal(400, code, description, method=method)
    if key not in parts[""]:
        return codes.not_run() if halt else codes.unanswered()
    result = parts[""][key]
    time = times(parts["_time"].get(key))
    if method.lower() in CREATING and (error := codes.uncreated(result, time)):
        return error
    return Answer(result, time, whole(parts["_total"].get(key)), whole(parts["_next"].get(key)))


def _object(status: int, body: bytes, method: str) -> Mapping[str, Any]:
    """Return the answer's JSON object, which has a `result`; raise what it says or means otherwise."""
    data = _parsed(body)
    if not isinstance(data, dict):
        raise codes.unreadable(status)
    if "error" in data and (data["error"] not in ("", "0", 0, None, False) or "result" not in data):
        raise codes.refusal(status, *_error(data), method=method)
    if "result" not in data or status >= 300:
        raise codes.unreadable(status)
    return data


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # also bytes that are no UTF-8
        return None


def _error(said: object) -> tuple[str, str]:
    """Return code and description, of REST v2 (`error` a string) and of 3.0 (`error` an object) alike."""
    if not isinstance(said, Mapping):
        return "", str(said)
    code, description = said.get("error"), said.get("error_description")
    if isinstance(code, dict):
        return str(code.get("code") or ""), str(code.get("message") or "")
    return str(code or ""), str(description or "")


def _answer(data: Mapping[str, Any]) -> Answer:
    return Answer(data["result"], times(data.get("time")), whole(data.get("total")), whole(data.get("next")), data)


def _section(part: object, keys: Sequence[str]) -> Mapping[str, Any]:
    if isinstance(part, list):
        return dict(zip(keys, part, strict=False))
    return mapping(part)
