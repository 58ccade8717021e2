"""Faults on demand: what goes wrong, for which calls, how often. No I/O."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields

from slack_bitrix24.sandbox.portal import envelope
from slack_bitrix24.sandbox.portal.envelope import Json, Reason

Target = tuple[str, int]
"""A command's method, in lower case, and its recipient, 0 when it has none."""

REFUSING: dict[str, Reason] = {
    "refuse": envelope.INTERNAL,
    "error_200": Reason("ERROR_CORE", "Something went wrong", 200),
    "empty_code": Reason("", "Something went wrong", 400),
    "missing_scope": envelope.missing_scope("webhook"),
    "expired_token": envelope.EXPIRED_TOKEN,
    "revoked": envelope.BAD_CREDENTIALS,
    "overload": envelope.OVERLOAD,
    "no_subscription": envelope.NO_SUBSCRIPTION,
    "connection_error": envelope.NO_CONNECTION,
    "query_limit": envelope.QUERY_LIMIT,
    "operation_time": envelope.OPERATION_TIME,
}
"""Kinds that refuse before anything is executed; `code`, `description` and `status` may say otherwise."""
ANSWERING = {
    "drop": "close the connection without an answer; nothing is executed",
    "execute_and_drop": "execute, then close the connection without an answer",
    "html": "an HTML page with `status` (500); nothing is executed",
    "execute_and_html": "execute, then answer an HTML page",
    "empty": "an empty body with `status` (200); nothing is executed",
    "execute_and_empty": "execute, then answer an empty body",
    "slow": "wait `seconds`, then execute and answer",
    "redirect": "302 to `location`, a host or a URL; nothing is executed",
}
"""Kinds that concern a whole HTTP request."""
RESULT_FALSE = "result_false"
DYING = ("die", "execute_and_die")
"""PHP ends in a command: before it is executed (its key is taken), or when it is stored and its key not yet noted."""
KINDS = (*REFUSING, *ANSWERING, RESULT_FALSE, *DYING)


@dataclass
class Fault:
    """One thing that goes wrong, for the next `times` matching calls (0: until taken back), each with `probability`.

    `times` is 1 unless given, or 0 when there is a probability below 1.

    `method` and `user` (a recipient) narrow it. Narrowed, a refusal concerns single commands, in a batch too;
    otherwise the whole request, as does `method="batch"`.
    """

    kind: str
    times: int | None = None
    probability: float = 1.0
    method: str = ""
    user: int = 0
    code: str | None = None
    description: str = ""
    status: int = 0
    seconds: float = 0.0
    location: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind}: a fault is one of {', '.join(KINDS)}")
        self.method = self.method.lower()
        if self.times is None:
            self.times = 1 if self.probability >= 1.0 else 0
        if self.kind == "redirect" and not self.location:
            raise ValueError("redirect: needs a location")

    @property
    def executes(self) -> bool:
        """Whether the call is done all the same."""
        return self.kind.startswith("execute_") or self.kind == "slow"

    @property
    def answers(self) -> bool:
        """Whether the true answer reaches the client."""
        return self.kind == "slow"

    @property
    def reason(self) -> Reason | None:
        """Why the call is refused, with what was asked for in place of the usual."""
        usual = REFUSING.get(self.kind)
        if usual is None:
            return None
        code = usual.code if self.code is None else self.code
        return Reason(code, self.description or usual.description, self.status or usual.status)

    @property
    def whole(self) -> bool:
        """Whether it concerns whole requests."""
        narrowed = bool(self.user or self.method) and self.method != "batch"
        return self.kind in ANSWERING or (self.kind in REFUSING and not narrowed)

    def matches(self, method: str, user: int) -> bool:
        """Tell whether a command is one of those meant."""
        return (not self.method or self.method == method) and (not self.user or self.user == user)

    def json(self) -> Json:
        """Return its fields."""
        return asdict(self)


@dataclass
class Faults:
    """The faults asked for; the first that matches and is due happens."""

    seed: int = 0
    waiting: list[Fault] = field(default_factory=list)
    happened: int = 0

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again: none asked for, none happened, the same chances."""
        self.waiting.clear()
        self.happened = 0
        self._random = random.Random(self.seed)  # noqa: S311  the same faults in each run, no secret

    def add(self, *faults: Fault) -> None:
        """Ask for more."""
        self.waiting.extend(faults)

    def clear(self) -> None:
        """Let all be well again."""
        self.waiting.clear()

    def for_request(self, method: str, commands: Iterable[Target]) -> Fault | None:
        """Return what goes wrong with a whole request."""
        targets = [(method, 0), *commands]
        return self._next([fault for fault in self.waiting if fault.whole], targets)

    def for_command(self, method: str, user: int) -> Fault | None:
        """Return what goes wrong with one command."""
        return self._next([fault for fault in self.waiting if not fault.whole], [(method, user)])

    def _next(self, faults: Sequence[Fault], targets: Sequence[Target]) -> Fault | None:
        for fault in faults:
            if any(fault.matches(*target) for target in targets) and self._random.random() < fault.probability:
                self.happened += 1
                if fault.times:
                    fault.times -= 1
                    if fault.times == 0:
                        self.waiting.remove(fault)
                return fault
        return None


def read(body: object) -> list[Fault]:
    """Return the faults of a JSON object or a list of them; ValueError says what is wrong."""
    known = {field.name for field in fields(Fault)}
    found = []
    for entry in body if isinstance(body, list) else [body]:
        if not isinstance(entry, dict) or "kind" not in entry:
            raise ValueError("a fault is an object with a kind")
        if unknown := set(entry) - known:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        found.append(Fault(**entry))
    return found
