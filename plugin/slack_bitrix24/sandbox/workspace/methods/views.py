"""views.*."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.methods.registry import method, need
from slack_bitrix24.sandbox.workspace.people import JSON
from slack_bitrix24.sandbox.workspace.views import ApiError, View


def _shown(core: Core, view: View) -> JSON:
    core.feed.publish("view", user=view.user)
    return {"view": view.body}


@method("views.open")
def open_(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/views.open."""
    (trigger,) = need(args, "trigger_id")
    return _shown(core, core.views.open(core.views.exchange(trigger), args.get("view") or {}))


@method("views.push")
def push(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/views.push."""
    (trigger,) = need(args, "trigger_id")
    return _shown(core, core.views.open(core.views.exchange(trigger), args.get("view") or {}, push=True))


@method("views.update")
def update(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/views.update."""
    found = core.views.find(view_id=args.get("view_id") or "", external_id=args.get("external_id") or "")
    return _shown(core, core.views.update(found, args.get("view") or {}, mark=args.get("hash") or ""))


@method("views.publish")
def publish(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/views.publish."""
    (user,) = need(args, "user_id")
    if user not in core.users:
        raise ApiError("not_found")
    return _shown(core, core.views.publish(user, args.get("view") or {}, mark=args.get("hash") or ""))
