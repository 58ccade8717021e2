"""Which bare ids and full names are somebody's."""

from __future__ import annotations

import pytest

from slack_bitrix24.address import SlackUser
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.known import knows
from slack_bitrix24.submit.people import Group, People, Person

PEOPLE = People(
    users={"U024BE7LH": Person("U024BE7LH", "anna", "Anna Petrova", display="Annie")},
    groups={"S0614TZR7": Group("S0614TZR7", "devs")},
    channels={"C4READ": ("U024BE7LH",)},
)
DIRECTORY = Directory({"U0G9QF9C6": Recipient("main", 12)}, {"S0MAPPED1": (SlackUser("U024BE7LH"),)})


@pytest.mark.parametrize(
    "text",
    ["U024BE7LH", "U0G9QF9C6", "S0614TZR7", "S0MAPPED1", "C4READ", "CHERE", "C0ALERTS", "G0PRIVATE", "@Anna Petrova"],
)
def test_what_slack_or_the_mapping_file_knows_is_an_address(text):
    assert knows(text, directory=DIRECTORY, people=PEOPLE, channel="CHERE")


@pytest.mark.parametrize(
    "text",
    [
        "WINDOWS11", "COVID19", "SERVER01", "UTF8MB4", "CENTOS7", "GPT4TURBO", "U0NOBODY1", "S0NOBODY1", "C4TEST123",
        "@Anna Ivanova", "@Petrova Anna",
    ],
)  # fmt: skip
def test_what_only_has_the_form_of_an_id_is_text(text):
    assert not knows(text, directory=DIRECTORY, people=PEOPLE, channel="CHERE")
