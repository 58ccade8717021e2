from __future__ import annotations

import math

import pytest

from slack_bitrix24.slack.messages import lenient


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        (None, ""),
        (True, "true"),
        (7, "7"),
        (7.0, "7"),
        (7.25, "7.25"),
        (1e300, "1e+300"),
        (math.inf, "inf"),
        pytest.param(10**5000, "", id="huge"),
        ({"text": {"text": "a"}}, "a"),
        (["a", None, {"text": "b"}], "a\nb"),
        ({"text": {"text": {"text": {"text": {"text": "too deep"}}}}}, ""),
        (object(), ""),
    ],
)
def test_text_is_what_a_reader_would_see(value: object, expected: str) -> None:
    assert lenient.text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, None, 2], [1, 2]),
        ((1,), [1]),
        ({"a": 1}, [{"a": 1}]),
        ('[{"a": "x\ny"}]', [{"a": "x\ny"}]),
        ('{"a": 1}', [{"a": 1}]),
        ("[broken", []),
        ("[" * 100_000, []),
        ("words", []),
        (None, []),
    ],
)
def test_several_is_a_list_however_it_was_written(value: object, expected: list[object]) -> None:
    assert lenient.several(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1.0), ("1.5", 1.5), ("x", None), (None, None), (math.nan, None), ("1e999", None), (10**400, None), ([], None)],
)
def test_a_number_is_finite_or_none(value: object, expected: float | None) -> None:
    assert lenient.number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1763874949.5", 1763874949), (1763874949000, 1763874949), (0, None), (-1, None), ("x", None), (1e17, None)],
)
def test_a_moment_is_in_seconds(value: object, expected: int | None) -> None:
    assert lenient.moment(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(7, 7), ("7.9", 7), (-1, 0), (2**60, 0), (None, 0)])
def test_a_whole_number_is_not_negative(value: object, expected: int) -> None:
    assert lenient.whole(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("True", True), ("1", True), (0, False), ("no", False), (None, False)]
)
def test_a_flag_may_be_written_as_text(value: object, expected: bool) -> None:
    assert lenient.flag(value) is expected


@pytest.mark.parametrize(
    ("value", "any_address", "fetchable"),
    [
        (" https://a.io ", "https://a.io", "https://a.io"),
        ("HTTP://A.IO", "HTTP://A.IO", "HTTP://A.IO"),
        ("?orgId=1", "?orgId=1", ""),
        ("null", "", ""),
        ("data:image/png;base64,x", "", ""),
        (None, "", ""),
    ],
)
def test_addresses_that_lead_nowhere_are_none(value: object, any_address: str, fetchable: str) -> None:
    assert (lenient.url(value), lenient.web(value)) == (any_address, fetchable)
