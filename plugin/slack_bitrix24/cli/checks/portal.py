"""What is asked of a portal: who calls, scopes, plan, whether tags are kept, who the mapped people are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.bitrix24.bot_calls import REVISION
from slack_bitrix24.bitrix24.bots import revision
from slack_bitrix24.cli.checks import cures, online
from slack_bitrix24.cli.checks import machine as checks_machine
from slack_bitrix24.cli.checks.online import Finding
from slack_bitrix24.cli.portal.tags import known_tags
from slack_bitrix24.config import Portal, Settings
from slack_bitrix24.errors import Bitrix24Error, StoreError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.store import Store, new_owner

PATIENCE = 1.0
"""Seconds for which a refused or lost call is repeated: what is tried here is whether it goes at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the questions go by; `directory` is None where no mapping file can be read.

    `tags`: "probe" asks anew whether they are kept (by a notification to its own user), "known" where it is not known,
    "" not at all.
    """

    settings: Settings
    directory: Directory | None
    store: Store | None
    environ: Mapping[str, str]
    tags: str


def portal(portal: Portal, asked: Asked) -> Iterator[Finding]:
    """Ask a portal about itself and the people who are mapped to it."""
    what = f"bitrix24 {portal.name}"
    try:
        auth = sign_in(portal, store=asked.store, owner=new_owner(), environ=asked.environ)
        with Bitrix24(auth=auth, plan=portal.plan, retry_for=PATIENCE) as client:
            health = client.check()
            if health.faults:
                yield Finding(what, "failed", "; ".join(cures.of_health(fault, portal) for fault in health.faults))
                return
            scopes = ", ".join(health.scopes)
            yield Finding(what, "ok", f"{health.name or 'user'} ({health.user_id}); scopes: {scopes}")
            yield _plan(portal, client)
            if asked.settings.uses_bot(portal.name):
                yield _bot(portal, client, health.scopes)
            if portal.kind != "bot" and asked.tags:
                yield _tags(portal, client, asked.store, probe=asked.tags == "probe")
            if asked.directory is not None:
                yield from _mapped(portal, client, asked.directory, bot=asked.settings.uses_bot(portal.name))
    except (Bitrix24Error, StoreError, ValueError) as error:
        cure = cures.of_portal(error, portal)
        proxy = checks_machine.proxy(asked.environ) if cure.endswith("may this machine reach it?") else ""
        yield Finding(what, "failed", f"{error}: {cure}{f' {proxy}' if proxy else ''}")


def _mapped(portal: Portal, client: Bitrix24, directory: Directory, *, bot: bool) -> Iterator[Finding]:
    try:
        yield from online.mapped(client, directory, portal.name, bot=bot)
    except Bitrix24Error as error:
        yield Finding(f"mapping {portal.name}", "warning", f"who is mapped could not be asked: {error}")


def _plan(portal: Portal, client: Bitrix24) -> Finding:
    what = f"bitrix24 {portal.name} plan"
    try:
        answer = client.call("app.info", repeatable=True).result
    except Bitrix24Error as error:
        why = "the portal tells it to applications alone" if portal.webhook_url is not None else str(error)
        return Finding(what, "ok", f"{portal.plan} by the configuration; the portal's own is unknown: {why}")
    family = str(answer.get("LICENSE_FAMILY") or "") if isinstance(answer, Mapping) else ""
    return plan(portal, family)


def plan(portal: Portal, family: str) -> Finding:
    """Compare the plan of the configuration with what the portal shows (`LICENSE_FAMILY` of app.info, such as ent250).

    https://apidocs.bitrix24.com/api-reference/common/system/app-info.html
    """
    what = f"bitrix24 {portal.name} plan"
    shown = "" if not family or family == "selfhosted" else "enterprise" if family.startswith("ent") else "standard"
    if not shown:
        said = f"{portal.plan} by the configuration; the portal's own is unknown"
        return Finding(what, "ok", said + (f" ({family})" if family else ""))
    if shown != portal.plan:
        lost = "requests beyond the portal's limit are refused" if shown == "standard" else "it could send faster"
        said = f'{portal.plan} by the configuration, {shown} at the portal ({family}): {lost}; set plan = "{shown}"'
        return Finding(what, "warning", said)
    return Finding(what, "ok", f"{shown}, by the configuration and at the portal ({family})")


def _bot(portal: Portal, client: Bitrix24, scopes: Sequence[str]) -> Finding:
    """Tell whether the portal is new enough for a bot, and the sign-in may drive one."""
    what = f"bitrix24 {portal.name} bot"
    if "imbot" not in scopes:
        return Finding(what, "failed", f"the scope imbot is missing: a bot needs it; {cures.scope(portal, 'imbot')}")
    try:
        found = revision(lambda call: client.call(call.method, call.params, repeatable=True))
    except Bitrix24Error as error:
        return Finding(what, "failed", str(error))
    if found < REVISION:
        said = f'REST revision {found or "older"}: bots need {REVISION}; stay with kind = "personal"'
        return Finding(what, "failed", said)
    said = f"{portal.bot.name} ({portal.bot.code}), REST revision {found}: sent once, replaced, taken back"
    return Finding(what, "ok", said)


def _tags(portal: Portal, client: Bitrix24, store: Store | None, *, probe: bool) -> Finding:
    what = f"bitrix24 {portal.name} tags"
    try:
        said = known_tags(portal, client, store, probe=probe)
    except Bitrix24Error as error:
        return Finding(what, "warning", f"not found out: {error}")
    return Finding(what, "ok" if said.kept else "warning", said.text)
