"""users.*, usergroups.*."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.methods.registry import method, need, page, true
from slack_bitrix24.sandbox.workspace.people import JSON
from slack_bitrix24.sandbox.workspace.views import ApiError


def _email(core: Core) -> bool:
    return "users:read.email" in core.scopes


@method("users.info", "users:read")
def users_info(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/users.info."""
    (user_id,) = need(args, "user")
    if user_id not in core.users:
        raise ApiError("user_not_found")
    return {"user": core.users[user_id].as_json(with_email=_email(core), with_locale=true(args, "include_locale"))}


@method("users.list", "users:read")
def users_list(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/users.list."""
    locale = true(args, "include_locale")
    members = [user.as_json(with_email=_email(core), with_locale=locale) for user in core.users.values()]
    return {**page(members, args, key="members"), "cache_ts": 1763874900}


@method("users.lookupByEmail", "users:read.email")
def users_lookup(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/users.lookupByEmail."""
    (email,) = need(args, "email")
    for user in core.users.values():
        if user.email.casefold() == email.casefold() and not user.deleted:
            return {"user": user.as_json()}
    raise ApiError("users_not_found")


@method("users.conversations", "channels:read")
def users_conversations(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/users.conversations."""
    user = str(args.get("user") or "U0BOT0001")
    mine = [channel.as_json() for channel in core.channels.values() if user in channel.members and not channel.peer]
    return page(mine, args, key="channels")


@method("usergroups.list", "usergroups:read")
def usergroups_list(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/usergroups.list."""
    with_users = true(args, "include_users")
    return {"usergroups": [group.as_json(with_users=with_users) for group in core.groups.values()]}


@method("usergroups.users.list", "usergroups:read")
def usergroups_users(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/usergroups.users.list."""
    (group,) = need(args, "usergroup")
    if group not in core.groups:
        raise ApiError("no_such_subteam")
    return {"users": list(core.groups[group].users)}
