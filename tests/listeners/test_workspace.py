"""What events tell of people and groups: the newest holds, in whatever order they come."""

from __future__ import annotations

import itertools

import pytest
from slack_sdk import WebClient

from scripted import Reply, Scripted
from slack_bitrix24.listeners.workspace import Workspace

ANNA, DEVS = "U024BE7LH", "S0614TZR7"


def user(name, *, ts=None, updated=None, deleted=False):
    told = {"id": ANNA, "name": "anna", "profile": {"real_name": name}, "deleted": deleted}
    told |= {"updated": updated} if updated is not None else {}
    return {"type": "user_change", "user": told} | ({"event_ts": ts} if ts is not None else {})


def group(handle, *, ts=None, updated=None):
    told = {"id": DEVS, "handle": handle} | ({"date_update": updated} if updated is not None else {})
    return {"type": "subteam_updated", "subteam": told} | ({"event_ts": ts} if ts is not None else {})


@pytest.fixture
def workspace():
    return Workspace(WebClient(token="xoxb-none", base_url="http://127.0.0.1:9/"))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_holds_in_whatever_order_they_come(workspace, order):
    events = [user(name, ts=f"17000000{number}0.000100") for number, name in enumerate(("one", "two", "three"))]
    for number in order:
        workspace.note(events[number])
    assert workspace.people.users[ANNA].name == "three"


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        (user("new", ts="20.5"), user("old", ts="20.4"), "new"),
        (user("new", ts="20.5"), user("newer", ts="20.5"), "newer"),  # the same moment: the last to come
        (user("new", updated=20), user("old", updated=19), "new"),
        (user("new", ts="20.5"), user("old", updated=19), "new"),
        (user("new", ts=20.5), user("newer", ts="21"), "newer"),
        (user("untold"), user("told", ts="1"), "told"),
        (user("untold"), user("untold too"), "untold too"),
        (user("new", ts="20"), user("odd", ts="nonsense", updated="21"), "odd"),
        (user("new", ts="20"), user("odd", ts=[], updated={}), "new"),
        (user("gone", ts="20", deleted=True), user("back from the past", ts="19"), "gone"),
    ],
)
def test_of_two_the_later_one_counts(workspace, first, second, name):
    workspace.note(first)
    workspace.note(second)
    assert workspace.people.users[ANNA].name == name


def test_groups_go_by_their_own_time(workspace):
    for event in (user("new", ts="30"), group("later", ts="20"), group("earlier", ts="10"), group("last", updated=25)):
        workspace.note(event)
    assert workspace.people.groups[DEVS].handle == "last"
    assert workspace.people.users[ANNA].name == "new"


def test_what_is_told_while_the_people_are_read_is_not_overwritten():
    scripted = Scripted()
    reader = Workspace(WebClient(token="xoxb-none", base_url=f"{scripted.origin}/"))

    def answer(request):
        if request.method == "users.list":
            reader.note(user("renamed meanwhile", ts="2"))  # the page was made before, and arrives after
            return Reply({"ok": True, "members": [user("as listed")["user"], {"id": "U0G9QF9C6", "name": "bob"}]})
        reader.note(group("renamed", ts="2"))
        return Reply({"ok": True, "usergroups": [group("as listed")["subteam"]]})

    scripted.answer = answer
    assert reader.load()
    scripted.close()
    assert {one.name for one in reader.people.users.values()} == {"renamed meanwhile", "bob"}
    assert reader.people.groups[DEVS].handle == "renamed"
