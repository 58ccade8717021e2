"""`send --url`: one call of im.notify.personal.add for each user, and Bitrix24's answer as it came."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from slack_bitrix24.bitrix24 import sign_in
from slack_bitrix24.bitrix24.auth import Token, Webhook
from slack_bitrix24.bitrix24.calls import notification, wire_tag
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.rest import Call, identified
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.options import WEB, Wanted, attach_of, named, read, write
from slack_bitrix24.errors import Bitrix24Error


def send(wanted: Wanted, *, url: str, users: Sequence[str], token: str) -> int:
    """Send to each user, once, and print the answers; return 1 if Bitrix24 refused one."""
    ids = _checked(url, users)
    wanted = read(wanted)
    attach = attach_of(wanted, files=_files(wanted))
    auth = _auth(url, token)
    calls = {user: identified(_call(user, wanted, attach), auth.application) for user in ids}
    if wanted.dry_run:
        write(wanted, "\n".join(json.dumps(_shown(call, auth), ensure_ascii=False) for call in calls.values()))
        return DONE
    answers, status = [], DONE
    with Client(auth) as client:
        for user, call in calls.items():
            try:
                answers.append(dict(client.call(call).body))
            except Bitrix24Error as error:
                fail(f"user {user}: {error}" if len(ids) > 1 else str(error))
                status = FAILED
    if answers:
        write(wanted, "\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers))
    return status


def _checked(url: str, users: Sequence[str]) -> list[int]:
    if not url and not users:
        raise UsageFaultError("send: give --to ADDRESS, or --url URL with --user ID")
    if not url:
        raise UsageFaultError("send --user: give --url URL too, or BITRIX24_WEBHOOK_URL in the environment")
    if not users:
        raise UsageFaultError("send: give --to ADDRESS, or --user ID with the webhook")
    wrong = [user for user in users if not user.isascii() or not user.isdigit() or int(user) == 0]
    if wrong:
        raise UsageFaultError(f"--user: expected a Bitrix24 user id, got {wrong[0]!r}")
    return list(dict.fromkeys(int(user) for user in users))


def _auth(url: str, token: str) -> Webhook | Token:
    try:
        return sign_in(url, token)
    except ValueError as error:
        raise UsageFaultError(f"--url: {error}") from None


def _files(wanted: Wanted) -> list[dict[str, Any]]:
    found = named(wanted.files, "--file")
    for _, url in found:
        if not url.startswith(WEB):
            raise UsageFaultError("--file: with --url only an address can be shown; --to uploads files")
    return [{"FILE": [{"NAME": name, "LINK": url}]} for name, url in found]


def _call(user: int, wanted: Wanted, attach: Mapping[str, Any] | None) -> Call:
    """Return the call. Its TAG names the user: whether a tag replaces across recipients is not documented."""
    return notification(
        user,
        wanted.text,
        tag=wire_tag(wanted.tag, user) if wanted.tag else "",
        attach=attach,
    )


def _shown(call: Call, auth: Webhook | Token) -> dict[str, Any]:
    """Return the call as it would be made, without what signs it in."""
    target = auth.target(call.method, lambda _url: (0, b""))
    address = target.url
    for secret in auth.secrets():
        address = address.replace(secret, "<secret>")
    parts = urlsplit(address)
    hidden = dict.fromkeys(target.params, "<secret>")
    return {"url": f"{parts.scheme}://{parts.netloc}{parts.path}", "params": {**call.params, **hidden}}
