"""user.*, im.user.*, departments, and what a caller asks about itself."""

from __future__ import annotations

import json

import pytest
import requests

from slack_bitrix24.sandbox.portal import Portal, User, app, people, selection
from slack_bitrix24.sandbox.server import Server


def ids(users):
    return [user["ID"] for user in users]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, "1 7 10 12 14 20"),
        ({"FILTER": {"EMAIL": "anna@example.com"}}, "10"),
        ({"filter": {"EMAIL": ["ANNA@example.com", "bob@example.com", "nobody@example.com"]}}, "10 12"),
        ({"FILTER": {"ACTIVE": True}}, "1 7 10 12 14"),
        ({"FILTER": {"ACTIVE": "Y"}}, "1 7 10 12 14"),
        ({"FILTER": {"ACTIVE": "false"}}, "20"),
        ({"FILTER": {"!ACTIVE": 1}}, "20"),
        ({"FILTER": {"ID": [10, "12"]}}, "10 12"),
        ({"FILTER": {"@ID": [10, 12]}}, "10 12"),
        ({"FILTER": {"!@ID": [10, 12]}}, "1 7 14 20"),
        ({"FILTER": {">ID": 10, "<=ID": "14"}}, "12 14"),
        ({"FILTER": {">=ID": 14}}, "14 20"),
        ({"FILTER": {"<ID": 7}}, "1"),
        ({"FILTER": {"%EMAIL": "@example"}}, "1 7 10 12 14 20"),
        ({"FILTER": {"%=NAME": "%nn%"}}, "10"),
        ({"FILTER": {"!%NAME": "o"}}, "10 20"),
        ({"FILTER": {">NAME": "Carol"}}, "1 20"),
        ({"FILTER": {"UF_DEPARTMENT": 3}}, "7 10"),
        ({"UF_DEPARTMENT": 3}, "7 10"),
        ({"FILTER": {"NAME_SEARCH": "petr"}}, "10"),
        ({"FILTER": {"USER_TYPE": "bot"}}, ""),
        ({"FILTER": {"no such key!": 1}}, ""),
        ({"sort": "NAME", "order": "DESC"}, "1 20 14 7 12 10"),
        ({"order": {"ID": "DESC"}}, "20 14 12 10 7 1"),
        ({"order": {}}, "1 7 10 12 14 20"),
    ],
    ids=str,
)
def test_user_get_filters_and_sorts(rest, params, found):
    assert ids(rest.call("user.get", **params)) == found.split()


def test_user_get_tells_ids_as_text_and_only_the_fields_asked_for(rest):
    [anna] = rest.call("user.get", FILTER={"ID": 10}, select=["ID", "EMAIL", "NO_SUCH", "UF_*"])
    assert anna == {"ID": "10", "EMAIL": "anna@example.com", "UF_DEPARTMENT": [1, 3]}


def test_pages_of_fifty():
    portal = Portal(plan="off", people=people.crowd(120))
    with Server(app(portal)) as server, requests.Session() as session:
        url = portal.webhook_url(server.url) + "user.get"
        pages = [session.post(url, json={"start": start}, timeout=5).json() for start in (0, 50, 100, -1)]
    assert [(len(page["result"]), page["total"], page.get("next")) for page in pages] == [
        (50, 120, 50),
        (50, 120, 100),
        (20, 120, None),
        (50, 0, None),
    ]


@pytest.mark.parametrize(
    ("scopes", "email"), [(("user",), True), (("user_basic",), True), (("user_brief",), False)], ids=str
)
def test_fields_depend_on_the_scope(scopes, email):
    portal = Portal(scopes=scopes)
    with Server(app(portal)) as server, requests.Session() as session:
        url = portal.webhook_url(server.url)
        assert ("EMAIL" in session.get(url + "user.current", timeout=5).json()["result"]) is email
        refused = session.get(url + "im.notify", timeout=5)
        assert (refused.status_code, refused.json()["error"]) == (401, "insufficient_scope")
        assert "webhook" in refused.json()["error_description"]
        told = session.get(url + "method.get", params={"name": "im.notify"}, timeout=5).json()["result"]
        assert told == {"isExisting": True, "isAvailable": False}


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"FILTER": {"FIND": "smirnov"}}, "12"),
        ({"FIND": "carol@"}, "14"),
        ({"NAME": "An"}, "10"),
        ({"FILTER": {"WORK_POSITION": "engineer", "UF_DEPARTMENT_NAME": "Operations"}}, "7 10"),
    ],
    ids=str,
)
def test_user_search(rest, params, found):
    assert ids(rest.call("user.search", **params)) == found.split()


def test_who_am_i(rest):
    assert rest.call("profile")["ID"] == "1"
    assert rest.call("user.current")["EMAIL"] == "owner@example.com"
    assert rest.call("scope") == ["department", "disk", "im", "imbot", "user"]
    assert rest.call("method.get", name="im.notify.personal.add") == {"isExisting": True, "isAvailable": True}
    assert rest.call("method.get") == {"isExisting": False, "isAvailable": False}
    assert "T" in rest.call("server.time")
    assert rest.refused("app.info") == (403, "ACCESS_DENIED")
    assert rest.refused("no.such.method") == (404, "ERROR_METHOD_NOT_FOUND")


def test_the_profile_of_a_dismissed_owner_is_empty():
    portal = Portal(webhook=(20, "secret"))
    with Server(app(portal)) as server:
        assert requests.get(portal.webhook_url(server.url) + "profile", timeout=5).json()["result"] == {}


def test_scope_im_alone_tells_who_exists(rest):
    told = rest.call("im.user.list.get", ID=[10, 20, 30, 999])
    assert told["10"]["email"] == "anna@example.com"
    assert (told["20"]["active"], told["30"]["bot"], told["999"]) == (False, True, None)
    assert [user["id"] for user in rest.call("im.user.list.get", ID="[10,999]", RESULT_TYPE="array")] == [10]
    assert rest.refused("im.user.list.get") == (400, "ID_EMPTY")
    assert rest.refused("im.user.list.get", ID=[0]) == (400, "ID_EMPTY")
    assert rest.call("im.user.get", ID="12")["name"] == "Bob Smirnov"
    assert rest.call("im.user.get")["id"] == 1
    assert rest.refused("im.user.get", ID=999) == (400, "USER_NOT_EXISTS")


def test_departments(rest):
    assert [one["ID"] for one in rest.call("department.get")] == ["1", "3"]
    assert rest.call("department.get", PARENT=1) == [
        {"ID": "3", "NAME": "Operations", "SORT": 500, "PARENT": "1", "UF_HEAD": "7"}
    ]
    assert [one["ID"] for one in rest.call("department.get", NAME="Operations")] == ["3"]
    assert [one["ID"] for one in rest.call("department.get", sort="NAME", order="ASC")] == ["3", "1"]
    assert rest.call("im.department.employees.get", ID=[3]) == {"3": [7, 10]}
    assert rest.call("im.department.employees.get", ID="[3]", USER_DATA="Y")["3"][1]["name"] == "Anna Petrova"
    assert rest.call("im.department.managers.get", ID=[1, 3]) == {"1": [1], "3": [7]}
    [one] = rest.call("im.department.get", ID=[3], USER_DATA="Y")
    assert (one["full_name"], one["manager_user_data"]["id"]) == ("Operations / Sandbox company", 7)
    for method in ("im.department.get", "im.department.employees.get", "im.department.managers.get"):
        assert rest.refused(method) == (400, "ID_EMPTY")


def test_a_file_of_users(tmp_path):
    file = tmp_path / "users.json"
    file.write_text(json.dumps([{"id": 5, "name": "Eve", "departments": [1, 2]}]))
    assert people.read(file) == (User(5, "Eve", departments=(1, 2)),)
    for text, fault in [("{}", "list"), ('[{"name": "x"}]', "user 0"), ('[{"id": 1, "mail": "x"}]', "unknown mail")]:
        file.write_text(text)
        with pytest.raises(ValueError, match=fault):
            people.read(file)


def test_rows_without_the_field_match_nothing_but_its_absence():
    assert not selection.matches({}, {"NAME": "x"})
    assert selection.matches({}, {"NAME": ""})
