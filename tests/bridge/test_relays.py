"""Messages in channels: what a relay takes, and what becomes of it when it is edited or deleted."""

from __future__ import annotations

import pytest

from rig import ANNA, BOB, CI_BOT
from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.sandbox.workspace.people import APP_ID, BOT_ID, BOT_USER, SLACKBOT
from waiting import until


def everything(notification) -> str:
    return notification["message"] + str(notification["attach"])


def settled(slack) -> None:
    """Wait until the bridge has worked off what came in before: a later message of the same channels has arrived."""
    for channel in ("C0ALERTS", "C0MATCH", "C0LISTED", "C0GENERAL"):
        until(lambda: all(one.acked or one.failed for one in slack.workspace.courier.deliveries))
        words = f"marker {channel} {len(slack.portal.sends())}"
        if channel == "C0ALERTS":
            slack.workspace.bot_message({"text": words}, channel=channel)
            slack.arrived(10, words)
        elif channel == "C0MATCH":
            slack.workspace.message(ANNA, f"firing {words}", channel=channel)
            slack.arrived(14, words)
        elif channel == "C0LISTED":
            slack.workspace.message(BOB, words, channel=channel)
            slack.arrived(14, words)
        else:
            slack.workspace.message(BOB, f"@anna {words}", channel=channel)
            slack.arrived(10, words)


def test_an_alert_arrives_with_fields_colour_picture_and_a_link_back(slack, shared):
    picture = shared[0].picture_url
    alert = slack.workspace.alert(name="AllInIt", image_url=picture)
    for user_id in (10, 12):
        got = slack.arrived(user_id, "AllInIt")
        for words in ("[FIRING:1] AllInIt", "Severity", "critical", "prod-eu", "7.3 %", picture, "restart the API"):
            assert words in everything(got)
        assert "a30200" in everything(got).lower()
        assert f"/archives/C0ALERTS/p{alert.ts.replace('.', '')}" in everything(got)


def test_the_all_clear_replaces_the_alert(slack):
    alert = slack.workspace.alert(name="Replaced")
    slack.arrived(12, "[FIRING:1] Replaced")
    slack.workspace.clear(alert.ts)
    for user_id in (10, 12):
        got = slack.arrived(user_id, "[RESOLVED] Replaced")
        assert "2eb886" in everything(got).lower()
        assert len(slack.seen(user_id, "Replaced")) == 1


def test_an_edit_that_matches_no_more_replaces_all_the_same(slack):
    said = slack.workspace.message(ANNA, "disk FIRING now", channel="C0MATCH")
    slack.arrived(14, "disk FIRING now")
    slack.workspace.edit(said.ts, "disk is fine again")
    slack.arrived(14, "disk is fine again")
    until(lambda: not slack.seen(14, "disk FIRING now"))


def test_a_message_that_begins_to_match_by_its_edit_is_relayed(slack):
    said = slack.workspace.message(ANNA, "all quiet 17", channel="C0MATCH")
    slack.workspace.edit(said.ts, "all critical 17")
    slack.arrived(14, "all critical 17")
    assert slack.executed("all quiet 17") == 0


def test_a_deleted_message_takes_its_notification_back(slack):
    alert = slack.workspace.alert(name="Deleted")
    slack.arrived(10, "Deleted")
    slack.arrived(12, "Deleted")
    slack.workspace.delete(alert.ts)
    until(lambda: not slack.seen(10, "Deleted"))
    until(lambda: not slack.seen(12, "Deleted"))


def test_a_link_preview_and_a_reply_do_not_send_it_again(slack):
    said = slack.workspace.message(BOB, "see https://example.com/preview", channel="C0LISTED")
    slack.arrived(14, "example.com/preview")
    unfurl = {"from_url": "https://example.com/preview", "title": "A preview", "id": 1, "service_name": "Example"}
    slack.workspace.change(said, {**said.body, "attachments": [unfurl]}, editor=BOB)
    alert = slack.workspace.alert(name="Unfurled")
    slack.arrived(10, "Unfurled")
    slack.workspace.change(alert, dict(alert.body, reply_count=1), editor="B0MONITOR")
    settled(slack)
    assert slack.executed("example.com/preview") == 1
    assert slack.executed("Unfurled") == 2  # Anna and Bob


def test_what_the_bridge_says_itself_is_never_relayed(slack):
    ts = slack.workspace.clock.ts()
    own = {
        "type": "message",
        "user": BOT_USER,
        "bot_id": BOT_ID,
        "ts": ts,
        "text": "firing said by the bridge <@U024BE7LH>",
    }
    for channel in ("C0ALERTS", "C0MATCH", "C0GENERAL"):
        slack.workspace.post(slack.workspace.channel(channel), dict(own, ts=slack.workspace.clock.ts()))
        elsewhere = {"user": "U0ELSEWHERE", "bot_id": "B0ELSEWHERE", "app_id": APP_ID}  # the app in another workspace
        slack.workspace.post(slack.workspace.channel(channel), {**own, **elsewhere, "ts": slack.workspace.clock.ts()})
    settled(slack)
    assert slack.executed("said by the bridge") == 0


def test_a_relay_takes_only_the_senders_and_the_words_that_it_names(slack):
    slack.workspace.message(BOB, "a person among alerts", channel="C0ALERTS")
    slack.workspace.message(ANNA, "nothing of that kind", channel="C0MATCH")
    slack.workspace.message(ANNA, "not from the one who is listed", channel="C0LISTED")
    slack.workspace.message(ANNA, "mentions nobody", channel="C0GENERAL")
    slack.workspace.bot_message({"text": "a bot, <@U024BE7LH>, among people"}, channel="C0GENERAL")
    settled(slack)
    for words in ("a person among", "nothing of that kind", "not from the one", "mentions nobody", "among people"):
        assert slack.executed(words) == 0, words


def test_a_pattern_looks_at_attachments_too(slack):
    slack.workspace.bot_message({"attachments": [{"title": "State: Critical", "text": "inside"}]}, channel="C0MATCH")
    slack.arrived(14, "State: Critical")


def test_whoever_is_mentioned_is_notified_once_with_the_senders_name(slack):
    slack.workspace.message(BOB, "@anna @carol @anna please review", channel="C0GENERAL")
    got = slack.arrived(10, "please review")
    slack.arrived(14, "please review")
    assert "Bob Smirnov" in everything(got)
    assert slack.executed("please review") == 2


def test_an_edit_that_mentions_one_more_reaches_that_one_too(slack):
    said = slack.workspace.message(BOB, "@anna first draft", channel="C0GENERAL")
    slack.arrived(10, "first draft")
    slack.workspace.edit(said.ts, "@anna @carol second draft")
    slack.arrived(14, "second draft")
    slack.arrived(10, "second draft")
    assert slack.seen(10, "first draft") == []


def test_edits_are_ignored_where_the_relay_says_so(slack):
    said = slack.workspace.message(BOB, "as it was said", channel="C0LISTED")
    slack.arrived(14, "as it was said")
    slack.workspace.edit(said.ts, "as it was edited")
    slack.workspace.delete(said.ts)
    settled(slack)
    assert slack.executed("as it was edited") == 0
    assert slack.seen(14, "as it was said")


def test_a_reply_in_a_thread_links_to_its_thread(slack):
    said = slack.workspace.message(ANNA, "a thread begins", channel="C0GENERAL")
    reply = slack.workspace.message(BOB, "@anna a reply in it", channel="C0GENERAL", thread_ts=said.ts)
    got = everything(slack.arrived(10, "a reply in it"))
    assert f"p{reply.ts.replace('.', '')}?thread_ts={said.ts}" in got.replace("&amp;", "&")


def test_a_group_of_slack_and_an_address_of_bitrix24_are_reached_once(slack):
    slack.workspace.message(ANNA, "to the group", channel="C0GROUP")
    slack.arrived(10, "to the group")
    slack.arrived(12, "to the group")
    assert slack.executed("to the group") == 2


def test_an_event_that_comes_twice_owes_nothing_twice(slack):
    slack.workspace.faults.add(Fault("duplicate", times=1))
    slack.workspace.alert(name="Twice")
    slack.arrived(10, "Twice")
    slack.arrived(12, "Twice")
    settled(slack)
    assert slack.executed("[FIRING:1] Twice") == 2


def test_an_event_whose_acknowledgement_got_lost_owes_nothing_twice(slack):
    slack.workspace.faults.add(Fault("ignore_acks", times=1))
    words = "lost acknowledgement"
    slack.workspace.message(BOB, words, channel="C0LISTED")
    slack.arrived(14, words)
    until(lambda: any(len(one.attempts) > 1 and one.acked for one in slack.workspace.courier.deliveries), timeout=15)
    assert slack.executed(words) == 1


def alert_event(slack, ts: str, at: str, words: str = "", *, subtype: str = "bot_message") -> None:
    """Send an event of a bot's message by itself: it may be a repeat that comes late, on either connection."""
    said = {"type": "message", "subtype": "bot_message", "bot_id": "B0MONITOR", "ts": ts, "text": words}
    told = {"type": "message", "subtype": subtype, "channel": "C0ALERTS", "ts": at, "event_ts": at}
    if subtype == "bot_message":
        told |= said
    elif subtype == "message_changed":
        told |= {"message": said, "previous_message": {**said, "text": "as it was"}}
    else:
        told |= {"deleted_ts": ts, "previous_message": said}
    assert slack.workspace.emit(told, slack.workspace.channel("C0ALERTS"))


def test_an_older_edit_that_comes_late_replaces_nothing(slack):
    alert_event(slack, "1763875001.200300", "1763875001.200300", "late edit 1")
    slack.arrived(10, "late edit 1")
    alert_event(slack, "1763875001.200300", "1763875030.000200", "late edit 3", subtype="message_changed")
    slack.arrived(10, "late edit 3")
    alert_event(slack, "1763875001.200300", "1763875010.000200", "late edit 2", subtype="message_changed")
    settled(slack)
    assert slack.executed("late edit 2") == 0
    assert [len(slack.seen(user, "late edit 3")) for user in (10, 12)] == [1, 1]


def test_a_message_that_comes_after_its_edit_replaces_nothing(slack):
    ts, at = slack.workspace.clock.ts(), slack.workspace.clock.ts()
    alert_event(slack, ts, at, "the edit came first", subtype="message_changed")
    slack.arrived(10, "the edit came first")
    alert_event(slack, ts, ts, "the message came last")
    settled(slack)
    assert slack.executed("the message came last") == 0
    assert slack.seen(10, "the edit came first")


def test_a_message_that_comes_after_its_deletion_is_not_shown(slack):
    alert_event(slack, "1763875201.200300", "1763875210.500000", subtype="message_deleted")
    settled(slack)
    alert_event(slack, "1763875201.200300", "1763875201.200300", "already deleted")
    settled(slack)
    assert slack.executed("already deleted") == 0


def test_of_many_edits_at_once_over_both_connections_the_last_stands(slack):
    ts = "1763875301.100000"
    alert_event(slack, ts, ts, "edit 00 of 40")
    slack.arrived(10, "edit 00 of 40")
    for number in (*range(2, 41, 2), *range(1, 40, 2)):
        alert_event(slack, ts, f"17638754{number:02}.900000", f"edit {number:02} of 40", subtype="message_changed")
    settled(slack)
    for user in (10, 12):
        slack.arrived(user, "edit 40 of 40")
        sent = [one["message"] for one in slack.portal.sends() if " of 40" in one["message"] and one["user_id"] == user]
        assert sent == sorted(sent)
        assert len(sent) > 1
        assert len(slack.seen(user, " of 40")) == 1


@pytest.mark.parametrize(
    "body", [{"text": ""}, {"blocks": [{"type": "video", "alt_text": "a film"}]}, {"attachments": [{}]}]
)
def test_odd_messages_hold_nothing_up(slack, body):
    slack.workspace.bot_message(body, channel="C0ALERTS")
    slack.workspace.bot_message({"text": "after an odd one"}, channel="C0ALERTS")
    slack.arrived(10, "after an odd one")


def test_the_schedule_of_the_configuration_shows_picture_and_file(slack, shared):
    for user_id in (10, 12):
        got = slack.arrived(user_id, "picture and a file", timeout=20)
        assert shared[0].picture_url in everything(got)
        assert shared[0].file_url in everything(got)
        assert "agenda.docx" in everything(got)
        assert "A [b]schedule[/b]" in got["message"]
    assert slack.executed("picture and a file") == 2


def test_two_relays_that_share_a_recipient_notify_once_and_edits_and_deletions_follow(slack):
    said = slack.workspace.message(BOB, "shared news", channel="C0SHARED")
    for user_id in (10, 12, 14):
        slack.arrived(user_id, "shared news")
    slack.workspace.edit(said.ts, "shared news, edited")
    for user_id in (10, 12, 14):
        slack.arrived(user_id, "shared news, edited")
    assert [len(slack.seen(user_id, "shared news")) for user_id in (10, 12, 14)] == [1, 1, 1]
    slack.workspace.edit(said.ts, "of no interest any more")  # neither relay matches: whoever had it sees it
    for user_id in (10, 12, 14):
        slack.arrived(user_id, "of no interest")
    assert [len(slack.seen(user_id, "of no interest")) for user_id in (10, 12, 14)] == [1, 1, 1]
    slack.workspace.delete(said.ts)
    until(lambda: not any(slack.seen(user_id, "of no interest") for user_id in (10, 12, 14)))


def test_a_message_that_one_of_two_relays_takes_first_and_the_other_after_an_edit_is_shown_once(slack):
    said = slack.workspace.message(BOB, "first it was", channel="C0SHARED")
    slack.arrived(12, "first it was")
    slack.workspace.edit(said.ts, "second it became")
    for user_id in (10, 12, 14):
        slack.arrived(user_id, "second it became")
    assert [len(slack.seen(user_id, "it became")) for user_id in (10, 12, 14)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("message", "who"),
    [
        ({"subtype": "bot_message", "bot_id": None, "username": "Old hook", "text": "null as bot_id"}, 14),
        ({"user": ANNA, "app_id": "A0OTHER01", "text": "by an app in her name"}, 14),
        ({"user": CI_BOT, "subtype": "file_share", "text": "a bot's upload"}, 14),
        ({"user": SLACKBOT, "text": "Reminder: water the plants"}, 14),
        ({"user": SLACKBOT, "subtype": "slackbot_response", "text": "an automatic answer"}, 14),
        ({"user": BOB, "subtype": "file_share", "text": "a person's upload"}, 10),
        ({"user": BOB, "text": "typed by a person"}, 10),
    ],
)
def test_a_bot_is_a_bot_by_whichever_mark(slack, message, who):
    body = {"type": "message", "ts": slack.workspace.clock.ts(), **message}
    slack.workspace.post(slack.workspace.channel("C0BOTS"), body)
    slack.arrived(who, message["text"])
    marker = f"settled {body['ts']}"
    slack.workspace.bot_message({"text": marker}, channel="C0BOTS")
    slack.arrived(14, marker)
    assert slack.executed(message["text"]) == 1


def test_slackbot_is_relayed_where_it_is_named_but_not_what_only_one_person_sees(slack):
    mail = {
        "user": SLACKBOT,
        "subtype": "file_share",
        "text": "",
        "files": [{"id": "F0MAIL001", "mode": "email", "title": "Invoice 17", "permalink": "https://example.com/mail"}],
    }
    private = {"user": SLACKBOT, "text": "only you can see this", "is_ephemeral": True}
    for body in (private, mail):
        slack.workspace.post(
            slack.workspace.channel("C0MAIL"), {"type": "message", "ts": slack.workspace.clock.ts(), **body}
        )
    slack.arrived(12, "Invoice 17")
    assert slack.executed("only you can see") == 0
