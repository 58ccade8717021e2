"""The control interface: what people, bots and bad luck do, as JSON for pages and tests. Slack has nothing like it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from slack_bitrix24.sandbox.workspace.delivery import Delivery
from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.sandbox.workspace.http_mode import RequestUrl
from slack_bitrix24.sandbox.workspace.messages import Message
from slack_bitrix24.sandbox.workspace.people import BOT_USER, JSON, SLACKBOT
from slack_bitrix24.sandbox.workspace.sockets import disturb
from slack_bitrix24.sandbox.workspace.views import ApiError, View
from slack_bitrix24.sandbox.workspace.workspace import Workspace

FAULTS = {"slow", "status", "error", "ratelimited", "ignore_acks", "duplicate", "lose"}


async def control(workspace: Workspace, request: Request) -> Response:
    """Do what the path's last word says with the JSON body (POST) or the query (GET)."""
    act = ACTS.get(f"{request.method} {request.path_params['name']}")
    if act is None:
        return JSONResponse({"ok": False, "error": "no such control"}, status_code=404)
    try:
        body = dict(request.query_params) if request.method == "GET" else json.loads(await request.body() or b"{}")
        return JSONResponse({"ok": True, **await run_in_threadpool(act, workspace, body)})
    except ApiError as error:
        return JSONResponse(error.body, status_code=400)
    except (LookupError, TypeError, ValueError) as error:
        return JSONResponse({"ok": False, "error": f"{type(error).__name__}: {error}"}, status_code=400)


def _delivered(delivery: Delivery | None) -> JSON:
    if delivery is None:
        return {"acked": False, "failed": "not subscribed"}
    return {"acked": delivery.acked, "ms": delivery.ms, "response": delivery.response, "failed": delivery.failed}


def _message(workspace: Workspace, message: Message) -> JSON:
    user = workspace.users.get(message.body.get("user", ""))
    name = message.body.get("username") or (user.real_name if user else "Slackbot")
    author = {"name": name, "id": message.body.get("user") or message.body.get("bot_id", "")}
    author["bot"] = "bot_id" in message.body or author["id"] in {BOT_USER, SLACKBOT}
    return {
        **message.body,
        "only_for": message.only_for,
        "prompt": message.prompt,
        "replaced": message.replaced,
        "author": author,
    }


def _view(view: View | None) -> JSON | None:
    return {"user": view.user, "view": view.body, "errors": view.errors} if view else None


def command(workspace: Workspace, body: JSON) -> JSON:
    """Type a slash command."""
    options = {key: body[key] for key in ("command", "channel", "escaped") if key in body}
    return _delivered(workspace.command(body["user"], body.get("text", ""), **options))


def message(workspace: Workspace, body: JSON) -> JSON:
    """Type a message."""
    options = {key: body[key] for key in ("channel", "thread_ts") if key in body}
    return {"ts": workspace.message(body["user"], body["text"], **options).ts}


def alert(workspace: Workspace, body: JSON) -> JSON:
    """Let the monitoring bot raise an alert."""
    return {"ts": workspace.alert(**{key: body[key] for key in ("channel", "image_url", "name") if key in body}).ts}


def bot_message(workspace: Workspace, body: JSON) -> JSON:
    """Let the monitoring bot post any message."""
    return {"ts": workspace.bot_message(body["message"], channel=body.get("channel", "C0ALERTS")).ts}


def clear(workspace: Workspace, body: JSON) -> JSON:
    """Let the monitoring bot give the all-clear."""
    cleared = workspace.clear(body.get("ts", ""), channel=body.get("channel", "C0ALERTS"))
    return {"ts": cleared.ts if cleared else None}


def worsen(workspace: Workspace, body: JSON) -> JSON:
    """Let an alert of the monitoring bot become worse."""
    changed = workspace.worsen(body.get("ts", ""), channel=body.get("channel", "C0ALERTS"))
    return {"ts": changed.ts if changed else None}


def edit(workspace: Workspace, body: JSON) -> JSON:
    """Edit a message."""
    workspace.edit(body["ts"], body["text"])
    return {}


def delete(workspace: Workspace, body: JSON) -> JSON:
    """Delete a message."""
    workspace.delete(body["ts"])
    return {}


def event(workspace: Workspace, body: JSON) -> JSON:
    """Send any other event the app subscribed to."""
    return {"sent": workspace.emit(body["event"]) is not None}


def shortcut(workspace: Workspace, body: JSON) -> JSON:
    """Choose a shortcut, on a message when `ts` is given."""
    return _delivered(workspace.shortcut(body["user"], body["callback_id"], ts=body.get("ts", "")))


def block_action(workspace: Workspace, body: JSON) -> JSON:
    """Press a button."""
    where = {key: body[key] for key in ("ts", "view_id") if body.get(key)}
    return _delivered(workspace.action(body["user"], body["action"], **where))


def view_submit(workspace: Workspace, body: JSON) -> JSON:
    """Submit a modal."""
    return {"open": _view(workspace.submit(body["view_id"], body.get("values") or {}))}


def view_close(workspace: Workspace, body: JSON) -> JSON:
    """Close a modal."""
    workspace.dismiss(body["view_id"])
    return {}


def views(workspace: Workspace, body: JSON) -> JSON:
    """Return the open modals, uppermost last."""
    stacks = [workspace.views.stacks.get(body["user"], [])] if body.get("user") else workspace.views.stacks.values()
    return {"views": [_view(view) for stack in stacks for view in stack]}


def open_home(workspace: Workspace, body: JSON) -> JSON:
    """Open the App Home of a user."""
    return {"sent": workspace.open_home(body["user"]) is not None}


def home(workspace: Workspace, body: JSON) -> JSON:
    """Return what the App Home of a user shows."""
    return {"home": _view(workspace.views.homes.get(body["user"]))}


def messages(workspace: Workspace, body: JSON) -> JSON:
    """Return a channel's messages: as one user sees them, or with everybody's ephemeral ones."""
    channel = workspace.channel(body["channel"]).id
    log = workspace.log
    found = log.seen_by(channel, body["user"]) if body.get("user") else log.everything(channel)
    return {"messages": [_message(workspace, message) for message in found]}


def deliveries(workspace: Workspace, _body: JSON) -> JSON:
    """Return every payload that went to the app, or should have."""
    return {"deliveries": [delivery.as_json() for delivery in list(workspace.courier.deliveries)]}


def connections(workspace: Workspace, _body: JSON) -> JSON:
    """Return the ways to the app that are open."""
    return {"connections": [route.name for route in workspace.courier.routes]}


def people(workspace: Workspace, _body: JSON) -> JSON:
    """Return who and what there is, and where the app connects."""
    return {
        "users": [user.as_json(with_locale=True) for user in workspace.users.values()],
        "groups": [group.as_json(with_users=True) for group in workspace.groups.values()],
        "channels": [channel.as_json() for channel in workspace.channels.values()],
        "api_url": workspace.api_url,
    }


def language(workspace: Workspace, body: JSON) -> JSON:
    """Let a person choose the language of their Slack, such as "ru-RU"."""
    workspace.speak(body["user"], str(body["locale"]))
    return {}


def faults(workspace: Workspace, body: JSON) -> JSON:
    """Ask for a fault: one of `Fault`'s kinds, or something done to the connections (drop, freeze, close, a reason)."""
    kind = body["kind"]
    if kind in FAULTS:
        workspace.faults.add(Fault(**body))
        return {}
    return {"connections": disturb(workspace, kind, count=int(body.get("count", 0)))}


def request_url(workspace: Workspace, body: JSON) -> JSON:
    """Deliver over HTTP to this URL from now on."""
    workspace.courier.add_route(RequestUrl(workspace, body["url"]))
    return {}


def reset(workspace: Workspace, _body: JSON) -> JSON:
    """Begin again."""
    workspace.forget()
    return {}


POSTS: list[Callable[[Workspace, JSON], JSON]] = [
    command, message, alert, bot_message, clear, worsen, edit, delete, event, shortcut, block_action, view_submit,
    view_close, open_home, language, faults, request_url, reset,
]  # fmt: skip
GETS: list[Callable[[Workspace, JSON], JSON]] = [views, home, messages, deliveries, connections, people]
ACTS: dict[str, Callable[[Workspace, Any], JSON]] = {
    **{f"POST {act.__name__}": act for act in POSTS},
    **{f"GET {act.__name__}": act for act in GETS},
}
