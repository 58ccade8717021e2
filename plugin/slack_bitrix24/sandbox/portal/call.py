"""Execute one command: scope, operating time, faults, parameters, the method itself; and a batch of them.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bitrix24.sandbox.portal import decode, envelope
from slack_bitrix24.sandbox.portal.access import Caller
from slack_bitrix24.sandbox.portal.envelope import Json, PhpDeath, Reason, Refusal, Reply
from slack_bitrix24.sandbox.portal.faults import DYING, RESULT_FALSE
from slack_bitrix24.sandbox.portal.method import Call, Method
from slack_bitrix24.sandbox.portal.methods import known
from slack_bitrix24.sandbox.portal.rules import DOCS, SOURCE
from slack_bitrix24.sandbox.portal.state import Portal


class Line:
    """Commands one after the other, each taking the portal's `work`; several lines run side by side."""

    def __init__(self, portal: Portal, caller: Caller, base: str) -> None:
        self.portal, self.caller, self.base = portal, caller, base
        self.exceptions: list[Reason] = []
        self._worked: defaultdict[str, float] = defaultdict(float)
        self._due = asyncio.get_running_loop().time() if portal.work else 0.0

    async def execute(self, name: str, params: Mapping[str, Any], *, batch: bool = False) -> tuple[Reply, Json]:
        """Return the result and its `time`; Refusal when it is refused."""
        method = known(name, self.portal.revision)
        if method is None:
            raise Refusal(envelope.NO_METHOD)
        if batch and not method.batchable and self.portal.rules == DOCS:
            raise Refusal(envelope.NOT_IN_BATCH)
        self._admit(method)
        given = {key.upper(): value for key, value in params.items()}
        given.pop("AUTH", None)
        started = self.portal.clock()
        with self.portal.lock:
            call, fault = self._begin(method, Call(self.portal, self.caller, given, self.base, self.exceptions))
        if self.portal.work:
            await self._work()
        with self.portal.lock:
            reply = self._run(method, call, fault)
            return reply, self._account(method, started)

    def _admit(self, method: Method) -> None:
        lacking = self.caller.lacks(method.scope)
        if lacking:
            raise Refusal(lacking)
        if self.portal.operating.blocked((self.caller.key, method.name), self.portal.clock()):
            raise Refusal(envelope.OPERATION_TIME)

    async def _work(self) -> None:
        # To a moment, not for a while: what each sleep oversleeps must not add up over a batch.
        self._due += self.portal.work
        await asyncio.sleep(self._due - asyncio.get_running_loop().time())

    def _begin(self, method: Method, call: Call) -> tuple[Call, str]:
        """Count a command, let happen what goes wrong with it, and do what comes before its work."""
        portal, kind = self.portal, ""
        portal.counts["commands"] += 1
        if portal.faults.waiting:
            fault = portal.faults.for_command(method.name.lower(), recipient(call.params))
            if fault and fault.reason:
                raise Refusal(fault.reason)
            kind = fault.kind if fault else ""
        if kind == RESULT_FALSE:
            return call, kind
        method.admit(call)
        number = method.early(call) if method.early else 0
        if kind == DYING[0]:
            raise PhpDeath("before a command was executed")
        return replace(call, number=number, dying=kind == DYING[1]), kind

    def _run(self, method: Method, call: Call, fault: str) -> Reply:
        if fault == RESULT_FALSE:
            return Reply(result=False)
        result = method.run(call)
        if call.dying:
            raise PhpDeath("after a command was executed")
        return result if isinstance(result, Reply) else Reply(result)

    def _account(self, method: Method, started: float) -> Json:
        portal, key = self.portal, (self.caller.key, method.name)
        finished = portal.clock()
        counted = self._worked[method.name] > portal.operating.least
        took = max(0.0, finished - started) + portal.charge
        self._worked[method.name] += took
        if counted or self._worked[method.name] > portal.operating.least:
            portal.operating.add(key, took if counted else self._worked[method.name], finished)
        spent, reset = portal.operating.spent(key, finished), portal.operating.reset_at(key, finished)
        whole = portal.rules == SOURCE
        return envelope.time_of(started, finished, operating=spent, reset_at=reset, whole=whole)


def recipient(params: Mapping[str, Any]) -> int:
    """Return whom a command is for, by the names of its parameters in upper case; 0 when it is for nobody."""
    return decode.whole(params.get("TO") or params.get("USER_ID") or params.get("DIALOGID"))
