"""Log lines that repeat: one a minute. Time is an argument."""

from __future__ import annotations

import logging

import pytest

from slack_bitrix24.app.repeated import DIFFERENT, Repeated


@pytest.fixture
def lines():
    class Kept(logging.Handler):
        def __init__(self):
            super().__init__()
            self.now, self.texts = 1000.0, []
            self.addFilter(Repeated(lambda: self.now))

        def emit(self, record):
            self.texts.append(record.getMessage())

    handler = Kept()
    log = logging.getLogger("test.repeated")
    log.propagate, log.handlers = False, [handler]
    log.setLevel(logging.INFO)
    handler.log = log
    return handler


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("socket.accept() out of system resource", ()),
        ("inbox: %s", ("it is locked",)),
        ("HTTP: %d connections are open", (20,)),
        ("Slack can't be reached: %s", ("timed out",)),
        ("nothing was purged: %s", ("the disk is full",)),
    ],
)
def test_the_same_words_are_one_line_a_minute_with_their_number(lines, message, values):
    for _ in range(10_000):
        lines.log.warning(message, *values)
    assert lines.texts == [message % values]
    lines.now += 60
    lines.log.warning(message, *values)
    assert lines.texts[1:] == [f"{message % values} (and 9999 more like it)"]


def test_other_values_are_news_up_to_a_number(lines):
    for number in range(1000):
        lines.log.error("letter %s is given up", number)
    assert lines.texts == [f"letter {number} is given up" for number in range(DIFFERENT)]
    lines.now += 60
    lines.log.error("letter %s is given up", 5000)
    assert lines.texts[-1] == f"letter 5000 is given up (and {1000 - DIFFERENT} more like it)"


def test_what_is_no_fault_is_always_shown(lines):
    for _ in range(100):
        lines.log.info("delivered")
    assert len(lines.texts) == 100


def test_different_messages_do_not_hold_each_other_back(lines):
    for place in ("inbox", "schedules", "portal", "store", "HTTP"):
        for _ in range(3):
            lines.log.warning(place)
    assert lines.texts == ["inbox", "schedules", "portal", "store", "HTTP"]


def test_a_flood_of_kinds_does_not_grow_for_ever(lines):
    for number in range(5000):
        lines.now += 1
        lines.log.handle(logging.makeLogRecord({"name": "x", "levelno": logging.ERROR, "msg": f"message {number}"}))
    assert len(lines.filters[0]._since) < 2000
