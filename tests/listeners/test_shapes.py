"""What Slack says of people, clicks and forms, in shapes that Slack does not have: read as nothing."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from slack_bitrix24.listeners.named import group, person
from slack_bitrix24.listeners.shapes import shaped
from slack_bitrix24.slack.replies.views import filled
from slack_bitrix24.submit.people import Group, People, Person

ODD = [None, 5, -1.5, True, "x", "", [], {}, [None], ["x"], [[]], {"id": 5}, {"a": {"b": []}}]
USER = {
    "id": "U1",
    "name": "anna",
    "real_name": "Anna P",
    "locale": "ru-RU",
    "tz": "Europe/Minsk",
    "profile": {"real_name": "Anna Petrova", "display_name": "anya", "email": "anna@example.com"},
}
FORM = {
    "type": "view_submission",
    "view": {
        "id": "V1",
        "private_metadata": "{}",
        "state": {
            "values": {
                "people": {"people": {"type": "multi_users_select", "selected_users": ["U1"]}},
                "text": {"text": {"value": "hello"}},
                "when": {"when": {"value": "tomorrow"}},
                "more": {"more": {"value": "@oncall"}},
            }
        },
    },
}


def places(value, path=()):
    """Yield the way to everything in it."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from places(each, (*path, key))


def bent(value, path, odd):
    """Return a copy with something odd at one place."""
    made = copy.deepcopy(value)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = odd
    return made


def test_a_user_is_read_whole():
    whole = Person("U1", "anna", "Anna Petrova", "anya", "ru", "Europe/Minsk", email="anna@example.com")
    assert person(USER) == whole
    assert person({**USER, "deleted": True, "is_bot": True}) == replace(whole, active=False, bot=True)
    assert person({"id": "USLACKBOT"}) == Person("USLACKBOT", "", "USLACKBOT", bot=True)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"id": "U1", "profile": None, "name": "anna"}, "anna"),
        ({"id": "U1", "profile": {"real_name": None, "display_name": "anya"}}, "anya"),
        ({"id": "U1", "profile": {"real_name": ""}, "real_name": "Anna P", "name": None}, "Anna P"),
        ({"id": "U1", "name": 5, "profile": []}, "U1"),
        ({"id": "U1", "tz": None, "locale": 7}, "U1"),
    ],
)
def test_a_user_of_whom_little_is_told_has_a_name(user, name):
    assert person(user).name == name


@pytest.mark.parametrize("path", list(places(USER)), ids=str)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_whatever_is_said_of_a_user_all_names_are_found(path, odd):
    found = person(bent(USER, path, odd))
    bob = Person("U2", "bob", "Bob Smirnov")
    people = People(users={one.id: one for one in (found, bob) if one is not None})
    assert people.called("bob") == [bob] or people.called("bob") == (bob,)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_is_no_user_and_no_group_is_none(odd):
    for read in (person, group):
        assert read(odd) is None
        assert read({"id": odd}) is None or isinstance(odd, str)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"id": "S1", "handle": "ops", "users": ["U1", "U2"]}, Group("S1", "ops", ("U1", "U2"))),
        ({"id": "S1", "handle": "ops", "users": ["U1", None, 5, {}]}, Group("S1", "ops", ("U1",))),
        ({"id": "S1", "handle": None, "users": None}, Group("S1", "")),
        ({"id": "S1", "users": {"U1": 1}}, Group("S1", "")),
        ({"id": "S1", "users": []}, Group("S1", "", ())),
    ],
)
def test_a_group(told, found):
    assert group(told) == found


@pytest.mark.parametrize("path", [path for path in places(FORM) if path[0] == "view"], ids=str)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_form_in_whatever_shape_is_read(path, odd):
    form = filled(shaped(bent(FORM, path, odd))["view"])
    assert all(isinstance(one, str) for one in (*form.people, form.more, form.text, form.when, form.metadata))


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ([{"action_id": "a"}], [{"action_id": "a"}]),
        ([False, {"action_id": "a"}, [""], None], [{"action_id": "a"}]),
        ({"a": "x"}, []),
        ("x", []),
        (None, []),
        (5, []),
    ],
)
def test_actions_are_tables(given, left):
    assert shaped({"type": "block_actions", "actions": given})["actions"] == left


def test_what_has_slacks_shape_stays_as_it_is():
    for body in (FORM, {"command": "/b24", "text": "hi"}, {"type": "event_callback", "event": {"user": 5}}):
        assert shaped(body) == body
