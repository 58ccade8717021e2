"""Addresses to recipients: who is reached, once each, and who is named as unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slack_bitrix24.address import Direct, MappingGroup, SlackGroup, SlackUser, parse_address
from slack_bitrix24.mapping import Directory, read_mapping
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.people import Group, People, Person
from slack_bitrix24.submit.permissions import among, members
from slack_bitrix24.submit.resolve import Asked, Reason, Unknown, name_of, resolve

ANNA, BOB, CAROL, DAVE = "U024BE7LH", "U0G9QF9C6", "U0CAROL03", "U0DAVE004"
MAPPING = f"""\
users:
  {ANNA}: 10
  {BOB}: acme/12
  {CAROL}: 14
groups:
  oncall: [{ANNA}, bitrix24:7]
  team: ["@oncall", {BOB}]
  crowd: [{", ".join(f"bitrix24:{number}" for number in range(100, 121))}]
  S0KEPT0001: [{CAROL}]
"""
PORTALS = ("main", "acme")


@pytest.fixture(scope="module")
def directory() -> Directory:
    return read_mapping(MAPPING, name="mapping.yaml", portals=PORTALS)


@pytest.fixture(scope="module")
def people() -> People:
    users = [
        Person(ANNA, "anna", "Anna Petrova", "Anya", language="ru", zone="Europe/Minsk"),
        Person(BOB, "bob", "Bob Smirnov"),
        Person(CAROL, "carol", "Carol Chen", "bobby"),
        Person(DAVE, "dave", "Dave Dole"),
        Person("U0ANNA002", "anna.k", "Anna Karenina"),
        Person("U0GONE001", "gone", "Gone Girl", active=False),
    ]
    groups = [
        Group("S0614TZR7", "devs", (ANNA, BOB)),
        Group("S0UNREAD1", "unread"),
        Group("S0EMPTY01", "nobodies", ()),
    ]
    crowd = tuple(f"U0CROWD{number:02}" for number in range(21))
    return People(
        {user.id: user for user in users},
        {group.id: group for group in groups},
        {"C0HERE001": (ANNA, DAVE, CAROL), "C0CROWD01": (*crowd, ANNA), "C0EMPTY01": (DAVE,)},
    )


def found(texts, directory, people, *, typed=True, asked=None):
    addresses = [parse_address(text, default_portal="main", typed=typed) for text in texts]
    return resolve(addresses, directory=directory, people=people, portals=PORTALS, asked=asked)


def ids(resolution) -> list[str]:
    return [str(recipient).removeprefix("bitrix24:") for recipient in resolution.recipients]


ASKED = Asked(author=ANNA, channel="C0HERE001", mentioned=(BOB, "S0614TZR7", "here"))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([ANNA], ["main/10"]),
        ([f"<@{BOB}|bob>"], ["acme/12"]),
        (["bitrix24:10", ANNA, "@anna"], ["main/10"]),
        (["@oncall"], ["main/10", "main/7"]),
        (["@team"], ["main/10", "main/7", "acme/12"]),
        (["S0614TZR7"], ["main/10", "acme/12"]),
        (["S0KEPT0001"], ["main/14"]),
        (["@devs"], ["main/10", "acme/12"]),
        (["me"], ["main/10"]),
        (["here"], ["main/10", "main/14"]),
        (["channel"], ["main/10", "main/14"]),
        (["C0HERE001"], ["main/10", "main/14"]),
        (["@Anya"], ["main/10"]),
        (["@BOBBY"], ["main/14"]),
        (["@bob"], ["acme/12"]),
        (["@carol"], ["main/14"]),
        (["mentioned"], ["acme/12", "main/10", "main/14"]),
        (["bitrix24:acme/99"], ["acme/99"]),
    ],
)
def test_each_address_reaches_its_people_once_and_in_order(directory, people, texts, expected):
    resolution = found(texts, directory, people, asked=ASKED)
    assert ids(resolution) == expected
    assert resolution.unknown == ()


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        (DAVE, Unknown(f"Dave Dole ({DAVE})", Reason.UNMAPPED)),
        ("U0NOBODY1", Unknown("U0NOBODY1", Reason.UNMAPPED)),
        ("@nobody", Unknown("@nobody", Reason.NOBODY)),
        ("@gone", Unknown("@gone", Reason.NOBODY)),
        ("S0NOSUCH1", Unknown("S0NOSUCH1", Reason.NO_GROUP)),
        ("S0EMPTY01", Unknown("@nobodies", Reason.EMPTY)),
        ("C0EMPTY01", Unknown("C0EMPTY01", Reason.EMPTY)),
        ("bitrix24:nowhere/5", Unknown("bitrix24:nowhere/5", Reason.NO_PORTAL)),
    ],
)
def test_an_address_that_gives_nobody_is_named_with_the_reason(directory, people, text, unknown):
    resolution = found([text, CAROL], directory, people, asked=ASKED)
    assert resolution.unknown == (unknown,)
    assert ids(resolution) == ["main/14"]


def test_a_name_of_several_names_them_all_and_reaches_none(directory, people):
    users = {**people.users, "U0ANNA003": Person("U0ANNA003", "anya2", "Other", "Anya")}
    groups = {**people.groups, "S0ANYA001": Group("S0ANYA001", "double", (ANNA,))}
    more = People({**users, "U0DOUBLE1": Person("U0DOUBLE1", "double", "Dou Ble")}, groups)
    resolution = found(["@anya", "@double"], directory, more)
    assert ids(resolution) == []
    assert resolution.unknown == (
        Unknown("@anya", Reason.SEVERAL, ("Anna Petrova (@anna)", "Other (@anya2)")),
        Unknown("@double", Reason.SEVERAL, ("Dou Ble (@double)", "@double")),
    )


@pytest.mark.parametrize(
    ("text", "unread"), [("S0UNREAD1", "S0UNREAD1"), ("C0UNREAD1", "C0UNREAD1"), ("@unread", "S0UNREAD1")]
)
def test_members_that_were_not_read_yet_are_asked_for(directory, people, text, unread):
    assert found([text], directory, people).unread == (unread,)


def test_a_typed_name_waits_for_the_people_and_what_needs_none_of_them_does_not(directory):
    resolution = found(["@anna", "@oncall", BOB, "bitrix24:14"], directory, People(reading=True))
    assert resolution.unread == resolution.unread_names == ("@anna",)
    assert ids(resolution) == ["main/10", "main/7", "acme/12", "main/14"]
    assert resolution.unknown == ()


@pytest.mark.parametrize(("text", "unread"), [("@anna", ()), ("@Anya", ("@Anya",)), ("@devs", ())])
def test_while_people_are_read_a_handle_is_enough_and_a_display_name_is_not(directory, people, text, unread):
    assert found([text], directory, replace(people, reading=True)).unread == unread


def test_a_group_that_was_read_alone_does_not_make_others_unknown(directory, people):
    reading = replace(people, reading=True)
    assert found(["S0NOSUCH1", "C0UNREAD1"], directory, reading).unread == ("S0NOSUCH1", "C0UNREAD1")
    assert found(["S0NOSUCH1"], directory, reading).unread_names == ()


def test_where_slack_withholds_the_people_a_name_is_not_said_to_be_nobodys(directory, people):
    resolution = found(["@anna", "@devs", "@oncall"], directory, People(groups=people.groups, withheld=True))
    assert resolution.unknown == (Unknown("@anna", Reason.WITHHELD),)
    assert ids(resolution) == ["main/10", "acme/12", "main/7"]


def test_a_group_is_asked_for_while_no_group_is_known(directory):
    assert found(["S0614TZR7"], directory, People()).unread == ("S0614TZR7",)


@pytest.mark.parametrize("text", ["me", "here"])
def test_me_and_here_mean_nobody_where_nobody_asks(directory, people, text):
    assert found([text], directory, people).unknown == (Unknown(text, Reason.NOT_HERE),)


def test_a_group_of_the_mapping_file_that_is_not_there_is_named(directory, people):
    resolution = found(["@nosuch"], directory, people, typed=False)
    assert resolution.unknown == (Unknown("@nosuch", Reason.NO_GROUP),)


def many(first: int, number: int) -> list[str]:
    return [f"U0MANY{each:03}" for each in range(first, first + number)]


MANY = Directory(
    {slack_id: Recipient("main", 1000 + number) for number, slack_id in enumerate(many(0, 100))},
    {
        "three": tuple(SlackGroup(f"S0FIFTEEN{number}") for number in range(3)),
        "ten": tuple(SlackUser(slack_id) for slack_id in many(0, 10)),
        "nested": (MappingGroup("ten"), SlackGroup("S0FIFTEEN0"), SlackGroup("S0FIFTEEN1")),
    },
)
MANY_PEOPLE = People(
    groups={
        f"S0FIFTEEN{number}": Group(f"S0FIFTEEN{number}", f"fifteen{number}", tuple(many(number * 15, 15)))
        for number in range(3)
    },
    channels={"C0HALL001": tuple(many(0, 31)), "C0ROOM001": (*many(0, 20), *(f"U0STRANGE{n}" for n in range(40)))},
)


@pytest.mark.parametrize(
    ("addresses", "reached"),
    [
        (["@three"], 45),  # a group of groups, each of them small
        (["S0FIFTEEN0", "S0FIFTEEN1"], 30),
        (["S0FIFTEEN0", "@ten"], 15),  # the same people twice
        (["@nested"], 30),
        (many(0, 60), 60),
        ([f"<@{one}|x>" for one in many(0, 21)], 21),
        (many(0, 20), 20),
        ([f"bitrix24:{number}" for number in range(1, 22)], 21),
        (["C0HALL001"], 31),
        (["here"], 31),
        (["C0ROOM001"], 20),  # forty more, whom the mapping file doesn't know, hear nothing
        (["@fifteen0", "@fifteen1"], 30),
        (["@ten", *many(5, 16)], 21),
        (["me", *many(1, 20)], 21),
    ],
)
def test_it_is_broad_to_reach_more_than_twenty_however_they_are_named(addresses, reached):
    asked = Asked(author="U0MANY000", channel="C0HALL001")
    resolution = found(addresses, MANY, MANY_PEOPLE, asked=asked)
    assert (len(resolution.recipients), resolution.broad) == (reached, reached > 20)


TWINS = Directory(
    {ANNA: Recipient("main", 10), "U0TWIN0001": Recipient("main", 10), BOB: Recipient("main", 12)},
    {
        "admins": (SlackUser(ANNA),),
        "numbers": (Direct(Recipient("main", 10)),),
        "inner": (MappingGroup("admins"),),
        "S0KEPT0001": (SlackUser(ANNA),),
    },
)


@pytest.mark.parametrize(
    ("address", "twin_too"),
    [
        (ANNA, False),
        (f"<@{ANNA}>", False),
        ("@admins", False),
        ("@inner", False),
        ("S0KEPT0001", False),
        ("S0READ0001", False),
        ("@numbers", True),  # whoever is that Bitrix24 user
        ("*", True),
    ],
)
def test_a_right_by_slack_id_is_for_that_slack_id_alone(address, twin_too):
    people = People(groups={"S0READ0001": Group("S0READ0001", "read", (ANNA,))})
    may = [among(one, [address], directory=TWINS, people=people) for one in (ANNA, "U0TWIN0001", BOB)]
    assert may == [True, twin_too, address == "*"]


@pytest.mark.parametrize(("width", "depth"), [(2, 40), (3, 25), (2, 300), (10, 12), (5, 60)])
def test_groups_in_a_diamond_are_opened_once(width, depth):
    groups = {}
    for level in range(depth):
        inside = tuple(MappingGroup(f"g{level + 1}x{n}") for n in range(width))
        groups |= {f"g{level}x{n}": inside for n in range(width)}
    groups |= {f"g{depth}x{n}": (SlackUser(ANNA), SlackUser(BOB)) for n in range(width)}
    deep = Directory({ANNA: Recipient("main", 10)}, groups)
    assert deep.members("g0x0") == (SlackUser(ANNA), SlackUser(BOB))
    assert list(found(["@g0x0"], deep, People()).recipients) == [Recipient("main", 10)]
    assert members(["@g0x0"], directory=deep, people=People()) == (ANNA, BOB)


def test_names_are_what_slack_calls_them_or_their_address(directory, people):
    resolution = found(["bitrix24:10", "bitrix24:7", "bitrix24:14"], directory, people)
    assert list(resolution.recipients.values()) == ["Anna Petrova", "bitrix24:main/7", "Carol Chen"]
    assert People().name(ANNA) == f"<@{ANNA}>"
    assert (people.language(ANNA), people.language("U0NOBODY1")) == ("ru", "en")
    assert (people.zone(ANNA), people.zone("U0NOBODY1")) == ("Europe/Minsk", "")


@pytest.mark.parametrize(
    ("user", "addresses", "expected"),
    [
        (ANNA, ["*"], True),
        (ANNA, [ANNA], True),
        (ANNA, ["@team"], True),
        (CAROL, ["@team"], False),
        (BOB, ["bitrix24:acme/12"], True),
        (DAVE, ["@team"], False),
        (ANNA, [], False),
        (ANNA, ["no address", "@oncall"], True),
    ],
)
def test_who_is_among_those_whom_the_configuration_names(directory, people, user, addresses, expected):
    assert among(user, addresses, directory=directory, people=people) is expected


def test_a_recipient_is_written_as_an_address():
    assert str(Recipient("acme", 12)) == "bitrix24:acme/12"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@ana", "@anna"), ("@anna1", "@anna"), ("@Petrov", "@anna"), ("@oncal", "@oncall"), ("@on-call", "@oncall"),
        ("@ONCALLL", "@oncall"),
    ],
)  # fmt: skip
def test_a_name_that_nobody_has_names_whom_it_is_close_to(directory, people, text, meant):
    (unknown,) = found([text], directory, people).unknown
    assert (unknown.reason, unknown.choices[0]) == (Reason.NOBODY, meant)


@pytest.mark.parametrize("text", ["@zebra", "@x", "@warehouse", "@привет", "@12345"])
def test_a_name_that_is_close_to_none_names_none(directory, people, text):
    assert found([text], directory, people).unknown == (Unknown(text, Reason.NOBODY),)


def test_a_group_of_the_configuration_that_is_misspelt_names_the_right_one(directory, people):
    (unknown,) = found(["@oncal"], directory, people, typed=False).unknown
    assert (unknown.reason, unknown.choices) == (Reason.NO_GROUP, ("@oncall",))


@pytest.mark.parametrize(
    ("recipient", "name"),
    [
        (Recipient("main", 10), "Anna Petrova"),  # Slack's name goes before the file's
        (Recipient("main", 20), "Erin Nordic"),
        (Recipient("main", 21), "<@U0FRANK01>"),
        (Recipient("main", 22), "Grace Hopper"),  # of two who are one user, the one who has a name
        (Recipient("main", 7), "bitrix24:main/7"),
    ],
)
def test_a_recipient_is_called_by_the_best_name_there_is(people, recipient, name):
    users = f"users:\n  {ANNA}: 10 # Anja\n  U0ERIN001: 20 # Erin Nordic\n  U0FRANK01: 21\n"
    users += "  U0GRACE01: 22\n  U0GRACE02: 22 # Grace Hopper\n"
    directory = read_mapping(users, name="mapping.yaml", portals=PORTALS)
    assert name_of(recipient, directory=directory, people=people) == name
