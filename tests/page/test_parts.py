"""Portals, people, schedules, flow and the audit list: what they show and what is done there."""

from __future__ import annotations

import re

import pytest

from operated import MORE, TOKEN, Operated
from rig import ANNA, BOB, CAROL, MAPPING
from slack_bitrix24.web.page.flow import Flow, nice, plot, quantile, summed
from waiting import until

BY_WEBHOOK = """\
database = "sqlite:///bridge.db"
timezone = "Europe/Minsk"

[portals.main]
webhook_url = {{ env = "TEST_WEBHOOK_URL" }}

[mapping]
file = "mapping.yaml"

[web]
port = {web}
"""
PARTS = ("/page/portals", "/page/people", "/page/schedules", "/page/flow", "/page/audit")


@pytest.mark.parametrize("path", PARTS)
def test_each_part_is_there_in_both_languages_and_holds_no_secret(visitor, stranger, bridge, made, path):
    assert stranger.get(path).status_code == 303
    english, russian = (visitor.get(path, headers={"Accept-Language": code}) for code in ("en", "ru"))
    assert english.status_code == russian.status_code == 200
    assert re.search("[а-я]{3}", russian.text)
    secrets = (TOKEN, made.bot_token, made.app_token, made.client_secret, "argon2", "5andb0x")
    assert [one for one in secrets if one in english.text + russian.text] == []
    assert re.findall(r"<[^>]*\s(?:style|on\w+)=", english.text) == []


def test_a_portal_shows_its_limits_and_who_delivers(bridge, visitor):
    bridge.reaches(bridge.notify("something"), "delivered")
    text = visitor.get("/page/portals").text
    for words in ("main", "application (OAuth)", "/ 250", "5 a second", "im.notify.personal.add", "/ 420 s", "by "):
        assert words in text, words


def test_a_stopped_portal_is_tried_at_once(made, password_hash, tmp_path):
    bridge = Operated(tmp_path, made, configuration=BY_WEBHOOK, more=MORE, hash=password_hash)
    try:
        bridge.start()
        visitor = bridge.visitor()
        made.portal.revoke()
        id_ = bridge.notify("held up")
        until(lambda: "Stopped for" in visitor.get("/page/portals").text, what="the portal to be stopped")
        text = visitor.get("/page/portals").text
        assert "INVALID_CREDENTIALS" in text
        assert "Everything is kept" in text
        assert made.webhook_url.split("/")[-2] not in text
        made.portal.revoke(revoked=False)
        answer = visitor.post("/page/portals/main/resume", csrf=visitor.csrf("/page/portals"))
        assert answer.headers["location"] == "/page/portals?said=resume"
        bridge.reaches(id_, "delivered")
        until(lambda: "Stopped for" not in visitor.get("/page/portals").text)
        answer = visitor.post("/page/portals/main/resume", csrf=visitor.csrf("/page/portals"))
        assert answer.headers["location"] == "/page/portals?said=not_resume"
        assert visitor.post("/page/portals/nowhere/resume", csrf=visitor.csrf("/page")).status_code == 404
        assert bridge.stop() == 0
    finally:
        made.portal.revoke(revoked=False)
        bridge.close()


def test_people_are_named_with_both_ids(visitor):
    text = visitor.get("/page/people").text
    for words in ("Anna Petrova", ANNA, "@anna", "main/10", "@oncall", "Anna Petrova, Bob Smirnov", "mapping.yaml"):
        assert words in text, words
    found = visitor.get("/page/people?text=carol", headers={"HX-Request": "true"}).text
    assert CAROL in found
    assert BOB not in found


def test_who_was_addressed_in_vain_is_listed_until_the_file_knows_them(bridge, visitor, slack):
    slack.type("@nobodyatall hello")
    slack.type("<@U0DAVE004|dave> hello", escaped=True)
    until(lambda: "Dave Unmapped" in visitor.get("/page/people").text)
    text = visitor.get("/page/people").text
    assert "@nobodyatall" in text
    assert "not in the mapping file" in text
    assert "nobody is called so" in text
    token = visitor.csrf("/page/people")
    assert visitor.post("/page/people/forget", csrf=token, address="@nobodyatall").status_code == 303
    assert "@nobodyatall" not in visitor.get("/page/people").text
    bridge.mapping.write_text(MAPPING.replace("groups:", "  U0DAVE004: 16\ngroups:"), "utf-8")
    until(lambda: "main/16" in visitor.get("/page/people").text, what="the file to be read again")
    assert "Addressed and not found" not in visitor.get("/page/people").text


def test_faults_of_the_mapping_file_are_shown_while_the_last_good_one_is_in_use(bridge, visitor):
    bridge.mapping.write_text(MAPPING.replace(": 10", ": nobody"), "utf-8")
    until(lambda: "Faults in mapping.yaml" in visitor.get("/page/people").text)
    text = visitor.get("/page/people").text
    assert "mapping.yaml:2:" in text
    assert "main/10" in text
    bridge.mapping.write_text(MAPPING, "utf-8")
    until(lambda: "Faults in" not in visitor.get("/page/people").text)


def schedule_id(text, title):
    """Return the id in the forms of the card with this title."""
    card = next(part for part in text.split('<section class="card">') if title in part)
    return int(re.search(r"/page/schedules/(\d+)/", card)[1])


def test_a_schedule_runs_now_rests_and_goes_on(bridge, visitor, slack):
    text = visitor.get("/page/schedules").text
    assert "every weekday at 9:45" in text
    assert "Stand-up in 15 minutes" in text
    id_ = schedule_id(text, "stand-up")

    def act(action):
        answer = visitor.post(f"/page/schedules/{id_}/{action}", csrf=visitor.csrf("/page/schedules"))
        assert answer.status_code == 303
        return answer.headers["location"].rpartition("=")[2]

    assert act("run") == "run"
    slack.arrived(10, "Stand-up")
    assert (act("pause"), act("pause"), act("run"), act("end")) == ("pause", "not_pause", "not_run", "not_end")
    assert "paused" in visitor.get("/page/schedules").text
    bridge.stop()
    bridge.start()  # what a person paused stays so
    assert "paused" in visitor.get("/page/schedules").text
    assert (act("go-on"), act("go-on")) == ("go_on", "not_go_on")
    assert "paused" not in visitor.get("/page/schedules").text
    assert slack.executed("Stand-up") == 2  # Anna and Bob, once


def test_the_owner_of_a_reminder_hears_what_was_done_with_it(visitor, slack):
    slack.type("remind me *tea* every day at 17:00", user=BOB)
    id_ = until(lambda: schedule_id(visitor.get("/page/schedules").text, "Reminder of Bob Smirnov"))
    visitor.post(f"/page/schedules/{id_}/pause", csrf=visitor.csrf("/page/schedules"))
    # Bob's Slack is Russian.
    until(lambda: any("поставил ваше напоминание" in one and "tea" in one for one in slack.direct(BOB)))
    visitor.post(f"/page/schedules/{id_}/end", csrf=visitor.csrf("/page/schedules"))
    assert "Reminder of Bob" not in visitor.get("/page/schedules").text


@pytest.mark.parametrize("number", ["0", "x", "123456", "99999999999999999999"])
@pytest.mark.parametrize("action", ["run", "pause", "go-on", "end"])
def test_a_schedule_that_is_not_there_is_said(visitor, number, action):
    assert visitor.post(f"/page/schedules/{number}/{action}", csrf=visitor.csrf("/page")).status_code == 404


def test_every_action_stands_in_the_audit_list(bridge, visitor, stranger):
    id_ = bridge.notify("to be cancelled", at="2030-01-01T00:00:00Z")
    visitor.post(f"/page/notifications/{id_}/cancel", csrf=visitor.csrf("/page"))
    visitor.post(f"/page/notifications/{id_}/retry", csrf=visitor.csrf("/page"))
    stranger.sign_in("a wrong password")
    text = visitor.get("/page/audit").text
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.DOTALL)[1:]
    assert "The password is wrong." in rows[0]
    assert "a wrong password" not in text
    assert "not done: it is cancelled" in rows[1]
    assert f"/page/notifications/{id_}" in rows[2]
    assert "127.0.0.1" in rows[2]


def test_what_goes_through_is_drawn(bridge, visitor):
    bridge.reaches(bridge.notify("one of those"), "delivered")
    bridge.reaches(bridge.notify("one of those", to="bitrix24:4711"), "dead")
    until(lambda: re.search(r'<rect class="dead"', visitor.get("/page/flow").text), timeout=30, what="the plot")
    text = visitor.get("/page/flow").text
    assert re.search(r'<rect class="delivered"', text)
    assert re.search(r'<rect class="most"', text)
    for chosen in ("day", "week", "nonsense"):
        assert visitor.get(f"/page/flow?range={chosen}").status_code == 200


@pytest.mark.parametrize(
    ("waits", "share", "seconds"),
    [
        ((), 0.5, None),
        ((0, 0, 0), 0.5, None),
        ((10,), 0.5, 0.005),
        ((0, 10), 0.5, 0.03),
        ((50, 50), 0.5, 0.01),
        ((0,) * 12 + (3,), 0.95, 3600.0),
    ],
)
def test_a_share_waited_so_long_at_most(waits, share, seconds):
    found = quantile(waits, share)
    assert found == (seconds if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(("value", "round_one"), [(0, 1), (0.3, 0.5), (1, 1), (1.1, 2), (4.9, 5), (6, 10), (230, 500)])
def test_a_scale_has_round_numbers(value, round_one):
    assert nice(value) == pytest.approx(round_one)


def test_processes_are_summed_and_spread_over_the_minutes_of_a_bar():
    found = [Flow(100, 30, 15, waits=(15,)), Flow(101, 0, 15, dead=15, waits=(15,)), Flow(90, 99, 99)]
    bars = summed(found, first=100, last=129, step=15)
    assert [(one.at, one.accepted, one.delivered, one.dead) for one in bars] == [(6000, 2, 2, 1), (6900, 0, 0, 0)]
    assert plot(bars, 3).high(3) <= 200
