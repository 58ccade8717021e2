"""One moment and one zone for the tests of times."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24 import when

ZONE = "Europe/Minsk"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo(ZONE))


@pytest.fixture
def read():
    """Read a phrase on Wednesday, 25 November 2026, at 12:00 in Minsk."""
    return lambda phrase, now=NOW: when.parse(phrase, now=now, zone=ZONE)


@pytest.fixture
def fires(read):
    """Say when a phrase fires first: "11-26 09:00", up to three times, in local time."""

    def first(phrase, now=NOW):
        times = when.fires_between(read(phrase, now), now, now.replace(year=2040), limit=3)
        return [f"{time.astimezone(ZoneInfo(ZONE)):%m-%d %H:%M}" for time in times]

    return first


@pytest.fixture
def split():
    """Part a text from its time on the same day."""
    return lambda text: when.split(text, now=NOW, zone=ZONE)


@pytest.fixture
def refusal(read):
    """Return the code and the word with which a phrase is refused."""

    def refused(phrase):
        with pytest.raises(when.RefusalError) as caught:
            read(phrase)
        return caught.value.code, caught.value.word

    return refused
