"""What Slack sends, with nothing left in it that has another shape than Slack says. No I/O.

https://docs.slack.dev/reference/interaction-payloads: a click on something that is no click any more, or a form
without its fields, is then one that says nothing, and no exception, which Slack would be asked to send again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shaped(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload with `actions` a list of tables and `view` a table, its fields tables too."""
    found = dict(body)
    if "actions" in found:
        found["actions"] = _tables(found["actions"])
    if "view" in found:
        view = _table(found["view"])
        state = _table(view.get("state"))
        found["view"] = {**view, "state": {**state, "values": _fields(state.get("values"))}}
    return found


def _fields(values: object) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        block: {action: _field(given) for action, given in _table(actions).items()}
        for block, actions in _table(values).items()
    }


def _field(given: object) -> dict[str, Any]:
    field = _table(given)
    if "selected_users" in field:
        field = {**field, "selected_users": _texts(field["selected_users"])}
    return field


def _table(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _tables(value: object) -> list[dict[str, Any]]:
    return [dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
