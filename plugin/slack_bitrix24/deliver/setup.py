"""What a lane needs to know of its portal. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits


@dataclass(frozen=True, slots=True)
class Portal:
    """How to reach a portal, what it allows, and how many requests may be under way at once."""

    client: Client
    limits: Limits
    in_flight: int = 4
