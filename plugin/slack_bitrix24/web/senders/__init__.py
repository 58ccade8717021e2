"""One small file for each kind of body; to add one: `docs/how-to/add-a-sender.md`."""

from dataclasses import replace

from slack_bitrix24.web.senders import alertmanager, anyjson, api, apprise, gotify, ntfy, slack, slack_api
from slack_bitrix24.web.senders.sender import Sender

SENDERS: dict[str, Sender] = {
    sender.name: sender
    for sender in (
        slack.SENDER,
        alertmanager.SENDER,
        api.SENDER,
        slack_api.SENDER,
        apprise.SENDER,
        anyjson.SENDER,
        gotify.SENDER,
        ntfy.SENDER,
    )
}
"""Every sender by name. The order is that of the look for a path."""

NAMELESS = ("ntfy", "gotify")
"""Whose paths name no webhook: they are served where the configuration says which one it is."""


def served(**hooks: str) -> dict[str, Sender]:
    """Return the senders that are served; `hooks` names the webhook of each that names none itself, or nothing."""
    known = {name: sender for name, sender in SENDERS.items() if name not in NAMELESS or hooks.get(name)}
    return {name: replace(sender, hook=hooks.get(name, "")) for name, sender in known.items()}
