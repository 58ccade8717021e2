"""Every method that the portal has, and method.get, which tells of them. No I/O."""

from __future__ import annotations

from slack_bitrix24.sandbox.portal import departments, drive, notify, system, users
from slack_bitrix24.sandbox.portal.bots import changing, looking, registration, sending
from slack_bitrix24.sandbox.portal.method import Call, Method


def method_get(call: Call) -> object:
    """Tell whether a method exists and whether the caller may use it."""
    found = known(str(call.params.get("NAME", "")), call.portal.revision)
    return {"isExisting": found is not None, "isAvailable": found is not None and not call.caller.lacks(found.scope)}


BOTS = 33
"""The revision of REST from which on a portal has imbot.v2."""


def known(name: str, revision: int) -> Method | None:
    """Return the method of this name at a portal of this revision."""
    found = METHODS.get(name.lower())
    return None if found and found.scope == "imbot" and revision < BOTS else found


METHODS: dict[str, Method] = {
    method.name.lower(): method
    for method in (
        *notify.METHODS,
        *users.METHODS,
        *departments.METHODS,
        *drive.METHODS,
        *system.METHODS,
        *registration.METHODS,
        *sending.METHODS,
        *changing.METHODS,
        *looking.METHODS,
        Method("method.get", "", method_get),
    )
}
"""By the name in lower case: case does not matter in a call."""
