"""The integration in a real Home Assistant, against the real ways in.

Home Assistant needs a newer Python than the bridge, and its own versions of what we use too, so that it lives in an
environment of its own: HOME_ASSISTANT_PYTHON names that one's python (pip install homeassistant, 2025.4 or newer).
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from ways import OTHER, TOKEN

PYTHON = os.environ.get("HOME_ASSISTANT_PYTHON", "")
DRIVE = Path(__file__).with_name("drive.py")
pytestmark = pytest.mark.skipif(not PYTHON, reason="HOME_ASSISTANT_PYTHON names no python that has homeassistant")


@pytest.fixture
def drive(serve):
    """Return a function that runs steps in Home Assistant, after having set up the bridge `ways`."""
    ways = serve()

    def run(*steps, connect=True):
        given = {"url": f"{ways.origin}/", "token": OTHER, "verify_ssl": True}
        every = [*([("flow", given)] if connect else []), *steps]
        text = json.dumps([[name, {**given, **more} if name == "flow" else more] for name, more in every])
        done = subprocess.run([PYTHON, DRIVE], input=text, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert OTHER not in done.stderr
        said = [json.loads(line) for line in done.stdout.splitlines()]
        return said[1:] if connect else said

    return ways, run


def plain(ways):
    return [one.notification for one in ways.sent()]


def test_setting_up_tries_the_bridge(drive):
    _, run = drive
    steps = [
        ("flow", {"token": "no" + TOKEN}),
        ("flow", {"url": "http://127.0.0.1:9"}),
        ("flow", {"url": "bridge"}),
        ("flow", {"url": "http://me:pw@host"}),
        ("flow", {"url": "ftp://host"}),
        ("flow", {}),
        ("flow", {}),
        ("flow", {"token": TOKEN}),
        ("unload", {}),
    ]
    said = run(*steps, connect=False)
    assert [one.get("errors") or one.get("reason") for one in said[:8]] == [
        {"token": "invalid_auth"},
        {"base": "cannot_connect"},
        *[{"url": "invalid_url"}] * 3,
        None,
        "already_configured",
        None,
    ]
    assert said[7]["states"] == ["loaded", "loaded"]
    assert said[8] == {"unloaded": True, "state": "not_loaded"}


def test_each_recipient_is_an_entity(drive):
    ways, run = drive
    said = run(
        ("recipient", {"address": "@team", "name": "The team"}),
        ("recipient", {"address": " bitrix24:10 "}),
        ("recipient", {"address": "@team"}),
        ("recipient", {"address": "@team, @oncall"}),
        ("recipient", {"address": " "}),
        ("notify", {"entity_id": "notify.the_team", "message": "*5* < 6 & C:\\new", "title": "Laundry"}),
        ("notify", {"entity_id": "notify.bitrix24_10", "message": "alone"}),
    )
    assert said[1]["entities"] == ["notify.bitrix24_10", "notify.the_team"]
    assert said[2]["reason"] == "already_configured"
    assert [one["errors"] for one in said[3:5]] == [{"address": "invalid_address"}] * 2
    assert ways.users() == [14, 10]
    first, second = plain(ways)
    assert "Laundry" in str(first)
    assert "*5*" in str(first)
    assert "alone" in str(second)


def test_the_action_carries_everything(drive):
    ways, run = drive
    given = {
        "message": "Someone is at the door",
        "title": "Door",
        "tag": "door",
        "picture": "https://home.example/door.jpg",
        "file": "https://home.example/files/clip.mp4?x=1",
        "to": ["@team", "@nobody"],
    }
    said = run(
        ("send", given), ("send", {"message": "gone", "tag": "door", "to": "@team"}), ("send", {"message": "all"})
    )
    assert said[0]["unknown"] == ["@nobody"]
    assert [len(one["notifications"]) for one in said] == [1, 1, 1]
    assert ways.users() == [14, 14, 14]
    first, second, third = plain(ways)
    for text in ("Someone is at the door", "https://home.example/door.jpg", "clip.mp4"):
        assert text in str(first)
    assert first.tag == second.tag != third.tag


def test_what_is_refused_is_said(drive):
    ways, run = drive
    said = run(
        ("flow", {"token": TOKEN}),
        ("send", {"message": "x", "to": "bitrix24:99"}),
        ("send", {"message": "x", "picture": "no address"}),
        ("send", {}),
        ("send", {"message": "x", "config_entry_id": "another"}),
        ("flow", {}),
        ("send", {"message": "x"}),
        connect=False,
    )
    assert said[1]["key"] == "not_sent"
    assert [one.get("error") for one in said[2:4]] == ["MultipleInvalid", "MultipleInvalid"]
    assert (said[4]["key"], said[6]["key"]) == ("no_bridge", "several_bridges")
    assert ways.sent() == []


def test_a_changed_token_is_asked_for(drive):
    _, run = drive
    said = run(("token", {"old": "gone0123456789", "new": OTHER}))
    assert said == [{"before": "setup_error", "asked": 1, "reason": "reauth_successful", "after": "loaded"}]
