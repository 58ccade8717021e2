"""Send and delete notifications as the documentation tells it. No I/O.

https://apidocs.bitrix24.com/api-reference/chats/notifications/index.html
Where it is silent this decides: a tag replaces across recipients; notifying nobody is answered as `unknown_users` says.
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal import attach_check, decode, tags
from slack_bitrix24.sandbox.portal.envelope import NO_APPLICATION, Reason, Refusal
from slack_bitrix24.sandbox.portal.method import Call
from slack_bitrix24.sandbox.portal.notifications import NO_MESSAGE, NO_USER, SYSTEM, WRONG_PARAMS, Notification


def send(call: Call, kind: str) -> object:
    """Send; the notification's id, or false."""
    params, portal, author = call.params, call.portal, call.user
    user_id = decode.whole(params.get("USER_ID"))
    if user_id <= 0:
        raise Refusal(NO_USER)
    message = str(params.get("MESSAGE", "")).strip()
    if not message:
        raise Refusal(NO_MESSAGE)
    attach = attach_check.check(params.get("ATTACH"), limit=portal.attach_limit, colour=author.colour)
    app = tags.application(call.caller.client_id, str(params.get("CLIENT_ID", "")))
    tag, sub_tag = str(params.get("TAG", "")), str(params.get("SUB_TAG", ""))
    if (tag or sub_tag) and not app:
        portal.warn("TAG or SUB_TAG without CLIENT_ID through a webhook: ignored")
        tag = sub_tag = ""
    if not _reaches(call, user_id):
        return False
    new = Notification(portal.store.next_id(), user_id, kind, message, portal.clock())
    new.author = None if kind == SYSTEM else call.author
    new.message_out, new.attach = str(params.get("MESSAGE_OUT", "")), attach
    new.application, new.tag, new.sub_tag = app, tag, sub_tag
    new.kept_tags = (f"MP|{app}|{tag}" if tag else "", f"MP|{app}|{sub_tag}" if sub_tag else "")
    portal.counts["replaced"] += portal.store.add(new, everyone=True)
    portal.counts["executed"] += 1
    return new.id


def _reaches(call: Call, user_id: int) -> bool:
    user = call.portal.users.get(user_id)
    if user is None:
        call.portal.warn("notified a user whom the portal does not have")
        return call.portal.unknown_users == "accept"
    if not user.active or user.kind == "bot":
        call.portal.warn("notified a dismissed user or a bot")
    return True


def delete(call: Call) -> object:
    """Delete by ID, or by TAG or SUB_TAG within the application; whether there was something to delete."""
    params, store = call.params, call.portal.store
    named = [name for name in ("ID", "TAG", "SUB_TAG") if params.get(name)]
    if not named:
        raise Refusal(WRONG_PARAMS)
    if named[0] == "ID":
        number = decode.whole(params["ID"])
        gone = [one for one in store.visible() if one.id == number]
    else:
        app = tags.application(call.caller.client_id, str(params.get("CLIENT_ID", "")))
        if not app:
            raise Refusal(Reason(NO_APPLICATION.code, "Access denied! Client ID not specified", 403))
        field = named[0].lower()
        gone = [
            one for one in store.visible() if (one.application, getattr(one, field)) == (app, str(params[named[0]]))
        ]
    count = store.delete(gone)
    call.portal.counts["deleted"] += count
    return count > 0
