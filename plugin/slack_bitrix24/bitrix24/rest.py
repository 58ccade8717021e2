"""Bitrix24's REST on the wire: calls and batches to request bodies; what comes back is read in `replies`. No I/O.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html
https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from slack_bitrix24.bitrix24.query import is_reference, query
from slack_bitrix24.errors import Bitrix24Error

VARIABLES: Final = 900
"""Values of one command of a batch: PHP takes 1,000 where nobody has set another number."""

BATCH_LENGTH: Final = 50
"""Commands in one batch. https://apidocs.bitrix24.com/limits.html"""

CREATING: Final = frozenset({"im.notify", "im.notify.personal.add", "im.notify.system.add"})
"""Methods whose `result: false` means "not created"."""

BOTS: Final = frozenset({f"imbot.v2.chat.message.{verb}" for verb in ("send", "update", "delete")})
"""Methods that go in one batch with those."""

_TAGGED: Final = CREATING | {"im.notify.delete"}

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
    """Return a call as a command of a batch: `method?query`. ValueError where it has none."""
    if reason := alone(call):
        raise ValueError(f"{call.method} can't go in a batch: {reason}")
    written = query(call.params, own=call.literal)
    return f"{call.method}?{written}" if written else call.method


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
        return is_reference(value)
    if isinstance(value, Mapping):
        return any(map(_any_reference, value.values()))
    return isinstance(value, Sequence) and any(map(_any_reference, value))


def _variables(value: object) -> int:
    if isinstance(value, str):
        return 1
    if isinstance(value, Mapping):
        return sum(map(_variables, value.values()))
    return sum(map(_variables, value)) if isinstance(value, Sequence) else 1


def _json(body: Mapping[str, object]) -> bytes:
    # "replace": half a surrogate pair is no UTF-8, and PHP refuses the whole body for it.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
