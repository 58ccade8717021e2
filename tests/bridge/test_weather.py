"""Bad input and bad weather: one clear line each, and nothing that was accepted is lost."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from pathlib import Path

import pytest

from ports import free_port
from rig import ANNA, CONFIGURATION, MAPPING, Bridge, Slack, sandbox
from slack_bitrix24.sandbox.portal import Fault
from slack_bitrix24.sandbox.workspace.faults import Fault as SlackFault
from slack_bitrix24.sandbox.workspace.sockets import disturb
from waiting import until


def refused(bridge, *, status: int) -> list[str]:
    """Start it; return what it says when it ends, which must be with this status."""
    bridge.start(ready=False)
    assert bridge.wait(20) == status, bridge.text
    return [line for line in bridge.text.splitlines() if not line.startswith("{")]


def test_faults_in_the_configuration_are_all_told_and_end_it_with_2(make):
    more = '\n[[relays]]\nname = "a"\nto = 5\n\n[[schedules]]\nname = "s"\nto = ["@oncall"]\ntext = "x"\n'
    said = refused(make(more=more, configuration=CONFIGURATION.replace("[web]", "[wbe]")), status=2)
    assert "slack-bitrix24.toml: relays[0].to: expected a list of addresses, got 5" in said
    assert any("wbe" in line for line in said)
    assert all(line.startswith("slack-bitrix24.toml: ") for line in said), said


def test_a_phrase_that_is_no_time_ends_it_with_2(make):
    more = '\n[[schedules]]\nname = "s"\nwhen = "now and then"\nto = ["@oncall"]\ntext = "x"\n'
    said = refused(make(more=more), status=2)
    assert len(said) == 1
    assert said[0].startswith("slack-bitrix24.toml: schedules[0].when: ")


def test_a_missing_token_is_named(make):
    bridge = make()
    del bridge.environ["TEST_BOT_TOKEN"]
    said = refused(bridge, status=2)
    assert len(said) == 1
    assert "slack.bot_token" in said[0]
    assert "TEST_BOT_TOKEN" in said[0]


def test_faults_of_the_mapping_file_are_all_told_with_line_and_column(make):
    bridge = make(mapping='users:\n  U024BE7LH: ten\n  X1: 3\ngroups:\n  a: ["@a"]\n')
    said = refused(bridge, status=2)
    assert len(said) == 3
    assert all(line.startswith("mapping.yaml:") for line in said), said


def test_a_mapping_file_that_is_missing_ends_it_with_2(make):
    bridge = make()
    bridge.mapping.unlink()
    assert refused(bridge, status=2) == [f"{bridge.mapping}: can't be read: No such file or directory"]


def test_a_folder_of_the_database_that_is_missing_ends_it_with_2(make):
    bridge = make(configuration=CONFIGURATION.replace("///bridge.db", "///nowhere/bridge.db"))
    said = refused(bridge, status=2)
    assert said == [f"slack-bitrix24.toml: database: there is no folder {bridge.folder / 'nowhere'}"]


def test_a_token_that_no_header_takes_ends_it_with_one_line_without_the_token(make):
    bridge = make()
    bridge.environ["TEST_BOT_TOKEN"] = "xoxb-h00kS3cr3t\n# of the test workspace"
    said = refused(bridge, status=2)
    assert len(said) == 1
    assert said[0].startswith("slack-bitrix24.toml: slack.bot_token: expected the bot token (xoxb-…), one word ")
    assert "h00kS3cr3t" not in bridge.text


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel's list of handlers is Linux's")
def test_told_to_end_before_it_has_started_it_ends_with_0(make):
    bridge = make().start(ready=False)
    until(lambda: handles_term(bridge.process.pid))
    assert bridge.stop() == 0
    assert bridge.text == ""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel's list of handlers is Linux's")
@pytest.mark.parametrize("moment", [0.03, 0.08, 0.15, 0.22, 0.3, 0.38, 0.46, 0.55, 0.65, 0.75, 0.87, 1.0])
def test_told_to_end_at_any_moment_of_its_first_second_it_ends_with_0(make, moment):
    bridge = make().start(ready=False)
    until(lambda: handles_term(bridge.process.pid))
    at = time.monotonic() + moment  # the moment is what is tested, whatever it is busy with by then
    until(lambda: time.monotonic() >= at)
    assert bridge.stop() == 0


def handles_term(pid: int) -> bool:
    """Tell whether a process has a handler of its own for SIGTERM."""
    caught = re.search(r"SigCgt:\t([0-9a-f]+)", Path(f"/proc/{pid}/status").read_text())
    return bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_a_wrong_bot_token_ends_it_with_one_line(make):
    bridge = make()
    bridge.environ["TEST_BOT_TOKEN"] = "xoxb-sandbox-no-such-token"
    said = refused(bridge, status=1)
    assert len(said) == 1
    assert said[0].startswith("slack-bitrix24: Slack refuses the bot token (invalid_auth): check slack.bot_token")
    assert "no-such-token" not in bridge.text


def test_a_wrong_app_token_ends_it_with_one_line(make):
    bridge = make()
    bridge.environ["TEST_APP_TOKEN"] = "xapp-1-no-such-token"
    said = refused(bridge, status=1)
    assert len(said) == 1
    assert said[0].startswith("slack-bitrix24: Slack refuses the app token (invalid_auth)")


def test_a_web_port_that_is_taken_ends_it_with_one_line(make):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        said = refused(make(web=port), status=1)
    assert said == [f"slack-bitrix24: HTTP: 127.0.0.1:{port} can't be listened on: Address already in use"]


def test_it_waits_for_a_slack_that_is_away_at_the_start(make):
    port = free_port()
    bridge = make(slack=f"http://127.0.0.1:{port}/slack/api/").start(ready=False)
    until(lambda: bridge.get("/readyz") == 503, timeout=20)
    until(lambda: bridge.said("Slack can't be reached, trying on: "))
    assert bridge.get("/healthz") == 200
    waits = json.loads(bridge.page("/readyz"))
    assert waits["status"] == "waiting"
    assert "slack" in waits["waiting_for"]
    with sandbox(port) as made:
        until(bridge.ready, timeout=20)
        assert bridge.text.count("Slack can't be reached") == 1
        made.workspace.command(ANNA, "help")
        assert bridge.stop() == 0


@pytest.fixture(scope="module")
def sky():
    """A sandbox apart: Slack would give a command to any bridge that is connected to it."""
    with sandbox() as made:
        yield made


@pytest.fixture(scope="module")
def weather(tmp_path_factory, sky):
    more = f'\n[[relays]]\nname = "a"\nchannels = ["C0ALERTS"]\nfrom = "people"\nto = ["@nosuch", "{ANNA}"]\n'
    bridge = Bridge(tmp_path_factory.mktemp("weather"), sky, more=more)
    sky.workspace.faults.add(SlackFault("status", times=1, method="users.list", status=503))
    try:
        yield bridge.start()
        assert bridge.stop() == 0
    finally:
        bridge.close()


@pytest.fixture
def slack(sky, weather):
    sky.portal.reset()
    return Slack(sky)


def test_a_group_that_the_mapping_file_lacks_is_a_warning(weather):
    assert "slack-bitrix24: warning: relays.a.to: @nosuch names nobody" in weather.text


def test_it_reads_the_people_again_when_slack_was_too_busy_at_the_start(slack, weather):
    assert weather.said("users can't be read: HTTP 503")
    until(lambda: slack.type("who").first.startswith("Anna Petrova"))


@pytest.mark.parametrize("kind", ["html", "drop", "empty", "refuse", "query_limit", "execute_and_drop"])
def test_what_a_portal_answers_badly_goes_out_again_and_is_seen_once(slack, kind):
    slack.portal.fail(Fault(kind, status=502 if kind == "html" else 0))
    typed = slack.type(f"@anna weather {kind}")
    assert typed.first == "Queued for Anna Petrova"
    slack.arrived(10, f"weather {kind}")
    assert typed.final("Delivered to Anna Petrova", timeout=15)
    assert len(slack.seen(10, f"weather {kind}")) == 1


APPLICATION = CONFIGURATION[CONFIGURATION.index("domain = ") : CONFIGURATION.index("plan = ")]
WEBHOOK = CONFIGURATION.replace(APPLICATION, 'webhook_url = {{ env = "TEST_WEBHOOK_URL" }}\n')


@pytest.fixture
def by_webhook(tmp_path):
    """A bridge that signs in by the webhook, with a Slack and a Bitrix24 of its own."""
    with sandbox() as made:
        bridge = Bridge(tmp_path / "webhook", made, configuration=WEBHOOK)
        try:
            yield bridge.start()
            assert bridge.stop() == 0
        finally:
            bridge.close()


def test_a_revoked_webhook_stops_the_portal_says_so_and_keeps_everything(by_webhook):
    slack, weather = Slack(by_webhook.made), by_webhook
    slack.portal.revoke()
    typed = slack.type("@anna kept while revoked")
    until(lambda: weather.said("portal main is stopped"))
    assert typed.final("Still on its way to Anna Petrova: Bitrix24 does not let the bridge in. It is kept").endswith(
        "shows what becomes of it"
    )
    another = slack.type("@anna asked while revoked").first.splitlines()
    assert another[0] == "Queued for Anna Petrova"
    assert another[1].startswith("Bitrix24 portal “main” takes nothing now: Bitrix24 does not let the bridge in.")
    assert 'slack_bitrix24_lane_up{portal="main"} 0' in weather.page("/metrics")
    assert "queued" in slack.type("status").first
    assert "portal “main” takes nothing now" in slack.type("status").first
    slack.portal.revoke(revoked=False)
    slack.arrived(10, "kept while revoked", timeout=15)
    assert typed.final("Delivered", timeout=15)


def test_a_command_during_trouble_is_still_answered_at_once(slack):
    slack.portal.fail(Fault("slow", seconds=1))
    typed = slack.type("@anna slow portal")
    assert typed.ms < 1000
    assert typed.first == "Queued for Anna Petrova"
    typed.final("Delivered")


def test_a_mapping_file_that_changes_takes_effect_and_a_broken_one_does_not(slack, weather):
    weather.mapping.write_text(MAPPING.replace("groups:", "  U0DAVE004: 7\ngroups:"), encoding="utf-8")
    until(lambda: weather.said("mapping.yaml: reread"))
    slack.type("@dave now you are mapped")
    slack.arrived(7, "now you are mapped")
    weather.mapping.write_text("users: [", encoding="utf-8")
    until(lambda: weather.said("the last good version stays in use"))
    slack.type("@dave still mapped")
    slack.arrived(7, "still mapped")
    weather.mapping.write_text(MAPPING, encoding="utf-8")
    until(lambda: weather.text.count("mapping.yaml: reread") == 2)


def test_a_channel_that_slack_does_not_tell_about_is_said_so_and_the_others_are_notified(slack):
    slack.workspace.faults.add(SlackFault("error", method="conversations.members", error="channel_not_found"))
    typed = slack.type("here, bitrix24:10 hello all of you")
    assert typed.first.startswith("One moment")
    slack.arrived(10, "hello all of you")
    said = typed.final("Delivered")
    assert "Slack does not tell who is in C0GENERAL" in said


def test_a_channel_is_read_again_when_slack_was_busy(slack):
    slack.workspace.faults.add(SlackFault("ratelimited", method="conversations.members", seconds=1))
    typed = slack.type("C0ALERTS hello after the rush")
    slack.arrived(14, "hello after the rush")
    typed.final("Delivered")


def test_an_answer_that_slack_did_not_take_is_given_again(slack):
    slack.workspace.faults.add(SlackFault("status", method="response_url", status=503))
    typed = slack.type("@anna answer me again")
    assert typed.final("Delivered", timeout=15)


def test_a_response_url_that_hangs_holds_up_no_others(slack):
    fault = SlackFault("slow", method="response_url", seconds=3)
    slack.workspace.faults.add(fault)
    slow = slack.type("@anna my answer hangs")
    until(lambda: not fault.times)
    slack.type("@anna mine does not").final("Delivered", timeout=2)
    assert slow.final("Delivered")


def test_typed_names_are_not_called_nobodys_where_slack_withholds_the_people(make):
    bridge = make()
    bridge.made.workspace.faults.add(SlackFault("error", times=1000, method="users.list", error="missing_scope"))
    bridge.start()
    slack = Slack(bridge.made)
    typed = slack.workspace.command(ANNA, "@anna @oncall nobody withheld", escaped=True)
    first = typed.response["text"].splitlines()
    assert first[0].startswith(f"Queued for <@{ANNA}>")
    assert "Slack does not let me read the workspace's people (scope `users:read`)" in first[1]
    slack.arrived(10, "nobody withheld")
    assert bridge.stop() == 0


def test_a_dropped_connection_is_replaced_and_nothing_is_lost(slack, weather):
    disturb(slack.workspace, "drop", count=1)
    words = "after the drop"
    until(lambda: len(slack.workspace.courier.routes) >= 1)
    slack.type(f"@anna {words}")
    slack.arrived(10, words)
    until(lambda: len(slack.workspace.courier.routes) == 2, timeout=15)
