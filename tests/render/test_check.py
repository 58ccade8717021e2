"""ATTACH is checked: its forms, its fields, its size; each fault has its place."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.bitrix24.size import counted
from slack_bitrix24.errors import AttachError

URL = "https://example.com/x.png"
EVERY = [
    build.message("[b]x[/b]"),
    build.link(URL, name="n", description="d", preview=URL),
    build.user("Anna", avatar=URL, url="/company/personal/user/1/", user_id=1),
    build.grid(
        [build.cell("LINE", name="n", value="v", url=URL, width=150, height=10, color="#fff", color_token="alert")]
    ),
    build.grid([build.cell("ROW", value="v")]),
    build.image(URL, name="n", preview=URL, width=8, height=6),
    build.picture("n", URL),
    build.file("f", URL, size=0),
    build.file("f", URL),
    build.delimiter(),
]


def test_the_builders_make_what_the_check_takes():
    full = build.attachment(EVERY, color="#d00000", color_token="alert")
    assert check(full) == full
    assert check(json.dumps(full)) == full
    assert check(MappingProxyType(full)) == full


def test_picture_and_file_are_those_of_the_seed():
    assert build.picture("n", URL) == {"IMAGE": [{"NAME": "n", "LINK": URL}]}
    assert build.file("n", URL) == {"FILE": [{"NAME": "n", "LINK": URL}]}


def test_a_picture_has_both_sizes_or_none():
    assert build.image(URL, width=5) == {"IMAGE": [{"LINK": URL}]}


@pytest.mark.parametrize("wrap", [list, tuple, json.dumps])
def test_the_short_form_becomes_full_and_a_single_object_a_list(wrap):
    short = wrap([{"IMAGE": {"LINK": URL}}, {"FILE": {"LINK": "/disk/1"}}, {"DELIMITER": {"SIZE": "200"}}])
    assert check(short) == {
        "BLOCKS": [{"IMAGE": [{"LINK": URL}]}, {"FILE": [{"LINK": "/disk/1"}]}, {"DELIMITER": {"SIZE": "200"}}],
    }


def test_what_was_passed_in_stays_as_it_was():
    blocks = [{"IMAGE": {"LINK": URL}}]
    check(blocks)
    assert blocks == [{"IMAGE": {"LINK": URL}}]


KINDS = "DELIMITER, FILE, GRID, IMAGE, LINK, MESSAGE, USER"
BLANKS = "expected blanks and control characters as %XX, got"
ADDRESS = "expected an http(s) address or a path from the portal's root, got"


@pytest.mark.parametrize(
    ("attach", "fault"),
    [
        (5, "ATTACH: expected an object, a list of blocks or JSON text, got 5"),
        (None, "ATTACH: expected an object, a list of blocks or JSON text, got null"),
        ('"x"', 'ATTACH: expected an object, a list of blocks or JSON text, got "x"'),
        ("{", "ATTACH: expected JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ({}, "BLOCKS: expected a list of blocks, got null"),
        ([], "BLOCKS: expected a list of blocks, got []"),
        ({"BLOCKS": {}}, "BLOCKS: expected a list of blocks, got {}"),
        ({"BLOCKS": EVERY, "COLOR": "red"}, 'COLOR: expected a colour as #RGB or #RRGGBB, got "red"'),
        (
            {"BLOCKS": EVERY, "COLOR_TOKEN": "red"},
            'COLOR_TOKEN: expected one of primary, secondary, alert, base, got "red"',
        ),
        ({"BLOCKS": EVERY, "ID": "x"}, 'ID: expected a whole number, got "x"'),
        (["x"], 'BLOCKS[0]: expected an object with one key, got "x"'),
        ([{}], "BLOCKS[0]: expected an object with one key, got 0 keys ()"),
        ([{"A": 1, "B": 2}], "BLOCKS[0]: expected an object with one key, got 2 keys (A, B)"),
        ([{"message": "x"}], f'BLOCKS[0]: expected one of {KINDS}, got "message"'),
        ([{"MESSAGE": 5}], "BLOCKS[0].MESSAGE: expected text, got 5"),
        ([{"LINK": {}}], "BLOCKS[0].LINK.LINK: missing"),
        ([{"LINK": [URL]}], f'BLOCKS[0].LINK: expected an object, got ["{URL}"]'),
        ([{"LINK": {"LINK": "mailto:a@b.c"}}], f'BLOCKS[0].LINK.LINK: {ADDRESS} "mailto:a@b.c"'),
        ([{"LINK": {"LINK": "//evil"}}], f'BLOCKS[0].LINK.LINK: {ADDRESS} "//evil"'),
        ([{"LINK": {"LINK": "https://e.com/a b"}}], f'BLOCKS[0].LINK.LINK: {BLANKS} "https://e.com/a b"'),
        ([{"FILE": [{"LINK": "/disk/a\nb"}]}], f'BLOCKS[0].FILE[0].LINK: {BLANKS} "/disk/a\\nb"'),
        ([{"LINK": {"LINK": 5}}], f"BLOCKS[0].LINK.LINK: {ADDRESS} 5"),
        ([{"LINK": {"LINK": URL, "NAME": None}}], "BLOCKS[0].LINK.NAME: expected text, got null"),
        ([{"USER": {"NAME": " "}}], 'BLOCKS[0].USER.NAME: expected text, got " "'),
        ([{"USER": {"NAME": "A", "USER_ID": True}}], "BLOCKS[0].USER.USER_ID: expected a whole number, got true"),
        ([{"GRID": {"DISPLAY": "ROW"}}], 'BLOCKS[0].GRID: expected a list of objects, got {"DISPLAY": "ROW"}'),
        ([{"GRID": []}], "BLOCKS[0].GRID: expected a list of objects, got []"),
        ([{"GRID": [5]}], "BLOCKS[0].GRID[0]: expected an object, got 5"),
        ([{"IMAGE": [{"LINK": URL}, {"NAME": "x"}]}], "BLOCKS[0].IMAGE[1].LINK: missing"),
        ([{"IMAGE": "x"}], 'BLOCKS[0].IMAGE: expected a list of objects, got "x"'),
        ([{"FILE": [{"LINK": URL, "SIZE": -1}]}], "BLOCKS[0].FILE[0].SIZE: expected a whole number, got -1"),
        (
            [{"DELIMITER": {"COLOR": "#12345"}}],
            'BLOCKS[0].DELIMITER.COLOR: expected a colour as #RGB or #RRGGBB, got "#12345"',
        ),
        (
            [*EVERY[:2], {"GRID": [{"DISPLAY": "COLUMN"}]}],
            'BLOCKS[2].GRID[0].DISPLAY: expected one of BLOCK, LINE, ROW, TABLE, got "COLUMN"',
        ),
        (
            [{"MESSAGE": 1}, {"X": 1}],
            f'BLOCKS[0].MESSAGE: expected text, got 1; BLOCKS[1]: expected one of {KINDS}, got "X"',
        ),
        ([{"MESSAGE": {1, 2}}], "BLOCKS[0].MESSAGE: expected text, got set"),
        ([{"USER": {"NAME": ["x" * 90]}}], 'BLOCKS[0].USER.NAME: expected text, got ["' + "x" * 57 + "…"),
        (
            [{"LINK": {"LINK": URL, "MORE": {1}}}],
            "ATTACH: can't be written as JSON: Object of type set is not JSON serializable",
        ),
    ],
)  # fmt: skip
def test_faults(attach, fault):
    with pytest.raises(AttachError) as error:
        check(attach)
    assert str(error.value) == fault


def test_many_faults_are_counted_not_listed():
    with pytest.raises(AttachError, match=r"BLOCKS\[19\].*; and 5 more faults$"):
        check([{"MESSAGE": 1}] * 25)


def test_what_a_portal_would_find_too_large_is_refused_with_its_size():
    attach = {"BLOCKS": [{"MESSAGE": "слово 🎉"}]}
    size = counted(attach)
    assert check(attach, limit=size + 1) == attach
    with pytest.raises(AttachError, match=f"{size} characters as Bitrix24 counts them, it takes fewer than {size}$"):
        check(attach, limit=size)


def test_a_line_across_without_a_size_gets_one_for_brackets_have_no_empty_object():
    assert check([{"DELIMITER": {}}]) == {"BLOCKS": [{"DELIMITER": {"SIZE": 200}}]}
