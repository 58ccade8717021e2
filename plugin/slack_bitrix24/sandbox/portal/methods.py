"""Every method that the portal has, and method.get, which tells of them. No I/O."""

from __future__ import annotations

from slack_bitrix24.sandbox.portal import departments, drive, notify, system, users
from slack_bitrix24.sandbox.portal.method import Call, Method


def method_get(call: Call) -> object:
    """Tell whether a method exists and whether the caller may use it."""
    found = METHODS.get(str(call.params.get("NAME", "")).lower())
    return {"isExisting": found is not None, "isAvailable": found is not None and not call.caller.lacks(found.scope)}


METHODS: dict[str, Method] = {
    method.name.lower(): method
    for method in (
        *notify.METHODS,
        *users.METHODS,
        *departments.METHODS,
        *drive.METHODS,
        *system.METHODS,
        Method("method.get", "", method_get),
    )
}
"""By the name in lower case: case does not matter in a call."""
