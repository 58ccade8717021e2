"""Names typed while the people of the workspace are not read yet: kept, and answered when they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from slack_sdk import WebClient

from rig import ANNA, BOB, DEVS
from slack_app import running
from slack_bitrix24.listeners.handlers.asker import Ask, Asker, Refusal
from slack_bitrix24.listeners.handlers.following import Following
from slack_bitrix24.listeners.handlers.home import Home
from slack_bitrix24.listeners.handlers.letters import Letters
from slack_bitrix24.listeners.handlers.notify import Notifier
from slack_bitrix24.listeners.handlers.relays import Relays
from slack_bitrix24.listeners.handlers.reminders import Reminders
from slack_bitrix24.listeners.handlers.status import Statuses
from slack_bitrix24.listeners.worker import Workers
from slack_bitrix24.listeners.workspace import StillReadingError, Workspace
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.store import Submission, open_store
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.permissions import Permissions
from slack_bitrix24.submit.relay import Own
from slack_bitrix24.submit.submitter import Submitter
from waiting import until

DIRECTORY = Directory({ANNA: Recipient("main", 10), BOB: Recipient("main", 12)}, {})


def ask(user: str = ANNA, *, language: str = "en") -> Ask:
    return Ask(user, "C0GENERAL", language, "https://hooks.slack.example/1", f"r{time.monotonic_ns()}")


@dataclass
class Rig:
    workspace: Workspace
    faults: Any
    notifier: Notifier
    reminders: Reminders
    statuses: Statuses
    answers: list[tuple[float, str]] = field(default_factory=list)

    def texts(self) -> list[str]:
        return [text for _, text in self.answers]


@pytest.fixture
def rig(tmp_path, request) -> Iterator[Rig]:
    """Everything between Slack and the outbox that a command passes, with nothing read of the workspace."""
    permissions = getattr(request, "param", Permissions())
    with running() as slack, closing(open_store(f"sqlite:///{tmp_path / 'b.db'}")) as store:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=5)
        workspace = Workspace(client)
        submitter = Submitter(store, lambda: DIRECTORY, lambda: workspace.people, {"main": PortalRules()})
        asker = Asker(submitter.people, submitter.directory, lambda: permissions)
        wake = threading.Event()  # the worker, which comes last, looks by itself too
        notifier = Notifier(submitter, asker, store, "", wake.set)
        reminders = Reminders(store, submitter, asker, "Europe/Minsk", time.time, "/b24", wake.set)
        statuses = Statuses(store, submitter, asker)
        home = Home(client, reminders, statuses, asker, lambda _url, _body: None)
        made = Rig(workspace, slack.faults, notifier, reminders, statuses)
        work = Letters(
            store,
            workspace,
            Relays(list, submitter, store, Own("", "", ""), ""),
            notifier,
            reminders,
            home,
            Following(store),
            lambda _ask, text: made.answers.append((time.monotonic(), text)),
        )
        worker = Workers(store, work, owner="w")
        worker.start()
        try:
            yield made
        finally:
            worker.stop(timeout=5)


def test_a_typed_name_is_kept_and_answered_in_the_askers_language_when_people_are_known(rig):
    began = time.monotonic()
    first = rig.notifier.command(ask(BOB), ["@anna"], "while you were unread")
    assert first == "One moment: asking Slack who is meant by @anna …"
    assert rig.notifier.command(ask(), [f"<@{ANNA}>"], "needs no people") == f"Queued for <@{ANNA}>"
    assert rig.answers == []
    assert rig.workspace.load()
    until(lambda: rig.answers)
    assert rig.texts() == ["В очереди: Anna Petrova"]
    assert rig.answers[0][0] - began >= 0.3  # the acknowledgement, which it replaces, goes before it


def test_people_whom_slack_was_too_busy_to_tell_are_asked_for_again(rig):
    rig.faults.add(Fault("status", method="usergroups.list", status=503))
    assert not rig.workspace.load()
    assert rig.workspace.people.users
    assert rig.notifier.command(ask(), ["@anna"], "a handle is enough") == "Queued for Anna Petrova"
    assert rig.notifier.command(ask(), ["@nosuchperson"], "x").startswith("One moment")
    with pytest.raises(StillReadingError):
        rig.workspace.read("@")
    assert rig.workspace.load()
    until(lambda: rig.answers)
    assert rig.texts() == ["Nobody was notified.\nNobody is called @nosuchperson"]


def test_a_reminder_for_somebody_unread_is_not_kept_and_who_says_why(rig):
    said = "Slack has not told yet who @anna is. Try again in a minute"
    with pytest.raises(Refusal) as refused:
        rig.reminders.keep(ask(), ["@anna"], "tea in 20 minutes")
    assert refused.value.text == f"No reminder was kept.\n{said}"
    assert rig.statuses.who(ask(), ["@anna"]) == said
    rig.workspace.load()
    assert rig.reminders.keep(ask(), ["@anna"], "tea in 20 minutes").startswith("Reminder for Anna Petrova")


@pytest.mark.parametrize("rig", [Permissions(notify=[DEVS])], indirect=True)
def test_a_right_that_comes_with_a_group_of_slacks_waits_for_it(rig):
    assert rig.notifier.command(ask(), ["bitrix24:10"], "x").startswith("One moment")
    rig.workspace.load()
    until(lambda: rig.answers)
    assert rig.texts() == ["Queued for Anna Petrova"]
    with pytest.raises(Refusal):
        rig.notifier.command(ask("U0CAROL03"), ["bitrix24:10"], "x")


def test_a_group_whose_members_changed_is_read_again(rig):
    rig.workspace.load()
    rig.workspace.note({"type": "subteam_members_changed", "subteam_id": DEVS})
    rig.workspace.note({"type": "subteam_members_changed", "subteam_id": "S0NEW"})
    assert rig.workspace.people.groups[DEVS].members is None
    assert rig.notifier.command(ask(), ["@devs"], "x").startswith("One moment")
    until(lambda: rig.answers)
    assert rig.texts()[0].startswith("Queued for Anna Petrova")


@pytest.mark.parametrize(("language", "says"), [("en", "taken by Bob, <!date^"), ("ru", "взял(а) Bob, <!date^")])
def test_status_says_who_took_an_alert(rig, language, says):
    """In the language of whoever asks; Slack shows the hour by their clock."""
    store = rig.statuses.store
    asked = replace(ask(ANNA), language=language)
    note = Notification("k", Recipient("main", 10), "disk", "t|U10", "t", author=ANNA)
    [one] = store.accept(Submission([note]))
    assert says not in rig.statuses.status(asked, one.id)
    store.write(lambda tx: tx.taken.take("t", by="Bob"))
    assert says in rig.statuses.status(asked, one.id)
    assert says in rig.statuses.status(asked, None)
