"""What a real sender's message says is what a reader sees: drawn, in the push, in the e-mail copy. Not a word is lost.

The sandbox's model of Bitrix24's server and web client says what is seen (Bitrix24 server source, main 26.150,
2026-03).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from real_payloads import needed, payloads
from slack_bitrix24.plain import plain
from slack_bitrix24.render.attach import Composed, compose
from slack_bitrix24.render.guard import restored
from slack_bitrix24.sandbox.portal.attach_source import fits_column, normalised
from slack_bitrix24.sandbox.portal.bots.sending import written
from slack_bitrix24.sandbox.portal.seen import card_words, delivered, drawn, mail, push, stored
from slack_bitrix24.sandbox.portal.seen.push import push_of_message
from slack_bitrix24.slack.messages.event import Changed, Posted, read_event
from slack_bitrix24.slack.messages.payload import Post, read

pytestmark = needed

BACK = ("Open in Slack", "https://slack.example/archives/C1/p1")
CUT = "…"
CODES = re.compile(r"\[/?(?:b|i|u|url|user)(?:=[^\]]*)?\]")


def found(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", restored(text).casefold())


def posts() -> Iterator[tuple[str, Post]]:
    for name, body in payloads():
        yield name, read(body)
        yield f"{name}, its blocks", read({"blocks": body})
        event = read_event(body)
        if isinstance(event, Posted | Changed):
            yield f"{name}, an event", event.post


def missing(said: str, shown: str) -> list[str]:
    together = "".join(found(shown))
    return [word for word in found(said) if word not in together]


def seen(composed: Composed) -> tuple[str, str, str]:
    text = delivered(stored(composed.message))
    full = normalised(json.loads(composed.attach)) if composed.attach else None
    assert full is None or fits_column(full)
    copy = mail(composed.message, composed.message_out, attach=full)
    return f"{drawn(text)}\n{card_words(full)}", push(text), copy.text if copy else ""


def seen_of_bot(composed: Composed) -> tuple[str, str, str]:
    kept = written(composed.message)
    text = delivered(kept, notification=False)
    full = normalised(json.loads(composed.attach)) if composed.attach else None
    assert full is None or fits_column(full)
    copy = mail(kept, attach=full)
    return f"{drawn(text)}\n{card_words(full)}", push_of_message(text, attach=full), copy.text if copy else ""


def beside(composed: Composed) -> str:
    """Return what a reader can press or point at: addresses, and the names of pictures."""
    items = re.findall(r'"(?:LINK|NAME|PREVIEW)":"((?:[^"\\]|\\.)*)"', composed.attach)
    return " ".join((*re.findall(r"url=([^\]]*)", composed.message + composed.attach), *items))


@pytest.mark.parametrize("bot", [False, True])
def test_every_word_is_drawn_pushed_and_mailed(bot: bool) -> None:
    """A bot's card is mailed by its DESCRIPTION, which says the beginning of a long one."""
    lost: dict[str, Any] = {}
    count = 0
    for name, post in posts():
        composed = compose(post.document, link=BACK, bot=bot)
        if not composed.message:
            continue
        count += 1
        everything = plain(post.document)
        in_centre, in_push, in_mail = (seen_of_bot if bot else seen)(composed)
        missed = {
            "drawn": missing(everything, f"{in_centre} {beside(composed)}"),
            "push": missing(CODES.sub("", composed.message).replace("&lt;", "<"), in_push),
            "mail": [] if bot and CUT in in_mail else missing(everything, in_mail),
        }
        if any(missed.values()):
            lost[name] = {where: words[:6] for where, words in missed.items() if words}
    assert lost == {}
    assert count > 600


HOSTILE = (
    "C:\\temp\\", "/metrics down", '$"q$\'', "$&", "<div class=x>hi</div>", "a<b then", "<5% left", "[Disk full] yes",
    "[Code rev]", "$errors[0]", "$time['x']", ":)", "(C)", "&lt;p&gt;", "#BR#", "[like]", "[pch=1]pp[/pch]",
    "#### HEAD",
    ">> cite", "-" * 54, "[url=x]lab[/url]", "[disk=5]", ":f09f9880:", "[*] star", "&nbsp;nb", "[size=40]big[/size]",
    "[put=/x]pt[/put]", "\\\\srv\\share", "[code]cd[/code]", "</script>", "<!-- note", "[center]mid[/center]",
)  # fmt: skip
SAID = frozenset({"text", "title", "value", "pretext", "footer", "fallback"})


def mutated(value: Any, chance: random.Random) -> Any:
    """Return a payload with signs that Bitrix24 might act on, before, behind and within what it says."""
    if isinstance(value, list):
        return [mutated(each, chance) for each in value]
    if not isinstance(value, dict):
        return value
    made = {name: mutated(each, chance) for name, each in value.items()}
    for name in SAID & made.keys():
        if isinstance(said := made[name], str) and said:
            sign = chance.choice(HOSTILE)
            made[name] = chance.choice([f"{sign} {said}", f"{said} {sign}", f"{said}\n{sign}", f"{sign}{said}", sign])
    return made


@pytest.mark.parametrize("bot", [False, True])
def test_no_sign_of_theirs_takes_a_word_away(bot: bool) -> None:
    chance = random.Random(7)  # noqa: S311 - the same payloads each time, no secret
    lost: dict[str, Any] = {}
    for name, body in payloads():
        post = read(mutated(body, chance))
        composed = compose(post.document, link=BACK, bot=bot)
        if not composed.message:
            continue
        said = plain(post.document)
        in_centre, in_push, in_mail = (seen_of_bot if bot else seen)(composed)
        missed = {
            "drawn": missing(said, f"{in_centre} {beside(composed)}"),
            "push": missing(CODES.sub("", composed.message).replace("&lt;", "<"), in_push),
            # An address that stood close to a word stands apart in the mail of a bot: "label (URL: … )".
            "mail": [] if bot and CUT in in_mail else [one for one in missing(said, in_mail) if "http" not in one],
        }
        if any(missed.values()):
            lost[name] = {where: words[:6] for where, words in missed.items() if words}
    assert lost == {}
