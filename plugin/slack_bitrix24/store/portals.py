"""What was found out of each portal, and whether an installation is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import PORTALS
from slack_bitrix24.store.work import Work

Tags = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether a portal keeps tags, asked at that time (Unix seconds) with this sign-in; `reason` of an unknown."""

    portal: str
    tags: Tags
    probed_at: float
    sign_in: str
    reason: str = ""


class Portals:
    """The portals inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def probed(self, portal: str) -> Probed | None:
        """Return what the last probe found; None where there was none."""
        return next((one for one in self.all_probed() if one.portal == portal), None)

    def all_probed(self) -> list[Probed]:
        """Return what is known of each portal that was ever asked."""
        rows = self._work.connection.execute(sa.select(PORTALS).where(PORTALS.c.tags != "").order_by(PORTALS.c.portal))
        return [Probed(row.portal, row.tags, row.probed_at, row.sign_in, row.reason) for row in rows]

    def keep(self, found: Probed) -> None:
        """Keep what a probe found, in place of what was known."""
        self._change(
            found.portal,
            tags=found.tags,
            probed_at=found.probed_at,
            sign_in=found.sign_in,
            reason=clean(found.reason),
        )

    def expect(self, portal: str, path: str, *, until: float) -> None:
        """Wait for an installation at the path of this digest until then (Unix seconds); one path at a time."""
        self._change(portal, install_path=path, install_until=until)

    def expects(self, portal: str, path: str) -> bool:
        """Tell whether an installation is taken now at the path of this digest."""
        query = sa.select(PORTALS.c.install_path).where(
            PORTALS.c.portal == portal, PORTALS.c.install_until > self._work.now
        )
        waiting = self._work.connection.execute(query).scalar()
        return bool(path) and waiting == path

    def installed(self, portal: str) -> None:
        """Note that an installation was taken: the path has served."""
        self._change(portal, install_path="", install_until=0.0, installed_at=self._work.now)

    def installed_at(self, portal: str) -> float:
        """Return when the last installation was taken, 0 for never."""
        query = sa.select(PORTALS.c.installed_at).where(PORTALS.c.portal == portal)
        return float(self._work.connection.execute(query).scalar() or 0.0)

    def close(self, portal: str, path: str) -> None:
        """Wait no longer at the path of this digest; another one that was opened since stays open."""
        change = sa.update(PORTALS).where(PORTALS.c.portal == portal, PORTALS.c.install_path == path)
        self._work.connection.execute(change.values(install_path="", install_until=0.0))

    def _change(self, portal: str, **values: object) -> None:
        statement = self._work.insert(PORTALS).values(portal=portal, **values)
        self._work.connection.execute(statement.on_conflict_do_update(index_elements=[PORTALS.c.portal], set_=values))
