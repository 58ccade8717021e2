"""The size of an ATTACH is the portal's own: Bitrix24 server source, main 26.150, 2026-03."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.size import COLUMN, counted, fits, longest
from slack_bitrix24.document import Document, Field, Fields, Paragraph, Text
from slack_bitrix24.render.attach import compose


def plain_size(value):
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def test_a_thousand_cells_count_what_the_server_was_seen_to_count():
    cells = [build.cell("BLOCK", name="name", value="value") for _ in range(1000)]
    attach = {"BLOCKS": [build.grid(cells)]}
    assert counted(attach) - plain_size(attach) == 21_072


FULL = {"ID": 1_764_435_600, "COLOR_TOKEN": "base", "COLOR": "#c6c6c6", "DESCRIPTION": ""}


@pytest.mark.parametrize(
    ("block", "added"),
    [
        ({"MESSAGE": "a"}, 0),
        ({"MESSAGE": "a/b//"}, 3),
        ({"MESSAGE": 'a"b\nc'}, 0),  # two in any JSON
        ({"MESSAGE": "\u2028"}, 5),
        ({"LINK": {"LINK": "/a"}}, 3),
        ({"USER": {"NAME": "a"}}, 23),
        ({"GRID": [{"DISPLAY": "ROW", "NAME": "a"}] * 3}, 63),
        ({"GRID": [{"DISPLAY": "ROW", "NAME": "a", "COLOR_TOKEN": "alert"}]}, 0),
        ({"IMAGE": [{"LINK": "/a"}]}, 1),
        ({"DELIMITER": {"SIZE": 200}}, 0),
    ],
)
def test_what_the_portals_own_form_adds(block, added):
    attach = {**FULL, "BLOCKS": [block]}
    assert counted(attach) == plain_size(attach) + added


def test_the_frame_counts_where_it_was_not_sent_and_the_time_in_place_of_the_id():
    attach = {"BLOCKS": [{"MESSAGE": "a"}]}
    assert counted(attach) - plain_size(attach) == 72
    assert counted({**attach, "ID": 1}) - plain_size({**attach, "ID": 1}) == 72 - 7


@pytest.mark.parametrize(("text", "bytes_each"), [("я", 2), ("漢", 3), ("🎉", 10), ("é", 2), ("ア", 3), ("𝔸", 10)])
def test_bytes_run_out_before_characters(text, bytes_each):
    block = {"MESSAGE": text * 1_000}
    assert counted(block) == pytest.approx(bytes_each * 1_000 * 60_000 / COLUMN, rel=0.02)
    assert fits({"BLOCKS": [{"MESSAGE": text * (64_000 // bytes_each)}]})
    assert not fits({"BLOCKS": [{"MESSAGE": text * (65_600 // bytes_each)}]})


def test_cyrillic_of_three_times_as_much_as_before_fits_into_one_notification():
    sentence = "Сервер приложений не отвечает вторую минуту подряд. "
    lead = Paragraph((Text("Сбой"),))
    for document in (
        Document((lead, Fields((Field((Text("Где"),), (Text("узел"),)),)), Paragraph((Text(sentence * 3_000),)))),
        Document((Paragraph((Text(sentence * 3_000),)),)),
    ):
        composed = compose(document, link=("Открыть в Slack", "https://slack.example/archives/C1/p1"))
        shown = composed.message + "".join(b.get("MESSAGE", "") for b in json.loads(composed.attach)["BLOCKS"])
        assert len(shown) >= 3 * 11_716
        assert fits(json.loads(composed.attach))


def test_nine_hundred_short_fields_stay_below_the_limit():
    fields = Fields(tuple(Field((Text(f"k{n}"),), (Text("value"),), short=True) for n in range(900)))
    full = json.loads(compose(Document((Paragraph((Text("lead"),)), fields))).attach)
    assert counted(full) < 60_000
    assert "…" in full["BLOCKS"][-1]["MESSAGE"]


def _php(value):
    """Write what PHP's json_encode does with JSON_HEX_TAG, _AMP, _APOS and _QUOT, as older portals ask."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_php(key)}: {_php(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_php, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    hexed = {"/": "\\/"} | {sign: f"\\u{ord(sign):04x}" for sign in "<>&'\""}
    return '"' + "".join(hexed.get(sign) or json.dumps(sign)[1:-1] for sign in value) + '"'


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_no_portal_counts_more_than_the_longest_json(value):
    assert longest(value) == len(_php(value))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["MESSAGE", "LINK", "USER"]), st.text(), max_size=1), max_size=5))
def test_blocks_add_up_to_no_less_than_the_whole(blocks):
    frame = counted({**FULL, "BLOCKS": []})
    assert counted({**FULL, "BLOCKS": blocks}) <= frame + sum(counted(block) + 1 for block in blocks)
