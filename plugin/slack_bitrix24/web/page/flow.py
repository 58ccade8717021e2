"""How much went through and how long it waited, as plots: drawn here, as SVG that a template writes out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_bitrix24.metrics import WAITS
from slack_bitrix24.store import Flow
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.visit import Reply, Visit

RANGES = {"hour": (60, 1), "day": (1440, 15), "week": (10_080, 120)}
"""How many minutes a plot shows, and how many of them one bar."""
WIDTH, HEIGHT = 1000, 200
"""Of a plot, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What one bar stands for: numbers for each minute of it, and seconds waited by half and by 95 of 100."""

    at: float
    accepted: float
    delivered: float
    dead: float
    half: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars with the scale that they are drawn to; `ticks` are its lines: their value and how high they are."""

    bars: tuple[Bar, ...]
    top: float
    ticks: tuple[tuple[float, float], ...]
    width: float

    def high(self, value: float) -> float:
        """Return how high a value stands."""
        return round(value / self.top * HEIGHT, 2)


def flow(desk: Desk, visit: Visit) -> Reply:
    """Show the plots."""
    chosen = visit.asked("range") if visit.asked("range") in RANGES else "hour"
    minutes, step = RANGES[chosen]
    last = int(visit.now // 60) // step * step
    first = last - minutes + step
    found = desk.store.read(lambda tx: list(tx.flows.since(first)))
    bars = summed(found, first=first, last=last, step=step)
    values = {
        "chosen": chosen,
        "ranges": list(RANGES),
        "flow": plot(bars, max(max(one.accepted, one.delivered + one.dead) for one in bars)),
        "waits": plot(bars, max(one.most or 0.0 for one in bars)),
        "height": HEIGHT,
        "width": WIDTH,
        "now": bars[-1],
        "totals": _totals(found),
    }
    return Reply("flow_part.html" if visit.partial else "flow.html", values)


def summed(found: Iterable[Flow], *, first: int, last: int, step: int) -> tuple[Bar, ...]:
    """Return a bar for each step from the first minute on, those of all processes together."""
    parts: dict[int, list[Flow]] = {at: [] for at in range(first, last + 1, step)}
    for one in found:
        at = first + (one.minute - first) // step * step
        if at in parts:
            parts[at].append(one)
    return tuple(_bar(at, several, step) for at, several in parts.items())


def _bar(at: int, several: Sequence[Flow], step: int) -> Bar:
    waits = [sum(numbers) for numbers in zip(*(one.waits for one in several), strict=False)]
    return Bar(
        at=at * 60.0,
        accepted=sum(one.accepted for one in several) / step,
        delivered=sum(one.delivered for one in several) / step,
        dead=sum(one.dead for one in several) / step,
        half=quantile(waits, 0.5),
        most=quantile(waits, 0.95),
    )


def quantile(waits: Sequence[int], share: float) -> float | None:
    """Return the seconds within which this share was delivered, as near as the buckets tell; None where none was."""
    total, reached, below = sum(waits), 0, 0.0
    if not total:
        return None
    for number, bound in zip(waits, WAITS, strict=False):
        if number and reached + number >= share * total:
            return below if math.isinf(bound) else below + (bound - below) * (share * total - reached) / number
        reached, below = reached + number, below if math.isinf(bound) else bound
    return below


def plot(bars: tuple[Bar, ...], most: float) -> Plot:
    """Return a plot whose scale ends above the greatest value, at a round number."""
    step = nice(most / 4)
    count = max(1, math.ceil(most / step - 1e-9))
    top = step * count
    ticks = tuple((step * number, round(HEIGHT * number / count, 2)) for number in range(count + 1))
    return Plot(bars, top, ticks, WIDTH / len(bars))


def nice(value: float) -> float:
    """Return the next of 1, 2 and 5 times a power of ten that is not below."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value * (1 - 1e-9))


def _totals(found: Sequence[Flow]) -> Flow:
    return Flow(
        0,
        accepted=sum(one.accepted for one in found),
        delivered=sum(one.delivered for one in found),
        dead=sum(one.dead for one in found),
        retried=sum(one.retried for one in found),
    )
