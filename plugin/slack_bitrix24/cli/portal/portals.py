"""`portal list`, `portal probe`: how the portals are, asked now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from slack_bitrix24.app.portals import own_bot, sign_in, tags_of
from slack_bitrix24.bitrix24 import Answer, Bitrix24, Call
from slack_bitrix24.bitrix24.limits import PLANS
from slack_bitrix24.cli.ending import DONE
from slack_bitrix24.cli.opening import database, portal_named, settings_of
from slack_bitrix24.cli.portal.tags import known_tags
from slack_bitrix24.cli.tables import as_json as print_json
from slack_bitrix24.cli.tables import show
from slack_bitrix24.config import Portal
from slack_bitrix24.errors import Bitrix24Error, StoreError
from slack_bitrix24.store import Store, new_owner

PATIENCE = 1.0
"""Seconds for which a call is repeated: somebody waits at the prompt."""
COLUMNS = ("portal", "sign-in", "user", "scopes", "tags", "limits", "state")


@dataclass(frozen=True, slots=True)
class Row:
    """One portal. `probed_at` is Unix seconds, 0 for never; `state` is "ok", or why it is not."""

    name: str
    sign_in: str
    kind: str
    user_id: int
    user: str
    scopes: tuple[str, ...]
    tags: str
    probed_at: float
    limits: Mapping[str, float]
    state: str


def listed(*, path: Path | None, environ: Mapping[str, str], as_json: bool) -> int:
    """Print the portals. Nothing is sent to anybody."""
    settings = settings_of(path, environ)
    with closing(database(settings)) as store:
        rows = [_row(portal, store=store, environ=environ) for portal in settings.portals.values()]
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        show(COLUMNS, [_cells(row) for row in rows])
    return DONE


def probe(*, path: Path | None, environ: Mapping[str, str], name: str) -> int:
    """Ask the portal whether it keeps tags, and print it."""
    settings = settings_of(path, environ)
    portal = settings.portals[portal_named(settings, name)]
    with closing(database(settings)) as store:
        print(probed(portal, store=store, environ=environ))  # noqa: T201 – what the command prints
    return DONE


def bot(*, path: Path | None, environ: Mapping[str, str], name: str) -> int:
    """Register the portal's bot, unless it is there, and print it. Nothing is ever unregistered."""
    settings = settings_of(path, environ)
    portal = settings.portals[portal_named(settings, name)]
    with closing(database(settings)) as store, opened(portal, store=store, environ=environ) as client:
        known = store.read(lambda tx: tx.bots.get(name))
        made = own_bot(portal, store, environ).registered(partial(_asked, client))
        word = "is there" if known and known.bot_id == made.id else "was registered"
        print(f"{name}: the bot {portal.bot.name} ({portal.bot.code}) {word}: user {made.id}")  # noqa: T201 – output
        if not settings.uses_bot(name):
            print(f'{name}: nothing is sent through it: set kind = "bot" in [portals.{name}], or for a flow')  # noqa: T201 – output
    return DONE


def _asked(client: Bitrix24, call: Call) -> Answer:
    return client.call(call.method, call.params, repeatable=True)


def probed(portal: Portal, *, store: Store, environ: Mapping[str, str]) -> str:
    """Return what a probe found, in words. Raise Bitrix24Error, StoreError."""
    with opened(portal, store=store, environ=environ) as client:
        return f"{portal.name}: {known_tags(portal, client, store, probe=True).text}"


def opened(portal: Portal, *, store: Store, environ: Mapping[str, str]) -> Bitrix24:
    """Return the portal's client."""
    auth = sign_in(portal, store=store, owner=new_owner(), environ=environ)
    return Bitrix24(auth=auth, plan=portal.plan, retry_for=PATIENCE)


def _row(portal: Portal, *, store: Store, environ: Mapping[str, str]) -> Row:
    capacity, rate = PLANS[portal.plan]
    known = tags_of(portal, store).known()
    user_id, user, scopes = 0, "", tuple[str, ...]()
    try:
        with opened(portal, store=store, environ=environ) as client:
            health = client.check()
        user_id, user, scopes = health.user_id, health.name, health.scopes
        state = "; ".join(health.faults) or "ok"
    except (Bitrix24Error, StoreError, ValueError) as error:
        state = str(error)
    lane = store.read(lambda tx: tx.lanes.state(portal.name))
    if lane is not None and lane.stopped is not None:
        state = f"stopped: {lane.stopped.reason}"
    return Row(
        name=portal.name,
        sign_in="webhook" if portal.webhook_url is not None else "application",
        kind=portal.kind,
        user_id=user_id,
        user=user,
        scopes=scopes,
        tags=known.tags if known else "not asked yet",
        probed_at=known.probed_at if known else 0.0,
        limits={"requests": capacity, "per_second": rate, "operating_seconds": portal.operating_limit},
        state=state,
    )


def _cells(row: Row) -> list[str]:
    user = f"{row.user} ({row.user_id})" if row.user_id else ""
    limits = "{requests:g}, {per_second:g}/s, {operating_seconds:g} s".format(**row.limits)
    return [row.name, row.sign_in, user, " ".join(row.scopes), row.tags, limits, row.state]
