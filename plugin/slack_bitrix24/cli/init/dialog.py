"""The questions, asked one after the other in the terminal; each answer is tried before the next question."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

import typer

from slack_bitrix24.cli import manifest
from slack_bitrix24.cli.ending import one_line
from slack_bitrix24.cli.init import trial
from slack_bitrix24.cli.init.answers import Answers
from slack_bitrix24.config import checks
from slack_bitrix24.config.section import Expected, Refused
from slack_bitrix24.config.urls import domain, webhook_url
from slack_bitrix24.config.ways_in import app_token, bot_token
from slack_bitrix24.errors import SlackBitrix24Error

T = TypeVar("T")
Kept = Callable[[Answers], None]
"""Called with the answers after each question, so that a stopped set-up goes on there."""


class Wrong(Exception):  # noqa: N818 - it reads as a sentence where it is raised
    """An answer can't be used; the text says why, and the question comes again."""


def ask(answers: Answers, kept: Kept) -> Answers:
    """Ask whatever is not answered yet; return all answers. typer.Abort: the terminal was closed, or Ctrl-C came."""
    so_far = answers
    for question in (_slack_app, _app_token, _sign_in, _me, _my_user, _channels, _people, _notify):
        for answered in question(so_far):
            kept(answered)
            so_far = answered
    return so_far


def _say(text: str = "") -> None:
    typer.echo(text)


def _asked(text: str, take: Callable[[str], T], *, default: str = "", hidden: bool = False) -> T:
    """Ask until the answer can be used."""
    while True:
        typed = typer.prompt(text, default=default, hide_input=hidden, show_default=bool(default)).strip()
        try:
            return take(typed)
        except (Wrong, Expected, Refused, SlackBitrix24Error, ValueError) as reason:
            words = f"expected {reason}" if isinstance(reason, Expected) else str(reason)
            _say(f"  {one_line(words)}")


def _slack_app(answers: Answers) -> Iterator[Answers]:
    if answers.slack_bot_token:
        return
    compact = json.dumps(json.loads(manifest.text()), separators=(",", ":"))
    _say("Slack. Open this address, choose your workspace and create the app; then Install to Workspace:")
    _say(f"  https://api.slack.com/apps?new_app=1&manifest_json={quote(compact)}")
    _say("The token is under OAuth & Permissions; what you paste is not shown.")

    def take(text: str) -> Answers:
        tried = replace(answers, slack_bot_token=bot_token(text))
        _say(f"  ok: {trial.Workspace(tried).identity()}")
        return tried

    yield _asked("Bot User OAuth Token (xoxb-…)", take, hidden=True)


def _app_token(answers: Answers) -> Iterator[Answers]:
    if answers.slack_app_token:
        return
    _say("Under Basic Information → App-Level Tokens generate one with the scope connections:write.")

    def take(text: str) -> Answers:
        token = app_token(text)
        trial.Workspace(answers).opens(token)
        _say("  ok: it opens connections")
        return replace(answers, slack_app_token=token)

    yield _asked("App-Level Token (xapp-…)", take, hidden=True)


def _sign_in(answers: Answers) -> Iterator[Answers]:
    if answers.webhook_url or answers.client_secret:
        return
    _say("Bitrix24. Two ways to sign in:")
    _say("  webhook      made in a minute; a notification that was sent can't be replaced or taken back there")
    _say('               (a bot\'s message can: scope imbot, and kind = "bot" in the file afterwards)')
    _say("  application  takes an administrator; an all-clear replaces its alert (slack-bitrix24 portal connect)")
    if _asked("Which", _way, default="webhook") == "application":
        yield from _application(answers)
        return
    _say("In Bitrix24: Developer resources → Other → Inbound webhook;")
    _say("scopes im, user_basic, imbot for a bot, disk for files.")

    def take(text: str) -> Answers:
        url = webhook_url(text)
        found = trial.webhook(url)
        if found.faults:
            raise Wrong("; ".join(found.faults))
        _say(f"  ok: notifications come from {one_line(found.name)}; scopes: {', '.join(found.scopes)}")
        return replace(answers, webhook_url=url)

    yield _asked("Address of the webhook (not shown)", take, hidden=True)


def _application(answers: Answers) -> Iterator[Answers]:
    _say("In Bitrix24: Developer resources → Other → Local application, type Server; scopes im, user_basic, disk.")
    portal = _asked("The portal's domain (acme.bitrix24.ru)", domain)
    client_id = _asked("Application ID (client_id)", checks.credential)
    secret = _asked("Application key (client_secret, not shown)", checks.credential, hidden=True)
    yield replace(answers, domain=portal, client_id=client_id, client_secret=secret)


def _way(text: str) -> str:
    if text not in ("webhook", "application"):
        raise Wrong("expected webhook or application")
    return text


def _me(answers: Answers) -> Iterator[Answers]:
    if answers.me:
        return
    people = trial.Workspace(answers).people()

    def take(text: str) -> Answers:
        person = trial.find(people, text)
        if person is None:
            raise Wrong("nobody in Slack, or more than one, is called that")
        _say(f"  ok: {one_line(person.name)}, who hears of trouble and may see all notifications")
        return replace(answers, me=person.id)

    yield _asked("You in Slack (handle, e-mail or member id)", take)


def _my_user(answers: Answers) -> Iterator[Answers]:
    if answers.my_user_id or not answers.webhook_url:
        return
    person = trial.find(trial.Workspace(answers).people(), answers.me)
    guess = trial.user_id_of(answers.webhook_url, person.email if person else "")
    guess = guess or trial.webhook(answers.webhook_url).user_id

    def take(text: str) -> Answers:
        if not text.isdecimal() or int(text) < 1:
            raise Wrong("expected a number: it stands in the address of your page in Bitrix24")
        return replace(answers, my_user_id=int(text))

    yield _asked("Your Bitrix24 user id", take, default=str(guess) if guess else "")


def _channels(answers: Answers) -> Iterator[Answers]:
    if answers.channels is not None:
        return
    channels = trial.Workspace(answers).channels()
    inside = sorted(name for name, is_member in channels.values() if is_member)
    _say(f"Alerts from Slack channels. The app is in: {', '.join(inside) or 'none yet; /invite it where you want it'}")

    def take(text: str) -> Answers:
        chosen = trial.named(channels, text.replace(",", " ").split())
        return replace(answers, channels=tuple(chosen))

    answers = _asked("Relay from which channels (names, or nothing)", take)
    yield answers
    if answers.channels:

        def whom(text: str) -> Answers:
            if not text:
                raise Wrong("expected @group, mentioned, a member id, or bitrix24:ID")
            return replace(answers, to=tuple(text.replace(",", " ").split()))

        yield _asked("To whom (@group, mentioned, U…, bitrix24:ID)", whom, default="@oncall")


def _people(answers: Answers) -> Iterator[Answers]:
    if answers.people is None:
        wanted = typer.confirm("Match everybody in Slack and Bitrix24 by e-mail into mapping.yaml?", default=True)
        yield replace(answers, people=wanted)


def _notify(answers: Answers) -> Iterator[Answers]:
    if answers.notify is None:
        yield replace(answers, notify=typer.confirm("Send you a first notification at the end?", default=True))
