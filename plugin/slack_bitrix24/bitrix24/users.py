"""A portal's users: read from Bitrix24's two ways of showing them, found by e-mail, id or department.

https://apidocs.bitrix24.com/api-reference/user/user-get.html
https://apidocs.bitrix24.com/api-reference/chats/users/im-user-list-get.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from slack_bitrix24.bitrix24.caller import Caller
from slack_bitrix24.bitrix24.rest import BATCH_LENGTH, Answer, Call
from slack_bitrix24.bitrix24.values import whole
from slack_bitrix24.errors import AddressError, Bitrix24Error

PAGE: Final = 50
"""Users in an answer of user.get. https://apidocs.bitrix24.com/settings/how-to-call-rest-api/list-methods-pecularities.html"""
IDS_AT_ONCE: Final = 100
"""Users of one question."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of the portal. What the webhook's scope does not show is empty (`user_brief` shows no e-mail).

    `kind` is Bitrix24's word for who signs in elsewhere (`external_auth_id`: bot, email, imconnector …).
    `raw` is everything that Bitrix24 told, in its own names.
    """

    id: int
    name: str = ""
    email: str = ""
    active: bool = True
    bot: bool = False
    kind: str = ""
    extranet: bool = False
    departments: tuple[int, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


def read_user(data: Mapping[str, Any]) -> User:
    """Return a user from either method's fields (`ID`, `NAME` or `id`, `name`); ids come as text or number."""
    low = {str(name).lower(): value for name, value in data.items()}
    name = " ".join(str(low[part]) for part in ("name", "last_name") if "ID" in data and low.get(part))
    departments = low.get("uf_department") or low.get("departments") or []
    return User(
        id=whole(low.get("id")) or 0,
        name=name or str(low.get("name") or ""),
        email=str(low.get("email") or ""),
        active=low.get("active") not in (False, "N", "false", 0),
        bot=bool(low.get("bot")),
        kind=str(low.get("external_auth_id") or ""),
        extranet=bool(low.get("extranet")),
        departments=_ids(departments),
        raw=data,
    )


def find(caller: Caller, filter: Mapping[str, object]) -> Iterator[User]:  # noqa: A002 - Bitrix24's word
    """Yield the users that match; after the first page, up to 50 pages go in one request."""
    first = caller.call(Call("user.get", {"FILTER": filter, "start": 0}), repeatable=True)
    yield from _users(first)
    pages = range(PAGE, first.total or 0, PAGE) if first.next else range(0)
    for begin in range(0, len(pages), BATCH_LENGTH):
        calls = {
            f"p{start}": Call("user.get", {"FILTER": filter, "start": start}) for start in pages[begin:][:BATCH_LENGTH]
        }
        for answer in caller.batch(calls, repeatable=True).values():
            if isinstance(answer, Bitrix24Error):
                raise answer
            yield from _users(answer)


def by_email(caller: Caller, email: str) -> User:
    """Return the one active user with this e-mail, whatever its case; raise `AddressError` for none or several."""
    wanted = email.strip().casefold()
    if not wanted:
        raise AddressError("an empty e-mail address names nobody")
    # Whether Bitrix24 compares with regard to case is undocumented: both are asked for, and compared here.
    found = find(caller, {"EMAIL": sorted({email.strip(), wanted}), "ACTIVE": True})
    exact = {user.id: user for user in found if user.active and user.email.casefold() == wanted}
    if len(exact) == 1:
        return next(iter(exact.values()))
    if not exact:
        raise AddressError(f"no active Bitrix24 user has the e-mail {email.strip()}")
    raise AddressError(f"{len(exact)} active Bitrix24 users have the e-mail {email.strip()}: {sorted(exact)}")


def by_id(caller: Caller, ids: Sequence[int]) -> dict[int, User]:
    """Return the users with these ids; ids that nobody has are missing. Needs the scope `im` alone."""
    found: dict[int, User] = {}
    for begin in range(0, len(ids), IDS_AT_ONCE):
        found.update(read_people(caller.call(people(ids[begin : begin + IDS_AT_ONCE]), repeatable=True)))
    return found


def people(ids: Sequence[int]) -> Call:
    """Return the call that asks who these are, at most `IDS_AT_ONCE`; `read_people` reads its answer."""
    return Call("im.user.list.get", {"ID": list(ids), "RESULT_TYPE": "array"})


def read_people(answer: Answer) -> dict[int, User]:
    """Return the users of an answer by their ids."""
    return {user.id: user for user in _users(answer)}


def members(caller: Caller, departments: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the ids of each department's employees. Needs the scope `im` alone.

    Whether sub-departments are counted in is undocumented.
    https://apidocs.bitrix24.com/api-reference/chats/departments/im-department-employees-get.html
    """
    answer = caller.call(Call("im.department.employees.get", {"ID": list(departments)}), repeatable=True)
    result = answer.result if isinstance(answer.result, Mapping) else {}
    return {one: _ids(result.get(str(one))) for one in departments}


def _users(answer: Answer) -> Iterator[User]:
    """Return those that have an id: a row of another shape is nobody."""
    users = (read_user(row) for row in _rows(answer.result) if isinstance(row, Mapping))
    return (user for user in users if user.id)


def _ids(value: object) -> tuple[int, ...]:
    return tuple(number for one in _rows(value) if (number := whole(one)))


def _rows(value: object) -> Sequence[Any]:
    """Return what PHP may show as a list or as a map of numbers."""
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []
