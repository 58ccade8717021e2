"""Execute up to fifty commands in one request.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bitrix24.sandbox.portal import decode, envelope
from slack_bitrix24.sandbox.portal.call import Line
from slack_bitrix24.sandbox.portal.envelope import Json, Reason, Refusal, Reply

LIMIT = 50
NO_COMMANDS = Reason("ERROR_ARGUMENT", "Invalid value of parameter cmd")
_REFERENCE = re.compile(r"\$result((?:\[[^\]]*\])+)")
_STEP = re.compile(r"\[([^\]]*)\]")


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

    def json(self) -> Json:
        """Return them as PHP writes arrays."""
        named = {"result": self.result, "result_error": self.error, "result_total": self.total}
        named |= {"result_next": self.next, "result_time": self.time}
        return {name: envelope.php_array(section) for name, section in named.items()}


def commands(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the commands with their ids, in order; Refusal when there are none."""
    given = {key.lower(): value for key, value in params.items()}.get("cmd")
    if isinstance(given, str):
        given = decode.parsed(given)
    if isinstance(given, list):
        return [(str(index), str(text)) for index, text in enumerate(given)]
    if isinstance(given, dict):
        return [(str(key), str(text)) for key, text in given.items()]
    raise Refusal(NO_COMMANDS)


async def run(line: Line, params: Mapping[str, Any]) -> Json:
    """Execute the commands in order; `halt` stops after the first that fails."""
    halt = decode.truth(next((value for key, value in params.items() if key.lower() == "halt"), 0))
    sections = Sections()
    for index, (key, text) in enumerate(commands(params)):
        try:
            reply, time = await _one(line, text, index, results=sections.result)
        except Refusal as refusal:
            sections.error[key] = line.portal.refuse(refusal.reason).body()
            if halt:
                break
        else:
            sections.done(key, reply, time)
    return sections.json()


async def _one(line: Line, text: str, index: int, *, results: Json) -> tuple[Reply, Json]:
    if index >= LIMIT:
        raise Refusal(envelope.BATCH_LENGTH)
    method, params = decode.command(text)
    method = method.removesuffix(".json")
    if method == "batch":
        raise Refusal(envelope.NOT_IN_BATCH)
    if "$result" in text or "%24result" in text:
        params = {key: filled(value, results) for key, value in params.items()}
    return await line.execute(method, params, batch=True)


def filled(value: Any, results: Json) -> Any:
    """Put earlier results in place of `$result[key][field]`; what is not there stays as it is written."""
    if isinstance(value, dict):
        return {key: filled(child, results) for key, child in value.items()}
    if isinstance(value, list):
        return [filled(child, results) for child in value]
    whole = _REFERENCE.fullmatch(value)
    if whole:
        found = _look_up(whole[1], results)
        return value if found is None else found
    return _REFERENCE.sub(lambda match: _as_text(_look_up(match[1], results), match[0]), value)


def _as_text(found: Any, written: str) -> str:
    return written if found is None or isinstance(found, dict | list) else str(found)


def _look_up(path: str, results: Json) -> Any:
    place: Any = results
    for step in _STEP.findall(path):
        if isinstance(place, dict) and step in place:
            place = place[step]
        elif isinstance(place, list) and step.isdigit() and int(step) < len(place):
            place = place[int(step)]
        else:
            return None
    return place
