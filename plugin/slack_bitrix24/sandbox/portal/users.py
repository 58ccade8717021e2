"""user.* and im.user.*: who is at the portal. No I/O.

https://apidocs.bitrix24.com/api-reference/user/index.html
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from slack_bitrix24.sandbox.portal import decode, selection
from slack_bitrix24.sandbox.portal.envelope import Json, Reason, Refusal
from slack_bitrix24.sandbox.portal.method import Call, Method
from slack_bitrix24.sandbox.portal.people import EXTERNAL, User

BRIEF = frozenset(
    ["ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "PERSONAL_GENDER", "WORK_POSITION", "USER_TYPE", "IS_ONLINE"]
)
"""What scope user_brief shows: no contacts (api-reference/user/user-scope.html)."""
NO_USER = Reason("USER_NOT_EXISTS", "User does not exist", 400)
NO_ID = Reason("ID_EMPTY", "ID can't be empty")


def row_of(user: User) -> Json:
    """Return a user as user.get tells it; the id is text there."""
    return {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        "EMAIL": user.email,
        "LAST_LOGIN": "2026-01-01T00:00:00+00:00",
        "DATE_REGISTER": "2026-01-01T00:00:00+00:00",
        "TIME_ZONE": "",
        "IS_ONLINE": "N",
        "TIMESTAMP_X": {},
        "LAST_ACTIVITY_DATE": {},
        "PERSONAL_GENDER": user.gender,
        "PERSONAL_MOBILE": user.phone,
        "WORK_PHONE": user.phone,
        "WORK_POSITION": user.position,
        "UF_DEPARTMENT": list(user.departments),
        "USER_TYPE": user.kind,
    }


FIELDS = frozenset(row_of(User(0))) | {"NAME_SEARCH", "XML_ID", "UF_PHONE_INNER", "UF_DEPARTMENT_NAME"}


def get(call: Call) -> object:
    """Return users by FILTER, or by fields given beside it; bots and e-mail users never."""
    wanted = dict(call.params.get("FILTER") or {}) if isinstance(call.params.get("FILTER"), dict) else {}
    wanted |= {key: value for key, value in call.params.items() if key.lstrip("!<>=%@") in FIELDS}
    return _list(call, {key.upper(): value for key, value in wanted.items()})


def search(call: Call) -> object:
    """Return users by FIND in any name, or by NAME, LAST_NAME, WORK_POSITION, UF_DEPARTMENT_NAME beginning so."""
    given = call.params.get("FILTER")
    wanted = {
        key.upper(): value for key, value in {**call.params, **(given if isinstance(given, dict) else {})}.items()
    }
    if wanted.get("FIND"):
        return _list(call, {"NAME_SEARCH": wanted["FIND"]})
    text = {f"=%{key}": f"{wanted[key]}%" for key in ("NAME", "LAST_NAME", "WORK_POSITION") if wanted.get(key)}
    exact = {key: wanted[key] for key in ("USER_TYPE", "UF_DEPARTMENT_NAME") if wanted.get(key)}
    return _list(call, text | exact)


def _list(call: Call, wanted: Mapping[str, Any]) -> object:
    found = wanted.get("NAME_SEARCH")
    tests = {key: value for key, value in wanted.items() if key != "NAME_SEARCH"}
    names = {one.id: one.name for one in call.portal.departments}
    rows = []
    for user in call.portal.users.values():
        if user.kind in ("bot", "email") or (
            found and str(found).lower() not in f"{user.full_name} {user.email}".lower()
        ):
            continue
        row = row_of(user) | {"UF_DEPARTMENT_NAME": [names[one] for one in user.departments if one in names]}
        if selection.matches(row, tests):
            rows.append(row)
    shown = [_shown(row, call) for row in selection.ordered(rows, call.params)]
    return selection.page(shown, call.params.get("START"))


def _shown(row: Json, call: Call) -> Json:
    masks = [str(mask).upper() for mask in decode.items(call.params.get("SELECT"))] or ["*"]
    brief = not call.caller.scopes & {"user", "user_basic"}
    return {
        name: value
        for name, value in row.items()
        if name != "UF_DEPARTMENT_NAME"
        and not (brief and name not in BRIEF)
        and any(fnmatchcase(name, mask) for mask in masks)
    }


def current(call: Call) -> object:
    """Return the caller."""
    return _shown(row_of(call.user), call)


def profile(call: Call) -> object:
    """Return the caller with the base scope alone; {} when dismissed."""
    user = call.user
    if not user.active:
        return {}
    told = {"ID": str(user.id), "ADMIN": user.admin, "NAME": user.name, "LAST_NAME": user.last_name}
    return told | {"PERSONAL_GENDER": user.gender, "TIME_ZONE": "", "TIME_ZONE_OFFSET": 0}


def profile_of(user: User) -> Json:
    """Return a user as im.* tells it; the id is a number there."""
    bot = user.kind == "bot"
    return {
        "id": user.id,
        "active": user.active,
        "name": user.full_name,
        "first_name": user.name,
        "last_name": user.last_name,
        "work_position": user.position,
        "color": user.colour,
        "avatar": user.avatar,
        "avatar_hr": user.avatar,
        "gender": user.gender or "M",
        "birthday": "",
        "extranet": user.kind == "extranet",
        "network": False,
        "bot": bot,
        "connector": False,
        "external_auth_id": user.kind if user.kind in EXTERNAL else "default",
        "status": "online",
        "idle": False,
        "last_activity_date": "2026-01-01T00:00:00+00:00",
        "mobile_last_date": False,
        "desktop_last_date": False,
        "absent": False,
        "departments": list(user.departments),
        "phones": False,
        "website": "",
        "email": user.email,
        "bot_data": {"type": "bot"} if bot else None,
        "type": "bot" if bot else "user",
    }


def im_get(call: Call) -> object:
    """Return one person, the caller by default; scope im is enough."""
    number = decode.whole(call.params.get("ID")) or call.caller.user_id
    if number not in call.portal.users:
        raise Refusal(NO_USER)
    return profile_of(call.portal.users[number])


def im_list(call: Call) -> object:
    """Return several people; who does not exist is null, or left out of RESULT_TYPE=array."""
    numbers = [number for number in map(decode.whole, decode.items(call.params.get("ID"))) if number > 0]
    if not numbers:
        raise Refusal(NO_ID)
    found = {number: call.portal.users.get(number) for number in numbers}
    if call.params.get("RESULT_TYPE") == "array":
        return [profile_of(user) for user in found.values() if user]
    return {str(number): profile_of(user) if user else None for number, user in found.items()}


METHODS = (
    Method("user.get", "user", get, extra=FIELDS),
    Method("user.search", "user", search, extra=FIELDS | {"FIND"}),
    Method("user.current", "user", current),
    Method("profile", "", profile),
    Method("im.user.get", "im", im_get),
    Method("im.user.list.get", "im", im_list, refusals={"ID": NO_ID}),
)
