"""Bitrix24's REST on the wire: calls and batches to request bodies, answers to results or errors. No I/O.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html
https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote, quote_plus

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.bitrix24.numbers import times, whole
from slack_bitrix24.errors import Bitrix24Error, Verdict

VARIABLES: Final = 900
"""Values of one command of a batch: PHP takes 1,000 where nobody has set another number."""

BATCH_LENGTH: Final = 50
"""Commands in one batch. https://apidocs.bitrix24.com/limits.html"""

CREATING: Final = frozenset({"im.notify", "im.notify.personal.add", "im.notify.system.add"})
"""Methods whose `result: false` means "not created"."""

BOTS: Final = frozenset({f"imbot.v2.chat.message.{verb}" for verb in ("send", "update", "delete")})
"""Methods that go in one batch with those."""

_TAGGED: Final = CREATING | {"im.notify.delete"}

# What the documentation calls a reference, for callers who mean one; and what the server takes for one (`literal`).
_REFERENCE: Final = re.compile(r"\$result(\[[^\[\]]+\])+")
_REFERRING: Final = re.compile(r"\$(?=result|next|total|time|error)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^ ]*\$[^ ]*")
_RENAMED: Final = re.compile(r"[.\s\[\x00]")


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its parameters, named as in Bitrix24's documentation.

    `literal`: its texts are people's own, in a batch too, where one that begins like `$result[…]` would be taken for a
    reference to what an earlier command returned.
    """

    method: str
    params: Mapping[str, object] = field(default_factory=dict)
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call returned. `total` and `next` only of lists; `body` is the whole answer as it came."""

    result: Any
    time: Mapping[str, Any] = field(default_factory=dict)
    total: int | None = None
    next: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What each command of a batch returned, by its key, in the order in which they were given."""

    results: dict[str, Answer | Bitrix24Error]
    time: Mapping[str, Any] = field(default_factory=dict)


def identified(call: Call, application: str) -> Call:
    """Return the call with CLIENT_ID where it carries a tag and the sign-in names no application (a webhook).

    https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
    """
    params = call.params
    tagged = call.method.lower() in _TAGGED and bool(params.get("TAG") or params.get("SUB_TAG"))
    if not application or not tagged or params.get("CLIENT_ID"):
        return call
    return replace(call, params={**params, "CLIENT_ID": application})


def body_of(call: Call, extra: Mapping[str, str] | None = None) -> bytes:
    """Return the JSON body of a single call; `extra` is the `auth` parameter where there is one."""
    return _json({**call.params, **(extra or {})})


def batch_body(calls: Mapping[str, Call], *, halt: bool = False, extra: Mapping[str, str] | None = None) -> bytes:
    """Return the JSON body of a batch.

    Raise ValueError for no or over 50 commands, for a key that PHP would take for an index, and for a command that
    can't go in one (`alone`).

    https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
    """
    if not 0 < len(calls) <= BATCH_LENGTH:
        raise ValueError(f"a batch holds 1 to {BATCH_LENGTH} commands, not {len(calls)}")
    for key in calls:
        if not key or key.lstrip("-").isdigit():
            raise ValueError(f"a batch key must be a name, not {key!r}: numbered answers lose their keys")
    commands = {key: command(call) for key, call in calls.items()}
    return _json({"halt": int(halt), "cmd": commands, **(extra or {})})


def command(call: Call) -> str:
    """Return a call as a command of a batch: `method?query`, values URL-encoded once. ValueError where it has none.

    Parameters are written as PHP's `http_build_query` does: brackets for nesting, 1/0 for booleans, no nulls. A value
    that is a reference to an earlier result (`$result[key][field]`) stays as it is.
    """
    if reason := alone(call):
        raise ValueError(f"{call.method} can't go in a batch: {reason}")
    query = "&".join(f"{key}={value}" for key, value in _pairs(call.params, literal=call.literal))
    return f"{call.method}?{query}" if query else call.method


def alone(call: Call) -> str:
    """Return why a call can't be a command of a batch, "" where it can.

    PHP cuts a command's variables off behind the 1,000th without a word, and in names at the top level it writes `_`
    for a dot, a blank and an open bracket (https://www.php.net/manual/en/function.parse-str.php).
    """
    odd = next((name for name in call.params if not name or _RENAMED.search(name)), None)
    if odd is not None:
        return f"PHP would rename {odd!r}"
    number = sum(map(_variables, call.params.values()))
    return f"it has {number:,} values, of which PHP may take {VARIABLES:,}" if number > VARIABLES else ""


def refers(call: Call) -> bool:
    """Tell whether a value of the call is a reference to what an earlier command of its batch returned."""
    return not call.literal and _any_reference(call.params)


def _any_reference(value: object) -> bool:
    if isinstance(value, str):
        return _REFERENCE.fullmatch(value) is not None
    if isinstance(value, Mapping):
        return any(map(_any_reference, value.values()))
    return isinstance(value, Sequence) and any(map(_any_reference, value))


def _variables(value: object) -> int:
    if isinstance(value, str):
        return 1
    if isinstance(value, Mapping):
        return sum(map(_variables, value.values()))
    return sum(map(_variables, value)) if isinstance(value, Sequence) else 1


def _pairs(params: Mapping[str, object], *, literal: bool = False) -> Iterator[tuple[str, str]]:
    written = _literal if literal else _scalar
    for name, value in params.items():
        yield from _flat(_quoted(name), value, written)


def _flat(prefix: str, value: object, written: Callable[[object], str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield prefix, written(value)
    elif value is None:
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{prefix}%5B{_quoted(str(key))}%5D", item, written)
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            yield from _flat(f"{prefix}%5B{index}%5D", item, written)
    else:
        yield prefix, written(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    text = str(value)
    return quote(text, safe="$[]") if text.startswith("$") and _REFERENCE.fullmatch(text) else _quoted(text)


def _literal(value: object) -> str:
    return _quoted(literal(value)) if isinstance(value, str) else _scalar(value)


def literal(text: str) -> str:
    """Return a text in which a batch finds no reference: a word joiner, which nobody sees, parts it.

    A portal looks for far more than `$result[…]`: a dollar sign, one of five words in any case, further letters, then
    brackets before the next blank (Bitrix24 server source, main 26.150, 2026-03).
    """
    if "$" not in text or "[" not in text:
        return text
    return _WORD.sub(_parted, text)


def _parted(found: re.Match[str]) -> str:
    word = found[0]
    last = word.rfind("[", 0, max(0, word.rfind("]")))
    return _REFERRING.sub("$\u2060", word[:last]) + word[last:] if last > 0 else word


class _Codes(dict[int, str]):
    """Each character as `quote_plus` writes it, by code point."""

    def __missing__(self, point: int) -> str:
        coded = quote_plus(chr(point), errors="replace")
        if len(self) < 5000:
            self[point] = coded
        return coded


_CODES: Final = _Codes()
_REPLACED: Final = tuple((char, quote_plus(char)) for char in "%\"#$&'()*+,/:;<=>?@[\\]^`{|}!\n ")


def _quoted(text: str) -> str:
    """Do as `quote_plus(text, errors="replace")`, in a third of its time: quoting is half of a notification's cost."""
    if len(text) < 40 or not text.isascii() or not text.replace("\n", "").isprintable():
        return text.translate(_CODES)
    for char, coded in _REPLACED:
        if char in text:
            text = text.replace(char, coded)
    return text


def _json(body: Mapping[str, object]) -> bytes:
    # "replace": half a surrogate pair is no UTF-8, and PHP refuses the whole body for it.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


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
    return _mapping(part)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
