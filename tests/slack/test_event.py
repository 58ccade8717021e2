from __future__ import annotations

from typing import Any

import pytest

from slack_bitrix24.slack.messages.event import Changed, Deleted, Ignored, Posted, read_event

HI = {
    "type": "message",
    "user": "U024BE7LH",
    "text": "hi",
    "ts": "1.1",
    "channel": "C0OPS0001",
    "event_ts": "1.1",
    "team": "T1",
}


def changed(message: dict[str, Any], before: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    held = {} if before is None else {"previous_message": {"ts": "1.1", **before}}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": "C0OPS0001",
        "ts": "2.2",
        "event_ts": "2.2",
    }
    return {**event, "message": {"ts": "1.1", **message}, **held, **more}


def test_a_message_is_posted() -> None:
    event = read_event({**HI, "thread_ts": "0.9"})
    assert isinstance(event, Posted)
    assert (event.channel, event.ts, event.thread_ts, event.team, event.event_ts) == (
        "C0OPS0001",
        "1.1",
        "0.9",
        "T1",
        "1.1",
    )
    assert event.post.visible == "hi"
    assert event.sender.user == "U024BE7LH"


def test_a_whole_envelope_is_read_as_its_event() -> None:
    event = read_event({"type": "event_callback", "team_id": "T9", "event": {**HI, "team": None}})
    assert isinstance(event, Posted)
    assert event.team == "T9"


@pytest.mark.parametrize(
    "subtype", ["bot_message", "file_share", "thread_broadcast", "me_message", "slackbot_response"]
)
def test_these_subtypes_are_messages(subtype: str) -> None:
    assert isinstance(read_event({**HI, "subtype": subtype}), Posted)


def test_a_bots_message_tells_whose_it_is() -> None:
    event = read_event(
        {**HI, "subtype": "bot_message", "user": None, "bot_id": "B1", "app_id": "A1", "username": "Grafana"}
    )
    assert isinstance(event, Posted)
    assert (event.sender.user, event.sender.bot_id, event.sender.app_id, event.sender.name) == (
        "",
        "B1",
        "A1",
        "Grafana",
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "app_mention"}, "not a message: app_mention"),
        ({"type": None}, "not a message: no type"),
        ({"channel": None}, "a message without a channel"),
        ({"ts": None}, "a message without a time stamp"),
        ({"subtype": "channel_join"}, "subtype channel_join"),
        ({"subtype": "message_replied"}, "subtype message_replied"),
        ({"subtype": "ekm_access_denied"}, "subtype ekm_access_denied"),
        ({"is_ephemeral": True}, "ephemeral"),
        ({"channel_type": "ephemeral"}, "ephemeral"),
        ({"user": "USLACKBOT", "is_ephemeral": True}, "ephemeral"),
        ({"streaming_state": "in_progress"}, "still being written"),
        ({"hidden": True}, "hidden"),
        ({"subtype": "message_deleted"}, "a deletion without a time stamp"),
    ],
)
def test_what_is_no_message_is_ignored_and_says_why(change: dict[str, Any], reason: str) -> None:
    assert read_event({**HI, **change}) == Ignored(reason)


def test_a_deletion_names_the_message_that_is_gone() -> None:
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": "C1",
        "deleted_ts": "1.1",
        "event_ts": "3.3",
    }
    assert read_event(event) == Deleted("C1", "1.1", event_ts="3.3")
    assert read_event({**event, "deleted_ts": None, "previous_message": {"ts": "1.2"}}) == Deleted(
        "C1", "1.2", event_ts="3.3"
    )


def test_a_tombstone_in_place_of_a_thread_parent_is_a_deletion() -> None:
    stone = changed({"subtype": "tombstone", "text": "This message was deleted."}, {"text": "hi"})
    assert read_event(stone) == Deleted("C0OPS0001", "1.1", event_ts="2.2")


def test_a_persons_edit_is_a_change() -> None:
    event = read_event(
        changed({"user": "U1", "text": "fixed", "edited": {"ts": "2.0"}, "thread_ts": "0.9"}, {"text": "broken"})
    )
    assert isinstance(event, Changed)
    assert (event.ts, event.event_ts, event.edited, event.thread_ts) == ("1.1", "2.2", "2.0", "0.9")
    assert event.post.visible == "fixed"
    assert event.previous
    assert event.previous.visible == "broken"


ALERT = {"bot_id": "B1", "text": "", "attachments": [{"id": 1, "color": "danger", "title": "[FIRING] db"}]}
RESOLVED = {"bot_id": "B1", "text": "", "attachments": [{"id": 1, "color": "good", "title": "[FIRING] db"}]}
PREVIEW = {"from_url": "https://a.io", "title": "a.io", "id": 9}

SAME = [
    ({"text": "see https://a.io", "attachments": [PREVIEW]}, {"text": "see https://a.io"}),
    ({"text": "hi", "reply_count": 1, "latest_reply": "2.2"}, {"text": "hi"}),
    ({"text": "hi", "edited": {"ts": "2.0"}}, {"text": "hi"}),
    (
        {"text": "hi", "blocks": [{"type": "divider", "block_id": "x"}]},
        {"text": "hi", "blocks": [{"type": "divider", "block_id": "y"}]},
    ),
    (
        {"attachments": [{"image_url": "https://a.io/p.png", "image_width": 4, "image_height": 3, "image_bytes": 9}]},
        {"attachments": [{"image_url": "https://a.io/p.png"}]},
    ),
    (
        {"blocks": [{"type": "image", "image_url": "https://a.io", "image_width": 4}]},
        {"blocks": [{"type": "image", "image_url": "https://a.io"}]},
    ),
    ({"text": "hi", "files": [{"id": "F1"}]}, {"text": "hi", "files": [{"id": "F1", "file_access": "visible"}]}),
]


@pytest.mark.parametrize(("after", "before"), SAME)
def test_previews_and_replies_are_no_change(after: dict[str, Any], before: dict[str, Any]) -> None:
    assert read_event(changed(after, before)) == Ignored("only a link preview or a thread reply")


@pytest.mark.parametrize(
    ("after", "before"),
    [
        (RESOLVED, ALERT),
        ({"bot_id": "B1", "text": "b"}, {"bot_id": "B1", "text": "a"}),
        ({"text": "hi", "files": []}, {"text": "hi", "files": [{"id": "F1"}]}),
        ({"text": "*hi*"}, {"text": "hi"}),
    ],
)
def test_a_bots_update_is_a_change_though_nobody_edited(after: dict[str, Any], before: dict[str, Any]) -> None:
    event = read_event(changed(after, before))
    assert isinstance(event, Changed)
    assert event.edited == ""


def test_a_change_without_the_message_before_it_counts() -> None:
    event = read_event(changed({"text": "x"}, None))
    assert isinstance(event, Changed)
    assert event.previous is None


def test_a_change_takes_its_time_stamp_from_the_message_before_where_it_has_none() -> None:
    event = read_event({**changed({}, {"text": "a"}), "message": {"text": "b"}})
    assert isinstance(event, Changed)
    assert event.ts == "1.1"


def test_a_streamed_answer_is_posted_once_when_it_is_complete() -> None:
    assert read_event(changed({"text": "a b", "streaming_state": "in_progress"}, {"text": "a"})) == Ignored(
        "still being written"
    )
    done = read_event(
        changed({"text": "a b", "streaming_state": "completed"}, {"text": "a b", "streaming_state": "in_progress"})
    )
    assert isinstance(done, Posted)


def test_what_changed_in_a_joining_line_is_ignored() -> None:
    assert read_event(changed({"subtype": "channel_join", "text": "b"}, {"text": "a"})) == Ignored(
        "subtype channel_join"
    )


@pytest.mark.parametrize("event", [None, [], "x", {}, {"event": {"event": {}}}])
def test_what_is_no_event_is_ignored(event: Any) -> None:
    assert isinstance(read_event(event), Ignored)
