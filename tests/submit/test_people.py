"""Names are looked up, not looked for: what a command costs does not grow with the workspace."""

from __future__ import annotations

import sys

import pytest

from slack_bitrix24.address import Name
from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.known import knows
from slack_bitrix24.submit.people import Group, People, Person
from slack_bitrix24.submit.resolve import Asked, Reason, resolve

USERS = [
    Person("U1", "anna", "Anna Petrova", display="Annie"),
    Person("U2", "Bob", "Bob Smirnov"),
    Person("U3", "gone", "Anna Gone", active=False),
    Person("U4", "straße", "Élodie Straße", display="ANNIE"),
    Person("U5", "", "Nameless"),
]
PEOPLE = People({one.id: one for one in USERS}, {"S1": Group("S1", "Devs"), "S2": Group("S2", "bob")})


@pytest.mark.parametrize(
    ("typed", "owners"),
    [
        ("anna", ["U1"]),
        ("ANNA", ["U1"]),
        ("annie", ["U1", "U4"]),
        ("anna petrova", ["U1"]),
        ("bob", ["U2", "S2"]),
        ("BOB SMIRNOV", ["U2"]),
        ("devs", ["S1"]),
        ("STRASSE", ["U4"]),
        ("élodie", ["U4"]),
        ("nameless", ["U5"]),
        ("gone", []),
        ("anna gone", []),
        ("petrova", []),
        ("smirnov bob", []),
    ],
)
def test_a_name_has_those_who_are_called_so_whatever_the_case(typed, owners):
    assert [one.id for one in PEOPLE.called(typed)] == owners


def crowd(size: int) -> People:
    users = [
        Person(f"U{number}", f"h{number}", f"Given{number} Family", display=f"d{number}") for number in range(size)
    ]
    return People({one.id: one for one in users}, {"S1": Group("S1", "devs")})


def steps(act) -> int:
    """Return how many lines of Python ran: a measure that no busy machine upsets."""
    count = 0

    def trace(_frame, _event, _argument):
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("typed", ["h7", "H7", "d7", "Given7 Family", "given7", "devs", "Nobody Here"])
def test_the_cost_of_a_name_does_not_grow_with_the_workspace(typed):
    small, large = crowd(10), crowd(10_000)
    for people in (small, large):
        people.called("x")  # whatever is read once for all commands

    def cost(people: People) -> int:
        return steps(lambda: knows(f"@{typed}", directory=Directory(), people=people))

    assert cost(large) == cost(small)


def test_likely_names_are_looked_for_a_few_times_for_one_command_and_each_name_is_told():
    people = crowd(1_000)
    typed = [Name(f"given{number}x family") for number in range(40)]
    unknown = resolve(typed, directory=Directory(), people=people, portals=("main",), asked=Asked("U1")).unknown
    assert [bool(one.choices) for one in unknown] == [True] * 3 + [False] * 37
    assert {one.reason for one in unknown} == {Reason.NOBODY}
