"""im.notify.*: personal and system notifications. No I/O.

https://apidocs.bitrix24.com/api-reference/chats/notifications/index.html
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal import decode, notify_docs, notify_source
from slack_bitrix24.sandbox.portal.envelope import Json, Reason, Refusal, iso
from slack_bitrix24.sandbox.portal.method import Call, Method
from slack_bitrix24.sandbox.portal.notifications import PERSONAL, SYSTEM, Notification
from slack_bitrix24.sandbox.portal.rules import SOURCE
from slack_bitrix24.sandbox.portal.seen import delivered
from slack_bitrix24.sandbox.portal.users import profile_of

PAGE = 50


def notify(call: Call) -> object:
    """Send by TYPE: USER (the default) or SYSTEM."""
    return _send(call, SYSTEM if call.params.get("TYPE") == "SYSTEM" else PERSONAL)


def personal_add(call: Call) -> object:
    """Send in the caller's name; the notification's id, or false."""
    return _send(call, PERSONAL)


def system_add(call: Call) -> object:
    """Send in nobody's name."""
    return _send(call, SYSTEM)


def _send(call: Call, kind: str) -> object:
    rules = notify_source if call.portal.rules == SOURCE else notify_docs
    return rules.send(call, kind)


def delete(call: Call) -> object:
    """Delete by ID, or by TAG or SUB_TAG within the application."""
    rules = notify_source if call.portal.rules == SOURCE else notify_docs
    return rules.delete(call)


def get(call: Call) -> object:
    """Return the caller's own notifications, fifty a page."""
    params = call.params
    if bool(params.get("LAST_ID")) != bool(params.get("LAST_TYPE")):
        raise Refusal(Reason("LAST_ID_AND_LAST_TYPE", "LAST_ID and LAST_TYPE must be used together"))
    if "LAST_ID" in params and not str(params["LAST_ID"]).isdigit():
        raise Refusal(Reason("LAST_ID_STRING", "LAST_ID must be a number"))
    own = call.portal.store.seen_by(call.caller.user_id)
    last, limit = decode.whole(params.get("LAST_ID")), decode.whole(params.get("LIMIT")) or PAGE
    page = [one for one in own if not last or one.id < last][: min(limit, PAGE)]
    authors = {decode.whole(one.author["id"]) for one in page if one.author}
    people = [call.portal.users[number] for number in sorted(authors) if number in call.portal.users]
    rows = [_row(one, call.portal.rules) for one in page]
    answer: Json = {"notifications": rows, "users": [profile_of(one) for one in people]}
    if own:
        unread = sum(not one.read for one in own)
        answer = {"total_count": len(own), "total_unread_count": unread, "chat_id": _chat(call.caller.user_id)} | answer
    return answer


def _row(one: Notification, rules: str) -> Json:
    tag, sub_tag = one.kept_tags
    return {
        "id": one.id,
        "chat_id": _chat(one.user_id),
        "author_id": one.author["id"] if one.author else 0,
        "date": iso(int(one.date)),
        "notify_type": 2 if one.kind == PERSONAL else 4,
        "notify_module": "rest",
        "notify_event": "rest_notify",
        "setting_name": "rest|rest_notify",
        "notify_tag": tag,
        "notify_sub_tag": sub_tag,
        "notify_title": "",
        "text": delivered(one.message) if rules == SOURCE else one.message,
        "notify_read": "Y" if one.read else "N",
        "params": {"ATTACH": [one.attach]} if one.attach else None,
    }


def _chat(user_id: int) -> int:
    return 500 + user_id


def read(call: Call) -> object:
    """Mark as read: one id, or all from it on unless ONLY_CURRENT."""
    if "ID" in call.params:
        first, only = decode.whole(call.params["ID"]), call.params.get("ONLY_CURRENT") == "Y"
        for one in call.portal.store.seen_by(call.caller.user_id):
            if one.id == first or (one.id > first and not only):
                one.read = call.params.get("ACTION", "Y") == "Y"
    return True


def read_list(call: Call) -> object:
    """Mark some as read; the first id that is not above 0 ends it."""
    given = call.params.get("IDS")
    if not isinstance(given, list | dict):
        raise Refusal(Reason("PARAMS_ERROR", "No IDS param or it is not an array"))
    chosen: set[int] = set()
    for number in map(decode.whole, decode.items(given)):
        if number <= 0:
            break
        chosen.add(number)
    for one in call.portal.store.seen_by(call.caller.user_id):
        if one.id in chosen:
            one.read = call.params.get("ACTION", "Y") == "Y"
    return True


def read_all(call: Call) -> object:
    """Mark everything as read."""
    for one in call.portal.store.seen_by(call.caller.user_id):
        one.read = True
    return {"result": True, "newCounter": 0}


def schema(_call: Call) -> object:
    """Return which kinds of notification there are."""
    kinds = {"rest": ("REST applications", "rest_notify"), "im": ("Chat and calls", "message")}
    return {
        module: {"NAME": name, "MODULE_ID": module, "LIST": [{"ID": f"{module}|{event}", "NAME": name}]}
        for module, (name, event) in kinds.items()
    }


_ALIAS = frozenset({"TO"})
METHODS = (
    Method("im.notify", "im", notify, own=True, extra=_ALIAS, early=notify_source.reserve),
    Method("im.notify.personal.add", "im", personal_add, own=True, extra=_ALIAS, early=notify_source.reserve),
    Method("im.notify.system.add", "im", system_add, own=True, extra=_ALIAS, early=notify_source.reserve),
    Method("im.notify.delete", "im", delete, own=True),
    Method("im.notify.get", "im", get, own=True),
    Method("im.notify.read", "im", read),
    Method("im.notify.read.list", "im", read_list, own=True),
    Method("im.notify.read.all", "im", read_all),
    Method("im.notify.schema.get", "im", schema),
)
