"""Lists from a flat run of lines, each with its depth, as Slack writes them. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from slack_bitrix24.document import Block, Blocks, Items


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. `level` grows with the depth, in any steps; `number` is None where the count just goes on."""

    level: int
    blocks: Blocks
    ordered: bool = False
    number: int | None = None


@dataclass(slots=True)
class _Open:
    level: int
    ordered: bool
    start: int
    items: list[list[Block]] = field(default_factory=list)

    def takes(self, entry: Entry) -> bool:
        follows = entry.number is None or entry.number == self.start + len(self.items)
        return self.ordered == entry.ordered and (not self.ordered or follows)

    def closed(self) -> Items:
        return Items(tuple(tuple(item) for item in self.items), ordered=self.ordered, start=self.start)


@dataclass(slots=True)
class _Nest:
    blocks: list[Block] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)

    def close(self) -> None:
        done = self.opened.pop().closed()
        (self.opened[-1].items[-1] if self.opened else self.blocks).append(done)


def nested(entries: Iterable[Entry]) -> Blocks:
    """Return the lists that the entries make: deeper ones inside the item before, numbering going on after them."""
    nest = _Nest()
    for entry in entries:
        while nest.opened and nest.opened[-1].level > entry.level:
            nest.close()
        if nest.opened and nest.opened[-1].level == entry.level and not nest.opened[-1].takes(entry):
            nest.close()
        if not nest.opened or nest.opened[-1].level < entry.level:
            start = 1 if entry.number is None else entry.number
            nest.opened.append(_Open(entry.level, entry.ordered, start))
        nest.opened[-1].items.append(list(entry.blocks))
    while nest.opened:
        nest.close()
    return tuple(nest.blocks)
