"""Who may be written where: the addresses that a section of the configuration takes. No I/O."""

from __future__ import annotations

from collections.abc import Collection

from slack_bitrix24.address import (
    ACCEPTED,
    Address,
    Channel,
    Direct,
    MappingGroup,
    Me,
    Mentioned,
    SlackGroup,
    SlackUser,
    parse_address,
)
from slack_bitrix24.config.checks import text
from slack_bitrix24.config.section import HIDDEN, Check, Expected, Refused, did_you_mean, shown
from slack_bitrix24.errors import AddressError

EVERYONE = "*"
_DIRECT = "U024BE7LH, S0614TZR7, @group, bitrix24:10, bitrix24:portal/10"
_TAKEN = {
    "permission": "U024BE7LH, S0614TZR7 or @group",
    "relay": f"{_DIRECT}, C0ALERTS, here, channel or mentioned",
    "schedule": f"{_DIRECT} or C0ALERTS",
    "webhook": f"{_DIRECT} or C0ALERTS",
}
"""What a fault lists: addresses that mean somebody there."""


def address(portals: Collection[str], *, place: str, everyone: bool = False) -> Check[str]:
    """Take an address that means somebody in `place` ("relay", "permission", …); with `everyone`, also "*"."""
    known = list(portals)

    def check(value: object) -> str:
        notation = text(value)
        if everyone and notation == EVERYONE:
            return notation
        try:
            parsed = parse_address(notation, default_portal=known[0] if known else "")
        except AddressError as error:
            # The error repeats what was written, which a fault must not do with a secret under the wrong key.
            said = str(error).replace(ACCEPTED, _TAKEN.get(place, ACCEPTED))
            raise Expected("an address") if shown(value) == HIDDEN else Refused(said) from None
        misplaced = _misplaced(parsed, place)
        if misplaced:
            raise Refused(f"{shown(value)} {misplaced}")
        if isinstance(parsed, Direct) and known and parsed.recipient.portal not in known:
            portal = parsed.recipient.portal
            raise Refused(f'{shown(value)}: no portal is called "{portal}"{did_you_mean(portal, known)}')
        return notation

    return check


def _misplaced(parsed: Address, place: str) -> str:
    """Return why this address means nobody there, or nothing."""
    match parsed:
        case Me():
            return "is known only in a Slack command"
        case Mentioned() if place != "relay":
            return "is known only in a relay"
        case Channel("here" | "channel" | "everyone") if place != "relay":
            return "is known only where there is a channel: in a relay or a Slack command"
        case SlackUser() | SlackGroup() | MappingGroup():
            return ""
        case _ if place == "permission":
            return "is no address of Slack users (U…, S… or @group)"
    return ""
