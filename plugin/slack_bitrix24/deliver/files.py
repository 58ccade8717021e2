"""The files of a bot's message: brought into the dialog after the text, each once, and taken away with it.

No I/O but by `ask` and `read`. An upload that was repeated would be there twice, so what is there is looked for first,
by the mark below each file: the notification's number and the file's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from slack_bitrix24.bitrix24 import bot_calls, bot_files
from slack_bitrix24.bitrix24.bot_calls import Bot, message_key
from slack_bitrix24.bitrix24.bots import GONE
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.document import File, Paragraph, Text
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Attached, Notification, Stored
from slack_bitrix24.render.bbcode import render

Ask = Callable[[Call], Answer]


class NoFileError(Exception):
    """There is nothing that could be uploaded; the text says why."""


Read = Callable[[Attached], bytes]
"""Returns a file's bytes, or raises NoFileError; StoreError where the database can't be read now."""


def nothing(_: Attached) -> bytes:
    """Be the reader of a process that has none."""
    raise NoFileError("the file is not kept here")


def mark(one: Stored, number: int) -> str:
    """Return what stands below a file: the notification, as `outbox show` takes it, and which of its files."""
    return f"№ {one.id}/{number}"


def bring(one: Stored, bot: Bot, *, after: int, key: str, read: Read, ask: Ask) -> Bitrix24Error | None:
    """Bring those files into the dialog that are not there yet, behind the message `after`.

    Return the refusal of one that no repetition would bring in; raise `Bitrix24Error` where it is to be tried again.
    What can't be read is named, with its address, in a message of its own.
    """
    wanted = one.notification.files
    if not wanted:
        return None
    user, refused = one.notification.recipient.user_id, None
    there = bot_files.marked(ask, bot, user, after=after)
    for number, file in enumerate(wanted, 1):
        said = mark(one, number)
        if said in there:
            continue
        try:
            ask(bot_files.upload(bot, user, read(file), name=file.name, said=said))
        except NoFileError as error:
            ask(bot_calls.send(bot, user, f"{_named(file, str(error))}\n{said}", key=message_key(key, said)))
        except Bitrix24Error as error:
            if error.code.upper() not in bot_files.REFUSED:
                raise
            refused = refused or _refusal(file, error)
    return refused


def remove(one: Stored, bot: Bot, *, ask: Ask) -> None:
    """Take the files of what went out before away, so far as they are found. Raise `Bitrix24Error`."""
    wanted = one.notification.files
    if not wanted:
        return
    user = one.notification.recipient.user_id
    there = bot_files.marked(ask, bot, user, after=one.bitrix24_id or 0)
    for number in range(1, len(wanted) + 1):
        if found := there.get(mark(one, number)):
            gone(bot, found, ask=ask)


def gone(bot: Bot, number: int, *, ask: Ask) -> None:
    """Take a message away that may be gone already. Raise `Bitrix24Error`."""
    try:
        ask(bot_calls.delete(bot, number))
    except Bitrix24Error as error:
        if error.code.upper() not in GONE:
            raise


def linked(note: Notification) -> Notification:
    """Return it for whom a bot does not reach: its files as links, those that have no address named."""
    lines = [_named(file, "a bot's files reach employees alone") for file in note.files]
    return replace(note, message="\n".join(filter(None, (note.message, *lines))), files=())


def _named(file: Attached, reason: str) -> str:
    if file.url:
        return render((File(file.name, file.url),))
    return render((Paragraph((Text(f"[{file.name}: {reason}]"),)),))


def _refusal(file: Attached, error: Bitrix24Error) -> Bitrix24Error:
    said = f"its text arrived, and Bitrix24 refused the file {file.name}: {error.description}"
    return error.but(said, verdict=Verdict.DEAD)
