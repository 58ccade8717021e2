"""The configuration of a bridge that runs, changed under it: by a real process, its file and its signals."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest
import requests

from configurations import ADMIN
from rig import ANNA, BOB, Bridge, Slack
from waiting import until

SUCCESSFUL = "slack_bitrix24_config_last_reload_successful"
AT = "slack_bitrix24_config_last_reload_success_timestamp_seconds"
FIRST = f"""{ADMIN}
[[relays]]
name = "first"
channels = ["C0GENERAL"]
match = "red"
to = ["U024BE7LH"]

[[webhooks]]
name = "shop"
token = "the-first-token-of-all"
to = ["bitrix24:10"]
"""
RELAY = """
[[relays]]
name = "second"
channels = ["C0GENERAL"]
match = "green"
to = ["U0G9QF9C6"]
"""


@pytest.fixture(scope="module")
def running(own, tmp_path_factory):
    bridge = Bridge(tmp_path_factory.mktemp("reloading"), own, more=FIRST).start()
    bridge.good = bridge.configuration.read_text("utf-8")
    yield bridge
    assert bridge.stop() == 0
    bridge.close()


@pytest.fixture
def bridge(running):
    write(running, running.good)
    yield running
    write(running, running.good)


@pytest.fixture
def slack(own):
    return Slack(own)


def value(bridge, name=SUCCESSFUL):
    line = next(line for line in bridge.page("/metrics").splitlines() if line.startswith(f"{name} "))
    return float(line.split()[1])


def hangup(bridge):
    """Have it read its file, and wait until it has: whatever came of that is one more line about the file."""
    seen = len(bridge.text)
    bridge.process.send_signal(signal.SIGHUP)
    until(lambda: "read again" in bridge.text[seen:] or "stays in use" in bridge.text[seen:], timeout=30)
    return bridge.text[seen:]


def write(bridge, text):
    """Put another file in its place in one step, as editors and deployments do; return what the bridge says of it."""
    new = bridge.configuration.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(bridge.configuration)
    return hangup(bridge)


def post(bridge, token, name="shop", text="hello"):
    return requests.post(f"http://127.0.0.1:{bridge.web}/hooks/{name}/{token}", json={"text": text}, timeout=10)


def test_a_relay_that_is_added_takes_the_next_message(bridge, slack):
    write(bridge, bridge.good + RELAY)
    slack.workspace.message(ANNA, "green light one")
    slack.arrived(12, "green light one", timeout=30)
    slack.workspace.message(BOB, "red light one")
    slack.arrived(10, "red light one", timeout=30)
    write(bridge, bridge.good)
    slack.workspace.message(ANNA, "green and red at once")
    slack.arrived(10, "green and red at once", timeout=30)
    assert slack.seen(12, "green and red at once") == []


def test_a_change_of_the_file_needs_no_signal(bridge, slack):
    seen = len(bridge.text)
    bridge.configuration.write_text(bridge.good + RELAY.replace("green", "blue"), "utf-8")
    until(lambda: "read again" in bridge.text[seen:], timeout=30)
    slack.workspace.message(ANNA, "blue light")
    slack.arrived(12, "blue light", timeout=30)


BROKEN = {
    "not TOML": ("[[relays]\n", "not TOML"),
    "an unknown key": ('[permissions2]\nnotify = ["*"]\n', "permissions2"),
    "a relay without its channels": ('[[relays]]\nname = "x"\nto = ["bitrix24:10"]\n', "channels"),
    "a relay of the same name": (RELAY.replace("second", "first"), "first"),
    "a pattern that is none": (RELAY.replace("green", "(green"), "match"),
    "a webhook with no token": ('[[webhooks]]\nname = "other"\nto = ["bitrix24:10"]\n', "token"),
    "a time that is none": (
        '[[schedules]]\nname = "x"\nwhen = "every blue moon"\nto = ["bitrix24:10"]\ntext = "t"\n',
        "when",
    ),
    "another portal": ('[portals.other]\nwebhook_url = "https://other.example/rest/1/{}/"\n', "restart"),
    "a bot for the first time": (RELAY + 'kind = "bot"\n', "restart"),
    "a variable that is not set": (
        '[[webhooks]]\nname = "other"\nto = ["bitrix24:10"]\ntoken = {{ env = "NOT_THERE_AT_ALL" }}\n',
        "NOT_THERE_AT_ALL",
    ),
}


@pytest.mark.parametrize(("more", "word"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_keeps_the_last_good_one(bridge, more, word):
    more = more.replace("{}", "s3cretc0de").replace("{{", "{").replace("}}", "}")
    until(lambda: value(bridge) == 1)
    said = write(bridge, bridge.good + more)
    assert word in said
    assert "stays in use" in said
    until(lambda: value(bridge) == 0)  # the line is written first
    assert post(bridge, "the-first-token-of-all").status_code == 200
    assert bridge.get("/readyz") == 200
    before = time.time()
    assert "read again" in write(bridge, bridge.good)
    until(lambda: value(bridge) == 1)
    assert value(bridge, AT) >= before


def test_every_fault_of_a_file_is_a_warning_of_its_own(bridge):
    said = write(bridge, bridge.good.replace('to = ["bitrix24:10"]', "to = 7").replace('match = "red"', 'match = "("'))
    warnings = [line["event"] for line in map(json.loads, said.splitlines()) if line["level"] == "warning"]
    assert [line for line in warnings if "webhooks" in line and "to" in line]
    assert [line for line in warnings if "relays" in line and "match" in line]
    assert warnings[-1].endswith("faults: 2; the last good version stays in use")
    again = write(bridge, bridge.good.replace('to = ["bitrix24:10"]', "to = 7").replace('match = "red"', 'match = "("'))
    assert [json.loads(line)["event"] for line in again.splitlines()] == warnings


def test_a_file_that_is_gone_keeps_the_last_good_one(bridge):
    bridge.configuration.unlink()
    assert "stays in use" in hangup(bridge)
    until(lambda: value(bridge) == 0)
    assert post(bridge, "the-first-token-of-all").status_code == 200


def test_a_new_token_is_taken_the_old_one_refused_and_neither_logged(bridge, slack):
    said = write(bridge, bridge.good.replace("the-first-token-of-all", "the-second-token-of-all"))
    assert post(bridge, "the-second-token-of-all", text="by the new one").status_code == 200
    assert post(bridge, "the-first-token-of-all").status_code == 403
    slack.arrived(10, "by the new one", timeout=30)
    assert "token-of-all" not in said


def test_a_webhook_comes_and_goes(bridge):
    assert post(bridge, "a-token-of-another-one", name="extra").status_code == 404
    extra = '[[webhooks]]\nname = "extra"\ntoken = "a-token-of-another-one"\nto = ["bitrix24:12"]\n'
    write(bridge, bridge.good + extra)
    assert post(bridge, "a-token-of-another-one", name="extra").status_code == 200
    write(bridge, bridge.good)
    assert post(bridge, "a-token-of-another-one", name="extra").status_code == 404


def test_a_heartbeat_comes_and_goes(bridge):
    assert bridge.get("/heartbeat/job/a-token-of-a-heartbeat") == 404
    beat = '[[heartbeats]]\nname = "job"\ntoken = "a-token-of-a-heartbeat"\nevery = "1h"\nto = ["bitrix24:12"]\n'
    write(bridge, bridge.good + beat)
    assert bridge.get("/heartbeat/job/a-token-of-a-heartbeat") == 200
    write(bridge, bridge.good)
    assert bridge.get("/heartbeat/job/a-token-of-a-heartbeat") == 404


def test_a_schedule_that_is_added_fires(bridge, slack):
    soon = '[[schedules]]\nname = "soon"\nwhen = "in 2 seconds"\nto = ["bitrix24:12"]\ntext = "a new schedule"\n'
    write(bridge, bridge.good + soon)
    slack.arrived(12, "a new schedule", timeout=30)


def test_a_right_that_is_taken_is_gone(bridge, slack):
    write(bridge, bridge.good.replace("[permissions]", f'[permissions]\nnotify = ["{BOB}"]'))
    assert "may not notify" in slack.type(f"<@{BOB}> not by me", escaped=True).first
    write(bridge, bridge.good)
    slack.type(f"<@{BOB}> again by me", escaped=True)
    slack.arrived(12, "again by me", timeout=30)


RESTART = {
    "database": ('database = "sqlite:///bridge.db"', 'database = "sqlite:///other-s3cret.db"'),
    "timezone": ("Europe/Minsk", "Asia/Tokyo"),
    "web": ("[web]", '[web]\nhost = "127.0.0.2"'),
    "slack": ("[slack]", '[slack]\ncommand = "/other"'),
    "portals": ('plan = "enterprise"', 'plan = "standard"'),
    "log": ("[permissions]", '[log]\nlevel = "debug"\n\n[permissions]'),
    "outbox": ("[permissions]", '[outbox]\nkeep_dead = "77d"\n\n[permissions]'),
}


@pytest.mark.parametrize(("section", "old", "new"), [(name, *pair) for name, pair in RESTART.items()], ids=RESTART)
def test_what_takes_a_restart_is_said_and_the_rest_taken(bridge, section, old, new):
    assert old in bridge.good
    said = write(bridge, bridge.good.replace(old, new).replace("the-first-token-of-all", "the-third-token-of-all"))
    assert [line for line in said.splitlines() if "restart" in line and f"{section}: the change takes" in line]
    assert said.count("takes effect after a restart") == 1
    assert "s3cret" not in said
    until(lambda: value(bridge) == 1)
    assert post(bridge, "the-third-token-of-all").status_code == 200
    assert not (bridge.folder / "other-s3cret.db").exists()


def test_a_signal_over_an_unchanged_file_changes_nothing(bridge):
    assert "read again" in hangup(bridge)
    until(lambda: value(bridge) == 1)


def test_many_signals_at_once_end_nothing(bridge):
    for _ in range(50):
        os.kill(bridge.process.pid, signal.SIGHUP)
    hangup(bridge)
    assert bridge.get("/readyz") == 200


@pytest.mark.parametrize("at_once", [True, False])
def test_a_file_that_is_being_written_is_left_until_it_stands_still(tmp_path, at_once):
    """Half a file may be a good one with fewer relays; only a signal says that it is whole."""
    from slack_bitrix24.app.current import Current  # noqa: PLC0415
    from slack_bitrix24.app.reloading import Reloading  # noqa: PLC0415
    from slack_bitrix24.config import load  # noqa: PLC0415
    from slack_bitrix24.mapping import Directory  # noqa: PLC0415

    file = tmp_path / "slack-bitrix24.toml"
    whole = '[portals.main]\nwebhook_url = "https://x.example/rest/1/abcdefgh/"\n' + "\n".join(
        f'[[webhooks]]\nname = "w{number}"\ntoken = "token-number-{number}-of-all"\nto = ["bitrix24:1"]\n'
        for number in range(3)
    )
    file.write_text(whole, "utf-8")
    current, applied = Current(load(file, {})), []
    reloading = Reloading(
        current, read=lambda: load(file, {}), directory=lambda: Directory({}, {}), apply=applied.append
    )
    half = whole[: whole.index('[[webhooks]]\nname = "w1"')]
    file.write_text(half, "utf-8")
    if at_once:
        reloading.ask()
    reloading.wait(0)
    reloading.look()
    assert [len(one.webhooks) for one in applied] == ([1] if at_once else [])
    file.write_text(whole, "utf-8")
    reloading.look()
    reloading.look()
    reloading.look()
    assert len(applied[-1].webhooks) == 3
    assert len(applied) == (2 if at_once else 1)
