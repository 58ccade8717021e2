"""JSON of strangers: what is no JSON, or nested too deeply to be handed on, is one kind of error."""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.serving.bodies import DEEPEST, depth, parsed


def nested(levels: int, opening: str, closing: str, middle: str = "1") -> str:
    return opening * levels + middle + closing * levels


@pytest.mark.parametrize("text", ['{"a": [1, "b", null]}', "[]", "3", '"x"', b'{"a": 1e5}'])
def test_json_is_read(text):
    assert parsed(text) == json.loads(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"), ("[1,", "]")])
def test_the_deepest_that_is_taken_can_be_written_again(opening, closing):
    levels = DEEPEST // opening.count("[") if "{" not in opening else DEEPEST // (opening.count("[") + 1)
    found = parsed(nested(levels, opening, closing))
    assert depth(found) <= DEEPEST
    assert json.loads(json.dumps(found)) == found
    with pytest.raises(ValueError, match="too deeply"):
        parsed(nested(DEEPEST + 1, opening, closing))


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", '{"a": -Infinity}', "{'a': 1}", "[1,]", "\ufeff{}", "[" * 300]
)
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011  the words are Python's
        parsed(text)


@pytest.mark.parametrize(("value", "levels"), [(1, 0), ([], 0), ([1], 1), ({"a": [1]}, 2), ([[], [[2]]], 3)])
def test_depth(value, levels):
    assert depth(value) == levels
