"""A portal as one object: notify, look up users, upload, and any other call, within the portal's limits."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from slack_bitrix24.bitrix24 import access, drive
from slack_bitrix24.bitrix24.access import NOTIFY
from slack_bitrix24.bitrix24.auth import Auth, sign_in
from slack_bitrix24.bitrix24.bots import Messages, register
from slack_bitrix24.bitrix24.caller import Caller
from slack_bitrix24.bitrix24.calls import Attach, deletion
from slack_bitrix24.bitrix24.client import CONNECT_TIMEOUT, READ_TIMEOUT, Client
from slack_bitrix24.bitrix24.coalesce import Coalescer
from slack_bitrix24.bitrix24.limits import PLANS, Limits
from slack_bitrix24.bitrix24.notify import Item, Message, Result, item_of
from slack_bitrix24.bitrix24.operating import OPERATING_LIMIT
from slack_bitrix24.bitrix24.pacing import Clock, Pacer, Shared, SharedFile
from slack_bitrix24.bitrix24.personal import ATTACH_LIMIT
from slack_bitrix24.bitrix24.probe import Tags, probe
from slack_bitrix24.bitrix24.rest import BATCH_LENGTH, Answer, Call
from slack_bitrix24.bitrix24.users import User, by_email, by_id, find, members
from slack_bitrix24.errors import Bitrix24Error, SlackBitrix24Error, Verdict

_WINDOW: Final = 20 * BATCH_LENGTH
"""Messages that `notify_many` holds at a time."""


class Bitrix24:
    """One portal. Threads may share it; close it, or use it in a `with` block.

    `url` is a webhook, or with a `token` the portal's address; or give `auth` (an `OAuth`) alone. `application` is
    sent as CLIENT_ID beside tags in webhook mode. `plan` sets the request bucket: "standard" (50, 2 a second),
    "enterprise" (250, 5 a second) or a pair of your own; `operating_limit` is seconds of a method's work in ten
    minutes, 0 for none (on-premise). `in_flight` is how many requests go side by side. `attach_limit` in characters,
    timeouts and `retry_for` (how long a failed call is repeated) in seconds. `state` is where the limits are kept:
    None in memory, a path to share them among processes, or an object with a `change` method (`pacing.Shared`).
    https://apidocs.bitrix24.com/limits.html
    """

    def __init__(  # noqa: PLR0913 - each has a default that fits; all by name
        self,
        url: str = "",
        *,
        token: str = "",
        auth: Auth | None = None,
        application: str = "slack-bitrix24",
        plan: str | tuple[float, float] = "standard",
        operating_limit: float = OPERATING_LIMIT,
        in_flight: int = 4,
        attach_limit: int = ATTACH_LIMIT,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        allowed_hosts: tuple[str, ...] = (),
        retry_for: float = 900.0,
        state: Shared | Path | str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._auth = auth or sign_in(url, token, application=application)
        self._attach_limit = attach_limit
        self._clock = clock or Clock()
        self._client = Client(
            self._auth,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            allowed_hosts=allowed_hosts,
            connections=in_flight,
        )
        capacity, rate = PLANS[plan] if isinstance(plan, str) else plan
        limits = Limits.of_bucket(capacity, rate, operating_limit=operating_limit, now=self._clock.now())
        shared = SharedFile(state) if isinstance(state, Path | str) else state
        self._pacer = Pacer(limits, clock=self._clock, shared=shared)
        slots = threading.BoundedSemaphore(in_flight)
        self._caller = Caller(self._client, self._pacer, clock=self._clock, slots=slots, retry_for=retry_for)
        self._out = Coalescer(
            self._client, self._pacer, clock=self._clock, slots=slots, in_flight=in_flight, retry_for=retry_for
        )

    def notify(  # noqa: PLR0913 - one parameter for each thing a notification has; all but two by name
        self,
        user_id: int,
        text: str,
        *,
        tag: str = "",
        sub_tag: str = "",
        attach: Attach = "",
        text_out: str = "",
        system: bool = False,
        at_most_once: bool = False,
    ) -> int:
        """Notify a user and return the notification's id, when Bitrix24 has it. Calls of other threads share requests.

        `text` is BB code, `text_out` the plain text for e-mail (default: the text without its codes). With a `tag`
        (`|U<user id>` is added) a newer notification replaces the older; `sub_tag` (default: the tag) is what `delete`
        finds those of all users by. Without a tag it goes out under one of its own, `auto-…|U<user id>`, so that it can
        be repeated after a lost answer without being seen twice; `at_most_once` turns that off: then a lost answer
        raises `Bitrix24Error` with `Verdict.UNKNOWN`. `system` leaves out the author.
        https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
        """
        message = Message(user_id, text, tag, sub_tag, attach, text_out, system)
        item = self._item(message, at_most_once=at_most_once)
        self._out.submit([item], here=True)
        return int(item.future.result())

    def submit(  # noqa: PLR0913 - the parameters of notify
        self,
        user_id: int,
        text: str,
        *,
        tag: str = "",
        sub_tag: str = "",
        attach: Attach = "",
        text_out: str = "",
        system: bool = False,
        at_most_once: bool = False,
    ) -> Future[int]:
        """Do as `notify`, but return a future at once: a thousand calls in a row become twenty requests."""
        message = Message(user_id, text, tag, sub_tag, attach, text_out, system)
        item = self._item(message, at_most_once=at_most_once)
        self._out.submit([item])
        return item.future

    def notify_many(self, messages: Iterable[Message], *, at_most_once: bool = False) -> Iterator[Result]:
        """Notify any number of users, and yield what became of each message, in their order.

        Nothing is sent before the first result is asked for, and no more than a thousand messages are held at a time.
        A message that fails does not stop the others, unless no call of the portal would do better (`Verdict.PORTAL`):
        then the rest is yielded with that error, unsent.
        """
        source = iter(messages)
        window: deque[tuple[Message, Item | SlackBitrix24Error]] = deque()
        stopped: Bitrix24Error | None = None
        while True:
            while stopped is None and len(window) < _WINDOW and (part := list(islice(source, BATCH_LENGTH))):
                window.extend(self._sent(part, at_most_once=at_most_once))
            if not window:
                break
            result = _result(*window.popleft())
            yield result
            if isinstance(result.error, Bitrix24Error) and result.error.verdict is Verdict.PORTAL:
                stopped = result.error
        for message in source:
            yield Result(message, error=stopped)

    def delete(self, *, id: int = 0, tag: str = "", user_id: int = 0, sub_tag: str = "") -> bool:  # noqa: A002 - Bitrix24's word
        """Delete a notification by its id or tag, or all those of a sub-tag; give exactly one.

        By id only those of the sign-in's own user; False: there was none. By tag True says nothing. Through a webhook
        nothing has a tag (Bitrix24 server source, main 26.150, 2026-03; `probe_tags` finds out).
        A tag given to `notify` needs the `user_id` too; without it the tag goes as it is.
        https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-delete.html
        """
        wire = f"{tag.removesuffix(f'|U{user_id}')}|U{user_id}" if tag and user_id else tag
        return bool(self._caller.call(deletion(id=id, tag=wire, sub_tag=sub_tag), repeatable=True).result)

    def bot(self, code: str, *, token: str, name: str = "slack-bitrix24", avatar: str = "") -> Messages:
        """Return a bot of this portal, registered where there is none of this code yet: messages in a chat of its own.

        A repeated send arrives once, an edit replaces and a deletion leaves no trace, through a webhook too; needs the
        scope `imbot` and no public address. `token` is a secret of up to 40 characters of your own: keep it, and the
        code, for both name the bot. `avatar` is a picture in base64. Raise `Bitrix24Error` where the portal is too old.
        """
        made = register(
            lambda call: self._caller.call(call, repeatable=True), code=code, name=name, token=token, avatar=avatar
        )
        return Messages(self._caller, made)

    def users(self, filter: Mapping[str, object] | None = None, **fields: object) -> Iterator[User]:  # noqa: A002 - Bitrix24's word
        """Yield the portal's users, page by page. Filter fields are Bitrix24's: `users(ACTIVE=True, UF_DEPARTMENT=7)`.

        Needs the scope `user_basic` (or `user`; `user_brief` shows no e-mail). Bots are never among them.
        https://apidocs.bitrix24.com/api-reference/user/user-get.html
        """
        return find(self._caller, {**(filter or {}), **fields})

    def user_by_email(self, email: str) -> User:
        """Return the one active user with this e-mail, whatever its case; raise `AddressError` for none or several."""
        return by_email(self._caller, email)

    def users_by_id(self, ids: Sequence[int]) -> dict[int, User]:
        """Return the users with these ids; ids that nobody has are missing. Needs the scope `im` alone.

        https://apidocs.bitrix24.com/api-reference/chats/users/im-user-list-get.html
        """
        return by_id(self._caller, ids)

    def department_members(self, departments: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Return the ids of each department's employees, by the department's id. Needs the scope `im` alone.

        https://apidocs.bitrix24.com/api-reference/chats/departments/im-department-employees-get.html
        """
        return members(self._caller, departments)

    def upload(self, source: Path | str | bytes, name: str = "", *, rights_for: Sequence[int] = ()) -> drive.Uploaded:
        """Upload a file (100 MB at most) to the webhook owner's Drive, readable by given users; return what to link.

        `name` may be left out for a path. Needs the scope `disk`.
        https://apidocs.bitrix24.com/api-reference/disk/storage/disk-storage-upload-file.html
        """
        if isinstance(source, str):
            source = Path(source)
        if not name and isinstance(source, bytes):
            raise ValueError("bytes need a name")
        called = name or Path(str(source)).name
        return drive.upload(self._caller, source, called, owner=self._auth.user_id, rights_for=rights_for)

    def call(self, method: str, params: Mapping[str, object] | None = None, *, repeatable: bool = False) -> Answer:
        """Make any call. It is repeated when it was refused unexecuted; after a lost answer only if `repeatable`."""
        return self._caller.call(Call(method, params or {}), repeatable=repeatable)

    def batch(
        self, calls: Mapping[str, Call], *, halt: bool = False, repeatable: bool = False
    ) -> dict[str, Answer | Bitrix24Error]:
        """Make any number of calls, fifty in a request, and return each one's answer or error by its key.

        Keys are names, not numbers; a later call of the same fifty may use `$result[key][field]`. With `halt` the
        first failure keeps the later ones from being executed.
        https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
        """
        return self._caller.batch(calls, halt=halt, repeatable=repeatable)

    def check(self) -> access.Health:
        """Return who the webhook or token is, its scopes, and whether it can notify. Sends nothing to anybody.

        Raise `Bitrix24Error` when the portal does not let it in at all.
        """
        return access.examine(self._caller)

    def probe_tags(self) -> Tags:
        """Find out whether this portal keeps tags for this sign-in, by a notification to its own user that goes again.

        Where it does not, nothing is replaced and nothing can be deleted by tag, and what is repeated after a lost
        answer may be seen twice (`at_most_once` makes one attempt). Bitrix24 server source, main 26.150 (2026-03).
        """
        return probe(lambda call: self._caller.call(call, repeatable=call.method != NOTIFY), self._auth.user_id)

    def limits(self) -> Limits:
        """Return what is reckoned of the portal's limits, to look at."""
        return self._pacer.limits()

    def close(self, timeout: float = 10.0) -> None:
        """Send what waits, for at most `timeout` seconds, and close the connections. May be called twice."""
        self._out.close(timeout)
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Bitrix24({self._auth!r})"

    def _item(self, message: Message, *, at_most_once: bool) -> Item:
        return item_of(message, now=self._clock.now(), attach_limit=self._attach_limit, at_most_once=at_most_once)

    def _sent(self, part: Sequence[Message], *, at_most_once: bool) -> list[tuple[Message, Item | SlackBitrix24Error]]:
        made: list[tuple[Message, Item | SlackBitrix24Error]] = []
        for message in part:
            try:
                made.append((message, self._item(message, at_most_once=at_most_once)))
            except SlackBitrix24Error as error:
                made.append((message, error))
        self._out.submit([one for _, one in made if isinstance(one, Item)])
        return made


def _result(message: Message, sent: Item | SlackBitrix24Error) -> Result:
    if not isinstance(sent, Item):
        return Result(message, error=sent)
    try:
        return Result(message, int(sent.future.result()))
    except SlackBitrix24Error as error:
        return Result(message, error=error)
