"""Send and delete notifications as the server does. No I/O.

Bitrix24 server source, main 26.150 (2026-03): im.notify.* and what it calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bitrix24.sandbox.portal import attach_source, decode, tags
from slack_bitrix24.sandbox.portal.envelope import Json, Reason, Refusal
from slack_bitrix24.sandbox.portal.method import Call
from slack_bitrix24.sandbox.portal.notifications import NO_MESSAGE, NO_USER, SYSTEM, WRONG_PARAMS, Notification
from slack_bitrix24.sandbox.portal.people import EXTERNAL
from slack_bitrix24.sandbox.portal.rules import SOURCE
from slack_bitrix24.sandbox.portal.seen.text import BLANKS, resembles_marker, stored

NO_CLIENT = Reason("ACCESS_DENIED", "Access denied! Client ID not specified", 403)
NOBODY = Reason("TO_USER_ID", "Recipient is not found")


def reserve(call: Call) -> int:
    """Return the id of a tagged notification that is about to be sent: it is stored before its work is done."""
    if call.portal.rules != SOURCE or not _kept_tags(call)[0]:
        return 0
    number = call.portal.store.next_id()
    call.portal.store.newest[_slot(call)] = number
    return number


def send(call: Call, kind: str) -> object:
    """Send; the notification's id, false when there is nobody to send it to, the Unix time when they want none."""
    params, portal = call.params, call.portal
    if _recipient(params) <= 0:
        raise Refusal(NO_USER)
    message = _trimmed(params.get("MESSAGE"))
    if not message:
        raise Refusal(NO_MESSAGE)
    out = _trimmed(params.get("MESSAGE_OUT"))
    if kind == SYSTEM and call.caller.client_id:
        message, out = f"{portal.oauth.name}\n{message}", f"{portal.oauth.name}\n{out}" if out else ""
    portal.attach_seconds += attach_source.seconds(params.get("ATTACH"))
    new = Notification(0, _recipient(params), kind, stored(message), portal.clock())
    new.attach = _attach(call)
    new.message_out, new.author = out, None if kind == SYSTEM else call.author
    _tag(call, new)
    _warn(call, message)
    return _arrive(call, new)


def _arrive(call: Call, new: Notification) -> object:
    portal = call.portal
    user = portal.users.get(new.user_id)
    if user is None or not user.active or user.kind in EXTERNAL:
        call.exceptions.append(NOBODY)  # it lies in wait for the next command that fails: see batch_source
        return False
    if not user.notified:
        return int(portal.clock())
    if any(len(tag) > tags.LONGEST for tag in new.kept_tags):
        return False
    new.id = call.number or portal.store.next_id()
    if new.tag and portal.store.newest.get(_slot(call), 0) > new.id:
        # Two sends of one tag at once: both were stored, then each cleaned up what is older.
        portal.store.lose(new)
        portal.counts["raced"] += 1
        return False
    if new.tag:
        portal.store.newest[_slot(call)] = new.id
    portal.counts["replaced"] += portal.store.add(new)
    portal.counts["executed"] += 1
    return new.id


def _attach(call: Call) -> Json | None:
    portal = call.portal
    full = attach_source.normalised(call.params.get("ATTACH"), now=portal.clock(), limit=portal.attach_limit)
    if full is not None and not attach_source.fits_column(full):
        portal.warn("an ATTACH longer than its column: gone after a reload")
        return None
    return full


def _tag(call: Call, new: Notification) -> None:
    params = call.params
    if not call.caller.client_id:
        if params.get("TAG") or params.get("SUB_TAG"):
            call.portal.warn("TAG or SUB_TAG through a webhook: ignored, also with CLIENT_ID")
        return
    new.application, new.tag, new.sub_tag = call.caller.client_id, _plain(params, "TAG"), _plain(params, "SUB_TAG")
    new.kept_tags = _kept_tags(call)


def _kept_tags(call: Call) -> tuple[str, str]:
    app = call.caller.client_id
    if not app:
        return "", ""
    return tags.stored(app, _plain(call.params, "TAG")), tags.stored(app, _plain(call.params, "SUB_TAG"))


def _slot(call: Call) -> tuple[int, str]:
    return _recipient(call.params), _kept_tags(call)[0]


def _warn(call: Call, message: str) -> None:
    given = call.params.get("ATTACH")
    if resembles_marker(message) or (given and resembles_marker(str(given))):
        call.portal.warn("four or more # in a row: the server's own markers begin so")


def _recipient(params: Mapping[str, Any]) -> int:
    return decode.whole(params["TO"] if "TO" in params else params.get("USER_ID"))


def _plain(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name)
    return "" if value is None or isinstance(value, list | dict | bool) else str(value)


def _trimmed(value: object) -> str:
    return value.strip(BLANKS) if isinstance(value, str) else ""


def delete(call: Call) -> object:
    """Delete by ID (one or several of the caller's own), else by TAG, else by SUB_TAG of the application.

    By TAG the answer is true, whatever was there.
    """
    params, store = call.params, call.portal.store
    if "ID" in params:
        numbers = {decode.whole(number) for number in decode.items(params["ID"])}
        return _gone(call, [one for one in store.seen_by(call.caller.user_id) if one.id in numbers]) > 0
    app = tags.application(call.caller.client_id, _plain(params, "CLIENT_ID"))
    if not app:
        raise Refusal(NO_CLIENT)
    tag, sub_tag = _plain(params, "TAG"), _plain(params, "SUB_TAG")
    if tag:
        _gone(call, [one for one in store.visible() if one.kept_tags[0] == tags.stored(app, tag)])
        return True
    if sub_tag:
        return _gone(call, [one for one in store.visible() if one.kept_tags[1] == tags.stored(app, sub_tag)]) > 0
    raise Refusal(WRONG_PARAMS)


def _gone(call: Call, notifications: list[Notification]) -> int:
    count = call.portal.store.delete(notifications)
    call.portal.counts["deleted"] += count
    return count
