"""Every notation of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.address import (
    Channel,
    Direct,
    MappingGroup,
    Me,
    Mentioned,
    Name,
    SlackGroup,
    SlackUser,
    parse_address,
)
from slack_bitrix24.errors import AddressError
from slack_bitrix24.model import Recipient

READ = {
    "U024BE7LH": SlackUser("U024BE7LH"),
    "W012A3CDE": SlackUser("W012A3CDE"),
    "USLACKBOT": SlackUser("USLACKBOT"),
    "<@U024BE7LH>": SlackUser("U024BE7LH"),
    "<@U024BE7LH|anna>": SlackUser("U024BE7LH"),
    "<@W012A3CDE|>": SlackUser("W012A3CDE"),
    "S0614TZR7": SlackGroup("S0614TZR7"),
    "<!subteam^S0614TZR7>": SlackGroup("S0614TZR7"),
    "<!subteam^S0614TZR7|@devs>": SlackGroup("S0614TZR7"),
    "@oncall": MappingGroup("oncall"),
    "@на-дежурстве": MappingGroup("на-дежурстве"),
    "bitrix24:10": Direct(Recipient("main", 10)),
    "Bitrix24:10": Direct(Recipient("main", 10)),
    "bitrix24:acme/10": Direct(Recipient("acme", 10)),
    "bitrix24:acme-2.ru/7": Direct(Recipient("acme-2.ru", 7)),
    "me": Me(),
    "ME": Me(),
    "я": Me(),
    "мне": Me(),
    "C0ALERTS": Channel("C0ALERTS"),
    "G012ABCDE": Channel("G012ABCDE"),
    "<#C0ALERTS|alerts>": Channel("C0ALERTS"),
    "<#C987654321|>": Channel("C987654321"),
    "here": Channel("here"),
    "@here": Channel("here"),
    "<!here>": Channel("here"),
    "<!here|here>": Channel("here"),
    "channel": Channel("channel"),
    "@channel": Channel("channel"),
    "<!channel>": Channel("channel"),
    "mentioned": Mentioned(),
    "  U024BE7LH ": SlackUser("U024BE7LH"),
}
REFUSED = {
    "": "an empty address",
    "anna": "anna: no address; accepted: U024BE7LH",
    "anna@example.com": "no address",
    "@": "no address",
    "@a b": "no address",
    "u024be7lh": "no address",
    "D024BE7LH": "no address",
    "<@C0ALERTS>": "expected an id that starts with U or W",
    "<#U024BE7LH>": "expected an id that starts with C or G",
    "<!subteam^U024BE7LH>": "expected an id that starts with S",
    "<!everyone>": "everyone can't be addressed",
    "everyone": "everyone can't be addressed",
    "#alerts": "addressed by its id",
    "bitrix24:": "expected bitrix24:10",
    "bitrix24:anna": "expected bitrix24:10",
    "bitrix24:acme/": "expected bitrix24:10",
    "bitrix24:-1": "expected bitrix24:10",
    "bitrix24:٣": "expected bitrix24:10",
    "bitrix24:0": "ids start at 1",
    "bitrix24:acme/0": "ids start at 1",
}


@pytest.mark.parametrize(("text", "address"), READ.items())
def test_each_notation_is_read_and_given_back(text, address):
    assert parse_address(text, default_portal="main") == address
    assert parse_address(str(address), default_portal="main") == address


@pytest.mark.parametrize(("text", "fault"), REFUSED.items())
def test_what_is_no_address_is_refused_with_what_is_accepted(text, fault):
    with pytest.raises(AddressError, match=fault):
        parse_address(text, default_portal="main")


def test_a_name_typed_in_slack_is_a_group_or_somebody():
    assert parse_address("@anna", default_portal="main", typed=True) == Name("anna")
    assert str(Name("anna")) == "@anna"
    assert parse_address("@here", default_portal="main", typed=True) == Channel("here")


@given(st.text(max_size=30), st.booleans())
def test_any_text_is_an_address_or_refused(text, typed):
    try:
        address = parse_address(text, default_portal="main", typed=typed)
    except AddressError:
        return
    assert parse_address(str(address), default_portal="main", typed=typed) == address
