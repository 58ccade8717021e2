"""How portals spread over the nodes that deliver. No I/O."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from slack_bitrix24.store import Node

DELIVER = "deliver"


def share(portals: int, nodes: int) -> int:
    """Return how many lanes one node may hold, so that all are held and no node holds all."""
    return math.ceil(portals / max(1, nodes))


def delivering(nodes: Iterable[Node], *, gone: Callable[[str], bool]) -> int:
    """Return how many of the nodes deliver and are not known to be dead."""
    return sum(DELIVER in node.roles and not gone(node.name) for node in nodes)
