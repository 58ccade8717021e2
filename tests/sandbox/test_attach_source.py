"""What the server makes of an ATTACH, form by form, as its own class answered.

Bitrix24 server source, main 26.150 (2026-03).
"""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.sandbox.portal import attach_source
from slack_bitrix24.sandbox.portal.envelope import PhpDeath, Refusal

X = {"MESSAGE": "x"}
ERROR, OVERSIZE, DEATH, NONE = "ATTACH_ERROR", "ATTACH_OVERSIZE", "death", "none"
URL = "https://a.b"


def user(name):
    return {"USER": [{"NAME": name, "AVATAR_TYPE": "USER"}]}


def cell(name="a", value="b", display="ROW"):
    return {"DISPLAY": display, "NAME": name, "VALUE": value, "COLOR_TOKEN": "base"}


def link(address=URL, **more):
    return {"LINK": [{"LINK": address, **more}]}


FORMS = {
    "empty list": ([], NONE),
    "BLOCKS empty": ({"BLOCKS": []}, ERROR),
    "unknown block only": ([{"FOO": "x"}], ERROR),
    "unknown block and text": ([{"FOO": "x"}, X], [X]),
    "lower-case keys": ([{"message": "x"}], ERROR),
    "lower-case blocks": ({"blocks": [X]}, ERROR),
    "two keys": ([{"MESSAGE": "x", "GRID": [{"NAME": "a"}]}], [X]),
    "LINK and MESSAGE": ([{"MESSAGE": "x", "LINK": {"LINK": URL}}], [link()]),
    "unknown top key": ({"BLOCKS": [X], "X": 1}, [X]),
    "DESCRIPTION": ({"BLOCKS": [X], "DESCRIPTION": "d"}, [X]),
    "MESSAGE empty": ([{"MESSAGE": ""}], ERROR),
    "MESSAGE blank": ([{"MESSAGE": "  "}, X], [X]),
    "MESSAGE number": ([{"MESSAGE": 5}], [{"MESSAGE": "5"}]),
    "MESSAGE object TEXT": ([{"MESSAGE": {"TEXT": "x"}}], [X]),
    "MESSAGE list": ([{"MESSAGE": ["x"]}], DEATH),
    "MESSAGE null": ([{"MESSAGE": None}, X], [X]),
    "LINK ftp": ([{"LINK": {"LINK": "ftp://a.b"}}, X], [X]),
    "LINK HTTPS": ([{"LINK": {"LINK": "HTTPS://a.b"}}, X], [X]),
    "LINK //host": ([{"LINK": {"LINK": "//a.b"}}], [link("//a.b")]),
    "LINK bad preview": ([{"LINK": {"LINK": URL, "PREVIEW": "x"}}], [link()]),
    "LINK list": ([{"LINK": [{"LINK": URL}, {"LINK": "https://c.d"}]}], [link(), link("https://c.d")]),
    "LINK unknown field": ([{"LINK": {"LINK": URL, "FOO": 1}}], [link()]),
    "LINK string": ([{"LINK": URL}], ERROR),
    "LINK blank in URL": ([{"LINK": {"LINK": "https://a.b/x y"}}], [link("https://a.b/x y")]),
    "USER no name": ([{"USER": {"AVATAR": URL}}, X], [X]),
    "USER bad avatar": ([{"USER": {"NAME": "n", "AVATAR": "x"}}], [user("n")]),
    "USER list": ([{"USER": [{"NAME": "a"}, {"NAME": "b"}]}], [user("a"), user("b")]),
    "GRID object": ([{"GRID": {"DISPLAY": "ROW", "NAME": "a", "VALUE": "b"}}], DEATH),
    "GRID no display": ([{"GRID": [{"NAME": "a", "VALUE": "b"}]}], [{"GRID": [cell(display="BLOCK")]}]),
    "GRID COLUMN": ([{"GRID": [{"DISPLAY": "COLUMN", "NAME": "a", "VALUE": "b"}]}], [{"GRID": [cell()]}]),
    "GRID CARD": ([{"GRID": [{"DISPLAY": "CARD"}]}], [{"GRID": [cell("", "", "LINE")]}]),
    "GRID odd display": (
        [{"GRID": [{"DISPLAY": "odd", "NAME": "a", "VALUE": "b"}]}],
        [{"GRID": [cell(display="BLOCK")]}],
    ),
    "GRID empty item": ([{"GRID": [{"DISPLAY": "ROW", "NAME": "", "VALUE": ""}]}], ERROR),
    "GRID only name": ([{"GRID": [{"DISPLAY": "ROW", "NAME": "a"}]}], [{"GRID": [cell(value="")]}]),
    "GRID bad colour": ([{"GRID": [{"DISPLAY": "ROW", "NAME": "a", "COLOR": "red"}]}], [{"GRID": [cell(value="")]}]),
    "GRID bad link": ([{"GRID": [{"DISPLAY": "ROW", "NAME": "a", "VALUE": "b", "LINK": "x"}]}], [{"GRID": [cell()]}]),
    "GRID empty": ([{"GRID": []}, X], [X]),
    "GRID list of text": ([{"GRID": ["a"]}], DEATH),
    "IMAGE object": ([{"IMAGE": {"LINK": "https://a.b/c.png"}}], [{"IMAGE": [{"LINK": "https://a.b/c.png"}]}]),
    "IMAGE bad link": ([{"IMAGE": {"LINK": "x"}}, X], [X]),
    "IMAGE one bad": ([{"IMAGE": [{"LINK": "x"}, {"LINK": "/c.png"}]}], [{"IMAGE": [{"LINK": "/c.png"}]}]),
    "IMAGE negative": ([{"IMAGE": {"LINK": "/c.png", "WIDTH": -1, "HEIGHT": 0}}], [{"IMAGE": [{"LINK": "/c.png"}]}]),
    "IMAGE sizes": (
        [{"IMAGE": {"LINK": "/c", "WIDTH": "9", "HEIGHT": 3}}],
        [{"IMAGE": [{"LINK": "/c", "WIDTH": 9, "HEIGHT": 3}]}],
    ),
    "IMAGE string": ([{"IMAGE": "https://a.b/c.png"}], ERROR),
    "FILE size text": ([{"FILE": {"LINK": "/a", "SIZE": "big"}}], [{"FILE": [{"LINK": "/a"}]}]),
    "DELIMITER empty": ([{"DELIMITER": {}}], [{"DELIMITER": {"SIZE": 200}}]),
    "DELIMITER null": ([{"DELIMITER": None}], ERROR),
    "DELIMITER colour": ([{"DELIMITER": {"COLOR": "grey"}}], [{"DELIMITER": {"SIZE": 200}}]),
    "DELIMITER list": ([{"DELIMITER": []}], [{"DELIMITER": {"SIZE": 200}}]),
    "COLOR bad": ({"BLOCKS": [X], "COLOR": "red"}, [X]),
    "COLOR_TOKEN bad": ({"BLOCKS": [X], "COLOR_TOKEN": "red"}, [X]),
    "ID text": ({"BLOCKS": [X], "ID": "x"}, [X]),
    "RICH_LINK": ([{"RICH_LINK": {"NAME": "n", "LINK": URL}}], [{"RICH_LINK": [{"NAME": "n", "LINK": URL}]}]),
    "HTML block": ([{"HTML": "<b>x</b>"}], ERROR),
    "block is text": (["x"], ERROR),
    "block is null": ([None, X], [X]),
    "BLOCKS text": ({"BLOCKS": "x"}, ERROR),
    "BLOCKS map": ({"BLOCKS": {"a": X}}, [X]),
    "not JSON": ("{x", ERROR),
    "JSON text": ('[{"MESSAGE": "x"}]', [X]),
    "JSON number": ("5", ERROR),
    "single quotes": ("[{'MESSAGE': 'x'}]", [X]),
    "59,900 x": ([{"MESSAGE": "x" * 59_900}], [{"MESSAGE": "x" * 59_900}]),
    "59,870 x": ([{"MESSAGE": "x" * 59_870}], [{"MESSAGE": "x" * 59_870}]),
    "59,901 x": ([{"MESSAGE": "x" * 59_901}], OVERSIZE),
    "Cyrillic 40,000": ([{"MESSAGE": "я" * 40_000}], [{"MESSAGE": "я" * 40_000}]),
    "slashes 35,000": ([{"MESSAGE": "/" * 35_000}], OVERSIZE),
}


def made_of(given):
    try:
        full = attach_source.normalised(given, now=1_764_400_000)
    except Refusal as refused:
        return refused.reason.code
    except PhpDeath:
        return DEATH
    return NONE if full is None else full["BLOCKS"]


@pytest.mark.parametrize(("given", "made"), FORMS.values(), ids=FORMS)
def test_each_form(given, made):
    assert made_of(given) == made


@pytest.mark.parametrize(
    ("given", "made"), [form for form in FORMS.values() if not isinstance(form[0], str) and form[0]]
)
def test_each_form_as_text(given, made):
    assert made_of(json.dumps(given, ensure_ascii=False)) == made


def test_the_frame():
    full = attach_source.normalised(
        {"BLOCKS": [X], "ID": 5, "COLOR": "#fff", "COLOR_TOKEN": "alert", "DESCRIPTION": "<b>a\nb</b>"}, now=9
    )
    assert full == {"ID": 9, "BLOCKS": [X], "DESCRIPTION": "[b]a b[/b]", "COLOR": "#fff", "COLOR_TOKEN": "alert"}
    first = attach_source.normalised({"BLOCKS": [user("n"), X], "DESCRIPTION": "FIRST_MESSAGE"})
    assert (first["DESCRIPTION"], first["COLOR_TOKEN"], len(first["COLOR"])) == ("x", "base", 7)
    assert attach_source.normalised({"BLOCKS": [X], "DESCRIPTION": "SKIP_MESSAGE"})["DESCRIPTION"] == ""


@pytest.mark.parametrize(
    ("text", "as_object", "as_text"),
    [
        ("C:\\new\\table", "C:\new\table", "C:\\\new\\\table"),
        ("\\\\server\\share", "\\server\\share", "\\\\server\\share"),
        ('say \\"hi\\" now', 'say "hi" now', 'say \\"hi\\" now'),
        ("a\nb\tc", "a\nb\tc", "a\nb\tc"),
        ("\\d+\\s", "\\d+\\s", "\\d+\\s"),
        ("ends in \\", "ends in \\", ERROR),
        ("C:\\temp\\", "C:\temp\\", ERROR),
        ("fire 🔥", "fire 🔥", "fire 🔥"),
        ("it's", "it's", "it's"),
        ("a/b", "a/b", "a/b"),
    ],
)
def test_backslashes(text, as_object, as_text):
    blocks = [{"GRID": [{"DISPLAY": "ROW", "NAME": "n", "VALUE": text}]}]
    for given, kept in ((blocks, as_object), (json.dumps(blocks, ensure_ascii=False), as_text)):
        made = made_of(given)
        assert made == kept if kept == ERROR else made[0]["GRID"][0]["VALUE"] == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (r"\u0416", "Ж"),
        (r"\ud83d\udd25!", "??!"),
        (r"a\b\f\r", r"a\b\f\r"),
        (r"\n\t", "\n\t"),
        (r"\/x", "/x"),
        (r"\"q\"", '"q"'),
    ],
)
def test_escapes_of_json_text(written, kept):
    assert made_of('[{"MESSAGE":"(' + written + ')"}]') == [{"MESSAGE": f"({kept})"}]


@pytest.mark.parametrize(
    "text", ["", "[", "]", "{", "[1", '["a', "[a]", '{"a"}', '{"a":}', '{"a":1,,}', "[1] x", "5", "null", "'"]
)
def test_what_is_no_object_is_an_error(text):
    assert made_of(text) == (NONE if text == "" else ERROR)


def test_it_is_measured_as_it_is_kept():
    cells = [{"DISPLAY": "LINE", "NAME": f"n{number:03}", "VALUE": "v"} for number in range(1000)]
    sent = len(json.dumps({"BLOCKS": [{"GRID": cells}]}, separators=(",", ":")))
    grid = [cell | {"COLOR_TOKEN": "base"} for cell in cells]
    full = {
        "ID": 1_764_400_000,
        "BLOCKS": [{"GRID": grid}],
        "DESCRIPTION": "",
        "COLOR": "#abcdef",
        "COLOR_TOKEN": "base",
    }
    assert attach_source.size(full) == sent + 21_072
    assert attach_source.size({"a": '/"\n\u2028я'}) == len('{"a":"') + 2 + 2 + 2 + 6 + 1 + len('"}')


def test_the_column_is_measured_in_bytes():
    kept = attach_source.normalised([{"MESSAGE": "я" * 32_000}])
    assert attach_source.fits_column(kept)
    assert not attach_source.fits_column(attach_source.normalised([{"MESSAGE": "я" * 33_000}]))
    assert not attach_source.fits_column(attach_source.normalised([{"MESSAGE": "🔥" * 7_000}]))


def test_text_costs_quadratic_time_and_an_object_none():
    assert attach_source.seconds("x" * 8_000) == pytest.approx(0.55, rel=0.05)
    assert 15 < attach_source.seconds("x" * 58_000) < 42
    assert attach_source.seconds([X] * 1000) < 0.001
    assert attach_source.seconds(None) == 0
