"""`init`: ask or read the answers, try them, write the files, check them, and send the first notification."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from slack_bitrix24.cli.checks import check
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail, one_line
from slack_bitrix24.cli.init import answers as kept
from slack_bitrix24.cli.init import dialog, files, trial
from slack_bitrix24.cli.init.answers import Answers
from slack_bitrix24.cli.options import Wanted
from slack_bitrix24.cli.people import syncing
from slack_bitrix24.cli.send import people as send_to
from slack_bitrix24.cli.slack_answers import SlackError
from slack_bitrix24.config import FILE_NAME
from slack_bitrix24.errors import Bitrix24Error, SlackBitrix24Error

FIRST = "slack-bitrix24 is set up: what is sent from Slack arrives *here*."


def init(*, path: Path | None, environ: Mapping[str, str], source: Path | None) -> int:
    """Set up; return the exit status. Stopped in the middle, the next call goes on there."""
    target = (path or Path(FILE_NAME)).absolute()
    if target.exists():
        raise UsageFaultError(f"init: {target} is there already; `slack-bitrix24 check` looks at it")
    if not target.parent.is_dir():
        raise UsageFaultError(f"init: there is no folder {target.parent}")
    if source is None and not sys.stdin.isatty():
        raise UsageFaultError("init: nobody can answer here: give --answers FILE, or run it in a terminal")
    answers = kept.read(source, environ) if source else _asked(target.parent, environ)
    found = _tried(answers)
    _write(target, answers, found)
    kept.forget(target.parent)
    return _shown(target, answers, found, environ=environ)


def _asked(folder: Path, environ: Mapping[str, str]) -> Answers:
    answers = kept.resume(folder)
    if answers != Answers():
        print("Going on where it was stopped.")  # noqa: T201 – what a command prints
    # Another base than Slack's own is for sandboxes and GovSlack: nobody is asked for it.
    answers = replace(answers, slack_api_url=answers.slack_api_url or environ.get("SLACK_API_URL", ""))
    return dialog.ask(answers, lambda so_far: kept.keep(folder, so_far))


def _tried(answers: Answers) -> files.Found:
    """Try every answer, also those of a file. Raises SlackError and Bitrix24Error."""
    workspace = trial.Workspace(answers)
    workspace.identity()
    workspace.opens(answers.slack_app_token)
    me = trial.find(workspace.people(), answers.me)
    if me is None:
        raise SlackError(f"me: nobody in Slack, or more than one, is called {answers.me}")
    channels = trial.named(workspace.channels(), answers.channels) if answers.channels else {}
    user_id = answers.my_user_id
    if answers.webhook_url:
        if faults := trial.webhook(answers.webhook_url).faults:
            raise Bitrix24Error("; ".join(faults))
        user_id = user_id or trial.user_id_of(answers.webhook_url, me.email)
    return files.Found(me.id, one_line(me.name), user_id, channels)


def _write(target: Path, answers: Answers, found: files.Found) -> None:
    """Write all files, the configuration last: where it stands, the others do."""
    folder = target.parent / files.SECRETS
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, value in files.secrets(answers).items():
        _put(folder / name, f"{value}\n", mode=0o600)
    people = target.parent / "mapping.yaml"
    if not people.exists():
        _put(people, files.mapping(answers, found), mode=0o644)
    _put(target, files.configuration(answers, found), mode=0o644)


def _put(file: Path, text: str, *, mode: int) -> None:
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def _shown(target: Path, answers: Answers, found: files.Found, *, environ: Mapping[str, str]) -> int:
    print(f"Written: {target}, mapping.yaml, {files.SECRETS}/ (for your eyes only)")  # noqa: T201 – its output
    if not answers.webhook_url:
        print("Next: slack-bitrix24 portal connect main, then slack-bitrix24 check")  # noqa: T201 – the same
        return DONE
    if answers.people:
        _match(target, environ)
    status = check.check(path=target, environ=environ, as_json=False)
    if status != DONE:
        return FAILED
    if answers.notify:
        whom = found.me if found.my_user_id else f"bitrix24:{trial.webhook(answers.webhook_url).user_id}"
        return send_to.send(path=target, environ=environ, wanted=Wanted(text=FIRST), to=(whom,), wait=30.0)
    return DONE


def _match(target: Path, environ: Mapping[str, str]) -> None:
    """Match people by e-mail. That a scope is missing for it must not undo a set-up that works without."""
    try:
        syncing.sync(path=target, environ=environ, portal="", write=True, as_json=False)
    except SlackBitrix24Error as error:
        fail(f"warning: people were not matched: {error}")
