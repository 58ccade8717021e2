"""The phrases that a clone of Slack's /remind accepts, where the corpus is there."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24 import when
from slack_bitrix24.errors import PhraseError
from slack_bitrix24.slack import command

# A Tuesday before every date that the corpus names.
NOW = datetime(2019, 1, 1, 8, 30, tzinfo=ZoneInfo("Europe/Minsk"))
# "Every" and a year contradict each other; the clone drops one of them without a word.
REFUSED = {"every 12/18/2022"}


@pytest.fixture(scope="module")
def cases():
    path = Path(os.environ.get("CORPUS", "")) / "remind-cases.json"
    if not path.is_file():
        pytest.skip("CORPUS names no folder with remind-cases.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_phrase_of_the_corpus_is_read(cases):
    refused = set()
    for case in cases["phrases"]:
        try:
            rule = when.parse(case["phrase"], now=NOW, zone="Europe/Minsk")
        except PhraseError:
            refused.add(case["phrase"])
        else:
            assert when.next_after(rule, NOW) is not None
    assert refused == REFUSED


def test_every_text_of_the_corpus_is_parted_from_its_time(cases):
    for case in cases["parses"]:
        intent = command.parse(f"remind {case['payload']}")
        assert isinstance(intent, command.Remind)
        message, _rule, phrase = when.split(intent.rest, now=NOW, zone="Europe/Minsk")
        assert (intent.addresses, message, phrase) == ((case["target"],), case["message"], case["when"])
