"""`send --url`: one call of im.notify.personal.add for each user, and Bitrix24's answer as it came."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from slack_bitrix24.bitrix24 import sign_in
from slack_bitrix24.bitrix24.auth import Token, Webhook
from slack_bitrix24.bitrix24.calls import notification, wire_tag
from slack_bitrix24.bitrix24.client import CONNECT_TIMEOUT, READ_TIMEOUT, Client
from slack_bitrix24.bitrix24.rest import Call, identified
from slack_bitrix24.cli.ending import DONE, FAILED, UNFINISHED, UsageFaultError, fail
from slack_bitrix24.cli.options import WEB, Wanted, attach_of, named, read, write
from slack_bitrix24.errors import Bitrix24Error, Verdict


def send(wanted: Wanted, *, url: str, users: Sequence[str], token: str, wait: float | None = None) -> int:
    """Send to each user, once, and print the answers; return 1 if Bitrix24 refused one.

    All of it takes no longer than `wait` seconds, where that is given: 3 then, what had no answer may have arrived.
    """
    ids = _checked(url, users)
    if wait is not None and not 0 < wait < float("inf"):
        raise UsageFaultError("--wait: expected seconds; with --url the answer is always waited for")
    wanted = read(wanted)
    attach = attach_of(wanted, files=_files(wanted))
    auth = _auth(url, token)
    calls = {user: identified(_call(user, wanted, attach), auth.application) for user in ids}
    if wanted.dry_run:
        write(wanted, "\n".join(json.dumps(_shown(call, auth), ensure_ascii=False) for call in calls.values()))
        return DONE
    answers, statuses = [], {DONE}
    patience = READ_TIMEOUT if wait is None else wait
    end = time.monotonic() + patience
    with Client(auth, connect_timeout=min(CONNECT_TIMEOUT, patience), read_timeout=patience) as client:
        for user, call in calls.items():
            if wait is not None and time.monotonic() >= end:
                fail(f"user {user}: not sent, --wait ran out")
                statuses.add(UNFINISHED)
                continue
            try:
                answers.append(dict(client.call(call).body))
            except Bitrix24Error as error:
                late = wait is not None and time.monotonic() >= end and error.verdict is Verdict.UNKNOWN
                fail(f"user {user}: {f'no answer within {wait:g} s; it may have arrived' if late else error}")
                statuses.add(UNFINISHED if late else FAILED)
    status = next(one for one in (FAILED, UNFINISHED, DONE) if one in statuses)
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
