"""The one call of the seed: a personal notification, sent once, without an object to keep."""

from __future__ import annotations

from typing import Any, Final

from slack_bitrix24.bitrix24.auth import sign_in
from slack_bitrix24.bitrix24.calls import Attach, notification
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.notify import attach_of

ATTACH_LIMIT: Final = 60_000
"""Characters of ATTACH; portals of before August 2026 take 30,000."""


def create_personal_notification(  # noqa: PLR0917 - the parameters of OpenIntegrations' function, in its order
    url: str,
    user_id: int | str,
    text: str,
    tag: str = "",
    attachments: Attach = (),
    token: str = "",
    *,
    application: str = "slack-bitrix24",
) -> dict[str, Any]:
    """Notify one user in one request and return Bitrix24's answer whole: `result` (the notification's id) and `time`.

    `url` is a webhook, or with a `token` the portal's address. The text is BB code. `tag` goes as it is: a newer
    notification with the same tag replaces the older. `attachments` are ATTACH in short form, full form or as JSON.
    Nothing is repeated. Raise ValueError for the address, `AttachError` for a block, `Bitrix24Error` for a refusal.
    https://apidocs.bitrix24.com/api-reference/chats/notifications/im-notify-personal-add.html
    """
    attach = attach_of(attachments, limit=ATTACH_LIMIT)
    call = notification(int(user_id), text, tag=tag, attach=attach)
    with Client(sign_in(url, token, application=application)) as client:
        return dict(client.call(call).body)
