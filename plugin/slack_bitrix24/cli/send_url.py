"""`send --url`: one call of im.notify.personal.add for each user, and Bitrix24's answer as it came."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slack_bitrix24.bitrix24 import create_personal_notification, sign_in
from slack_bitrix24.bitrix24.calls import notification, wire_tag
from slack_bitrix24.bitrix24.rest import identified
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.options import WEB, Wanted, attach_of, named, text_of, write
from slack_bitrix24.errors import Bitrix24Error


def send(wanted: Wanted, *, url: str, users: Sequence[str], token: str) -> int:
    """Send to each user and print the answers; return 1 if Bitrix24 refused one."""
    ids = _checked(url, users)
    text = text_of(wanted.text)
    attach = attach_of(wanted, files=_files(wanted))
    try:
        auth = sign_in(url, token)
    except ValueError as error:
        raise UsageFaultError(f"--url: {error}") from None
    answers, status = [], DONE
    for user in ids:
        if wanted.dry_run:
            answers.append(_call(user, text, tag=wanted.tag, attach=attach, application=auth.application))
            continue
        try:
            answers.append(create_personal_notification(url, user, text, wanted.tag, attach or (), token))
        except Bitrix24Error as error:
            fail(f"user {user}: {error}" if len(ids) > 1 else str(error))
            status = FAILED
    if answers:
        write(wanted, "\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers))
    return status


def _checked(url: str, users: Sequence[str]) -> list[int]:
    if not url:
        raise UsageFaultError("send: give --to ADDRESS, or --url URL with --user ID")
    if not users:
        raise UsageFaultError("send --url: give --user ID")
    wrong = [user for user in users if not user.isascii() or not user.isdigit() or int(user) == 0]
    if wrong:
        raise UsageFaultError(f"--user: expected a Bitrix24 user id, got {wrong[0]!r}")
    return [int(user) for user in users]


def _files(wanted: Wanted) -> list[dict[str, Any]]:
    found = named(wanted.files, "--file")
    for _, url in found:
        if not url.startswith(WEB):
            raise UsageFaultError("--file: with --url only an address can be shown; --to uploads files")
    return [{"FILE": [{"NAME": name, "LINK": url}]} for name, url in found]


def _call(user: int, text: str, *, tag: str, attach: dict[str, Any] | None, application: str) -> dict[str, Any]:
    """Return the call that would be made, without what signs it in."""
    made = notification(
        user,
        text,
        tag=wire_tag(tag, user) if tag else "",
        attach=json.dumps(attach, ensure_ascii=False) if attach else "",
    )
    call = identified(made, application)
    return {"method": call.method, "params": dict(call.params), "sign_in": "<secret>"}
