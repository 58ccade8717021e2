"""What was written is what is read of a bot's message: drawn, pushed and mailed, alone and in a batch.

A bot's message has no copy of its own for the mail, and its push shows the ATTACH's DESCRIPTION. Bitrix24 server
source, main 26.250 (2026-04).
"""

from __future__ import annotations

import pytest

from client.test_written import EACH, PLACES
from slack_bitrix24.bitrix24 import message_key
from slack_bitrix24.bitrix24.bot_calls import send
from slack_bitrix24.document import Document, Paragraph, Quote, Text
from slack_bitrix24.errors import Bitrix24Error
from slack_bitrix24.render.attach import compose
from slack_bitrix24.render.guard import restored
from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.portal.people import USERS
from slack_bitrix24.sandbox.server import Server

OWN = {
    "commands": ["/ack 1 2", "  /start now", "/var/log/x is full", "/help", "a\n/reboot db-3"],
    "files": ["[disk=5]", "[DISK=n5] is full", "[disk=5]x[/disk]"],
    "mail": ["a<b and [Table of x] c", "<script>alert(1)</script> tail", "[*] one", "[center]x", "x <", "[quote] said"],
    "quotes": [">> quoted", "a\n>>b\nc", ">>"],
}
TEXTS = [*EACH, *((kind, text) for kind, texts in OWN.items() for text in texts)]
QUOTED = {"a quote": lambda text: Document((Quote((Paragraph((Text(text),)),)), Paragraph((Text("last"),))))}


@pytest.fixture(scope="module", params=["source", "docs"])
def portal(request):
    made = Portal(people=[one for one in USERS if one.active and one.kind != "bot"], rules=request.param, plan="off")
    with Server(app(made)) as running:
        made.url = made.webhook_url(running.url)
        yield made


def flat(text: str) -> str:
    return " ".join(restored(text).split())


def lost(portal, sent, texts):
    """Return which texts are not read, and where: `sent` is what was composed of each."""
    [chat] = portal.chats(10)
    assert len(chat["messages"]) == len(texts)
    for (_, text), one, made in zip(texts, chat["messages"], sent, strict=True):
        wanted = flat(text.replace("\n", " │ ") if "│" in made.message else text)
        if wanted not in flat(f"{one['drawn']}\n{one['card']}"):
            yield "drawn", text, f"{one['drawn']}\n{one['card']}"
        for way, said in (("push", one["push"]), ("mail", one["mail"]["text"])):
            # In a DESCRIPTION a blank keeps the mail from ending at a "<".
            if wanted.replace(" ", "") not in flat(said).replace(" ", ""):
                yield way, text, said


@pytest.mark.parametrize("place", [*PLACES, *QUOTED])
@pytest.mark.parametrize("together", [True, False])
def test_it_is_read_as_it_was_written(portal, connect, place, together):
    portal.reset()
    bitrix24 = connect(portal.url)
    bot = bitrix24.bot("bridge", token="t0ken-0f-the-b0t", name="Bridge").bot
    texts = TEXTS if together else TEXTS[::4]
    composed = [compose((PLACES | QUOTED)[place](text), bot=True) for _, text in texts]
    calls = {
        f"m{number}": send(bot, 10, one.message, key=message_key(str(number)), attach=one.attach)
        for number, one in enumerate(composed)
    }
    if together:
        keys = list(calls)
        for part in (keys[:50], keys[50:]):  # two requests at once would come in either order
            answers = bitrix24.batch({key: calls[key] for key in part})
            assert [one for one in answers.values() if isinstance(one, Bitrix24Error)] == []
    else:
        for call in calls.values():
            bitrix24.call(call.method, call.params)
    assert list(lost(portal, composed, texts)) == []
