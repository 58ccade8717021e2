"""scope, method.get, server.time, app.info: what a caller asks about itself. No I/O.

https://apidocs.bitrix24.com/api-reference/common/system/index.html
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal.envelope import NO_APPLICATION, Refusal, iso
from slack_bitrix24.sandbox.portal.method import Call, Method


def scope(call: Call) -> object:
    """Return the caller's scopes."""
    return sorted(call.caller.scopes)


def server_time(call: Call) -> object:
    """Return the portal's time."""
    return iso(int(call.portal.clock()))


def app_info(call: Call) -> object:
    """Return the application; a webhook is none."""
    if not call.caller.client_id:
        raise Refusal(NO_APPLICATION)
    return {
        "ID": 1,
        "CODE": call.caller.client_id,
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "en",
        "LICENSE": "sandbox",
        "LICENSE_FAMILY": "pro",
    }


METHODS = (
    Method("scope", "", scope),
    Method("server.time", "", server_time),
    Method("app.info", "", app_info),
)
