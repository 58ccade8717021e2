"""department.get and im.department.*: who works where. No I/O.

https://apidocs.bitrix24.com/api-reference/departments/index.html
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal import decode, selection
from slack_bitrix24.sandbox.portal.envelope import Json, Reason
from slack_bitrix24.sandbox.portal.method import Call, Method
from slack_bitrix24.sandbox.portal.people import Department, User
from slack_bitrix24.sandbox.portal.users import profile_of

NO_ID = Reason("ID_EMPTY", "ID can't be empty")
FILTERS = ("ID", "NAME", "SORT", "PARENT", "UF_HEAD")


def get(call: Call) -> object:
    """Return departments by exact fields, fifty a page."""
    wanted = {name: call.params[name] for name in FILTERS if name in call.params}
    if "SORT" in wanted and not str(wanted["SORT"]).isdigit():
        del wanted["SORT"]  # a field's name: how to sort, not what to find
    rows = [_row(one) for one in call.portal.departments]
    found = selection.ordered([row for row in rows if selection.matches(row, wanted)], call.params)
    return selection.page(found, call.params.get("START"))


def _row(one: Department) -> Json:
    row: Json = {"ID": str(one.id), "NAME": one.name, "SORT": 500}
    if one.parent:
        row["PARENT"] = str(one.parent)
    if one.head:
        row["UF_HEAD"] = str(one.head)
    return row


def im_get(call: Call) -> object:
    """Return departments by id, with the head's data on demand."""
    return [_im_row(call, one) for one in _chosen(call)]


def employees(call: Call) -> object:
    """Return for each department its active members; sub-departments are not included (not documented)."""
    return {str(one.id): [_member(call, user) for user in _members(call, one)] for one in _chosen(call)}


def managers(call: Call) -> object:
    """Return for each department its head."""
    users = call.portal.users
    return {str(one.id): [_member(call, users[one.head])] if one.head in users else [] for one in _chosen(call)}


def _chosen(call: Call) -> list[Department]:
    wanted = {decode.whole(one) for one in decode.items(call.params.get("ID"))}
    return [one for one in call.portal.departments if one.id in wanted]


def _members(call: Call, one: Department) -> list[User]:
    people = call.portal.users.values()
    return [user for user in people if user.active and user.kind != "bot" and one.id in user.departments]


def _member(call: Call, user: User) -> object:
    return profile_of(user) if call.params.get("USER_DATA") == "Y" else user.id


def _im_row(call: Call, one: Department) -> Json:
    names = {other.id: other for other in call.portal.departments}
    path, at = [one.name], one
    while at.parent in names:
        at = names[at.parent]
        path.append(at.name)
    row: Json = {"id": one.id, "name": one.name, "full_name": " / ".join(path), "manager_user_id": one.head}
    if call.params.get("USER_DATA") == "Y" and one.head in call.portal.users:
        row["manager_user_data"] = profile_of(call.portal.users[one.head])
    return row


METHODS = (
    Method("department.get", "department", get),
    Method("im.department.get", "im", im_get, refusals={"ID": NO_ID}),
    Method("im.department.employees.get", "im", employees, refusals={"ID": NO_ID}),
    Method("im.department.managers.get", "im", managers, refusals={"ID": NO_ID}),
)
