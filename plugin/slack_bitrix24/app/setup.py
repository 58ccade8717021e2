"""The configuration's relays, schedules and rights, as the floors below take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from slack_bitrix24 import when
from slack_bitrix24.config import Schedule as Configured
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import ConfigurationError, PhraseError
from slack_bitrix24.listeners.handlers.following import Following
from slack_bitrix24.store import Schedule, Store, Transaction
from slack_bitrix24.submit.permissions import Permissions
from slack_bitrix24.submit.relay import Relay

PREFIX = "config:"


def relays(settings: Settings) -> list[Relay]:
    """Return the relays."""
    return [
        Relay(
            name=relay.name,
            channels=relay.channels,
            kind=relay.from_ if isinstance(relay.from_, str) else "listed",
            senders=() if isinstance(relay.from_, str) else relay.from_,
            match=relay.match,
            unless=relay.unless,
            to=relay.to,
            edits=relay.edits,
            priority=relay.priority,
            sent_as=relay.kind,
        )
        for relay in settings.relays
    ]


def permissions(settings: Settings) -> Permissions:
    """Return who may do what."""
    allowed = settings.permissions
    return Permissions(notify=allowed.notify, broadcast=allowed.broadcast, admin=allowed.admin)


def rule(schedule: Configured, *, zone: str, now: datetime) -> when.Rule:
    """Return the rule of a schedule. Raises PhraseError for words that are no time."""
    if schedule.cron:
        return when.cron(schedule.cron, zone)
    if schedule.at is not None:
        return when.Once(schedule.at)
    return when.parse(schedule.when, now=now, zone=zone)


def schedules(settings: Settings, *, now: float) -> list[Schedule]:
    """Return the schedules for the table. Raises ConfigurationError with every phrase that is no time."""
    name = settings.path.name if settings.path else "slack-bitrix24.toml"
    made, faults = [], []
    for number, one in enumerate(settings.schedules):
        try:
            made.append(_schedule(one, zone=settings.timezone, now=now))
        except (PhraseError, ValueError) as error:
            if isinstance(error, when.RefusalError) and error.code == "past":
                made.append(_over(one, zone=settings.timezone, now=now))
            else:
                faults.append(f"{name}: schedules[{number}].{'cron' if one.cron else 'when'}: {error}")
    if faults:
        raise ConfigurationError(faults)
    return made


def _over(one: Configured, *, zone: str, now: float) -> Schedule:
    """Return a one-off whose time has gone by: it is no fault, the row of the table says whether it was sent."""
    return _row(one, when.Once(datetime.fromtimestamp(now, UTC)), zone=zone, now=now)


def _schedule(one: Configured, *, zone: str, now: float) -> Schedule:
    return _row(one, rule(one, zone=zone, now=datetime.fromtimestamp(now, UTC)), zone=zone, now=now)


def _row(one: Configured, planned: when.Rule, *, zone: str, now: float) -> Schedule:
    moment = datetime.fromtimestamp(now, UTC)
    # A one-off of the configuration that lies back is caught up only if it was waited for: a new row starts from now.
    first = when.next_after(planned, moment)
    return Schedule(
        key=f"{PREFIX}{one.name}",
        kind="schedule",
        owner="",
        title=one.name,
        text=one.text,
        addresses=one.to,
        rule=when.dump(planned),
        zone=zone,
        phrase=one.when or one.cron or str(one.at),
        next_at=first.timestamp() if first else None,
        state="active" if first else "done",
        catch_up=one.catch_up,
        catch_up_within=one.catch_up_within,
        extra={
            "pictures": [{"name": each.name, "url": each.url} for each in one.pictures],
            "files": [{"name": each.name, "url": each.url} for each in one.files],
            "priority": one.priority,
            "kind": one.kind,
        },
    )


def listen(store: Store, relays: Sequence[Relay]) -> None:
    """Note which relays listen to which channels from now on; what was noted before stays."""
    following = Following(store)
    pairs = [(relay.name, following.oldest(channel)) for relay in relays for channel in relay.channels or ("",)]
    store.write(lambda tx: tx.channels.listen(pairs))


def keep(store: Store, made: Sequence[Schedule]) -> None:
    """Bring the table in line with the configuration; what waits goes on waiting for the same time."""

    def write(tx: Transaction) -> None:
        for schedule in made:
            known = tx.schedules.find(schedule.key)
            same = known is not None and (known.phrase, known.zone) == (schedule.phrase, schedule.zone)
            # "tomorrow at 9:00" means the day after it was first read, not after each start.
            tx.schedules.put(replace(schedule, rule=known.rule) if known is not None and same else schedule)
        tx.schedules.remove_missing(PREFIX, [schedule.key for schedule in made])

    store.write(write)
