"""Execute up to fifty commands in one request.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slack_bitrix24.sandbox.portal import decode, envelope
from slack_bitrix24.sandbox.portal.call import Line
from slack_bitrix24.sandbox.portal.envelope import Json, Reason, Refusal, Reply
from slack_bitrix24.sandbox.portal.references import actual, documented
from slack_bitrix24.sandbox.portal.rules import SOURCE

LIMIT = 50
NO_COMMANDS = Reason("ERROR_ARGUMENT", "Invalid value of parameter cmd")
NESTED = frozenset({"batch", "download", "upload"})
"""What no batch may hold."""


class Sections:
    """The five maps of a batch's answer, keyed by the commands' ids."""

    def __init__(self) -> None:
        self.result: Json = {}
        self.error: Json = {}
        self.total: Json = {}
        self.next: Json = {}
        self.time: Json = {}

    def done(self, key: str, reply: Reply, time: Json) -> None:
        """Note a result."""
        self.result[key], self.time[key] = reply.result, time
        if reply.total is not None:
            self.total[key] = reply.total
        if reply.next is not None:
            self.next[key] = reply.next

    def named(self) -> Json:
        """Return them by the names of references."""
        return {name: getattr(self, name) for name in ("result", "error", "total", "next", "time")}

    def json(self) -> Json:
        """Return them as PHP writes arrays."""
        named = {"result": self.result, "result_error": self.error, "result_total": self.total}
        named |= {"result_next": self.next, "result_time": self.time}
        return {name: envelope.php_array(section) for name, section in named.items()}


def commands(params: Mapping[str, Any], rules: str) -> list[tuple[str, str]]:
    """Return the commands with their ids, in order. Without any: by docs a Refusal, by source there are none."""
    given = {key.lower(): value for key, value in params.items()}.get("cmd")
    if isinstance(given, str):
        given = decode.parsed(given)
    pairs = [(str(key), text) for key, text in (enumerate(given) if isinstance(given, list) else _items(given))]
    if rules == SOURCE:
        return [(key, text) for key, text in pairs if isinstance(text, str)]  # others are skipped without a trace
    if not isinstance(given, list | dict):
        raise Refusal(NO_COMMANDS)
    return [(key, str(text)) for key, text in pairs]


def _items(given: object) -> Iterable[tuple[object, object]]:
    return given.items() if isinstance(given, dict) else ()


async def run(line: Line, params: Mapping[str, Any]) -> Json:
    """Execute the commands in order; `halt` stops after the first that fails."""
    rules = line.portal.rules
    asked = next((value for key, value in params.items() if key.lower() == "halt"), 0)
    # PHP takes any text for true, "N" and "false" too.
    halt = asked not in (0, "", "0", False, None) and asked != [] if rules == SOURCE else decode.truth(asked)
    sections = Sections()
    for index, (key, text) in enumerate(commands(params, rules)):
        try:
            reply, time = await _one(line, text, index, sections=sections)
        except Refusal as refusal:
            reason = _blamed(line, refusal.reason) if rules == SOURCE else refusal.reason
            sections.error[key] = line.portal.refuse(reason).body()
            if halt:
                break
        else:
            sections.done(key, reply, time)
    return sections.json()


def _blamed(line: Line, reason: Reason) -> Reason:
    """Return the reason that is told: one that an earlier command left lying about goes before its own."""
    if line.exceptions:
        return line.exceptions.pop()
    if reason.code == envelope.NO_SCOPE:
        return Reason(reason.code, "", reason.status)
    return reason


async def _one(line: Line, text: str, index: int, *, sections: Sections) -> tuple[Reply, Json]:
    if index >= LIMIT:
        raise Refusal(envelope.BATCH_LENGTH)
    if decode.overflows(text):
        line.portal.warn(decode.OVERFLOW)
    method, params = decode.command(text)
    method = method.removesuffix(".json")
    if method in NESTED:
        raise Refusal(envelope.NOT_IN_BATCH)
    if "$" in text or "%24" in text:
        fill = actual if line.portal.rules == SOURCE else documented
        params = {key: fill(value, sections.named()) for key, value in params.items()}
    return await line.execute(method, params, batch=True)
