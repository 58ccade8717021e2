"""Slash commands and what they ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.slack.command import Cancel, Form, Help, Notify, Remind, Reminders, Status, Unclear, Who, parse

INTENTS = {
    "": Form(),
    " \n ": Form(),
    "@anna": Form(("@anna",)),
    "  @anna, @bob  ": Form(("@anna", "@bob")),
    "@anna:": Form(("@anna",)),
    "<@U1|anna>": Form(("<@U1|anna>",)),
    "@anna hi": Notify(("@anna",), "hi"),
    "@anna: hi": Notify(("@anna",), "hi"),
    "@anna, hi": Notify(("@anna",), "hi"),
    "@anna :fire: hi": Notify(("@anna",), ":fire: hi"),
    "<@U1>:fire: hi": Notify(("<@U1>",), ":fire: hi"),
    "<@U1>: hi": Notify(("<@U1>",), "hi"),
    "<@U1|anna>, <@U2> *hi*\n\n  there  ": Notify(("<@U1|anna>", "<@U2>"), "*hi*\n\n  there  "),
    "<@U1><@W2> hi": Notify(("<@U1>", "<@W2>"), "hi"),
    "@anna,@bob , @carl ,, hi": Notify(("@anna", "@bob", "@carl"), "hi"),
    "@anna\nhi": Notify(("@anna",), "hi"),
    "@anna.petrova hi": Notify(("@anna.petrova",), "hi"),
    "@Анна привет": Notify(("@Анна",), "привет"),
    "<!subteam^S0614TZR7|@devs> deploy": Notify(("<!subteam^S0614TZR7|@devs>",), "deploy"),
    "<!here> lunch": Notify(("<!here>",), "lunch"),
    "<!channel|channel> lunch": Notify(("<!channel|channel>",), "lunch"),
    "<#C0ALERTS|alerts> hi": Notify(("<#C0ALERTS|alerts>",), "hi"),
    "<#C987654321|> hi": Notify(("<#C987654321|>",), "hi"),
    "here: lunch": Notify(("here",), "lunch"),
    "channel lunch": Notify(("channel",), "lunch"),
    "me text": Notify(("me",), "text"),
    "Я опоздаю": Notify(("Я",), "опоздаю"),
    "bitrix24:10 bitrix24:acme/7 hi": Notify(("bitrix24:10", "bitrix24:acme/7"), "hi"),
    "U024BE7LH S0614TZR7 C0ALERTS hi": Notify(("U024BE7LH", "S0614TZR7", "C0ALERTS"), "hi"),
    "UBUM2G3HB hi": Notify(("UBUM2G3HB",), "hi"),
    # After a comma only what is marked is an address …
    "@anna, я опоздаю на 10 минут": Notify(("@anna",), "я опоздаю на 10 минут"),
    "@anna, here is the report": Notify(("@anna",), "here is the report"),
    "@anna, мне нужен отчёт": Notify(("@anna",), "мне нужен отчёт"),
    "@anna, me too": Notify(("@anna",), "me too"),
    "@anna, here hi": Notify(("@anna",), "here hi"),
    "@anna, channel 5 is down": Notify(("@anna",), "channel 5 is down"),
    "@anna,\nя опоздаю": Notify(("@anna",), "я опоздаю"),
    "@anna, C4TEST123 is the code": Notify(("@anna",), "C4TEST123 is the code"),
    "@anna, U024BE7LH is my id": Notify(("@anna",), "U024BE7LH is my id"),
    "<@U1|anna>, channel is empty": Notify(("<@U1|anna>",), "channel is empty"),
    "@anna, here: the plan": Notify(("@anna",), "here: the plan"),
    "remind @anna, me too at 9": Remind(("@anna",), "me too at 9"),
    "напомни @anna, мне нужен отчёт завтра": Remind(("@anna",), "мне нужен отчёт завтра"),
    # … and "me", "here" and "channel", where nothing but addresses follows.
    "@anna, me, @bob hi": Notify(("@anna", "me", "@bob"), "hi"),
    "@anna, me @bob hi": Notify(("@anna", "me", "@bob"), "hi"),
    "@anna, me, <@U1> hi": Notify(("@anna", "me", "<@U1>"), "hi"),
    "@anna, me": Form(("@anna", "me")),
    "@anna, here, me, hi": Notify(("@anna", "here", "me"), "hi"),
    "@anna, <!here> hi": Notify(("@anna", "<!here>"), "hi"),
    "@anna, @here hi": Notify(("@anna", "@here"), "hi"),
    "@anna, bitrix24:10 hi": Notify(("@anna", "bitrix24:10"), "hi"),
    # A mention that touches a word is one of its words.
    "@anna <@U1|bob>'s laptop": Notify(("@anna",), "<@U1|bob>'s laptop"),
    "@anna <@U1|bob>’s laptop": Notify(("@anna",), "<@U1|bob>’s laptop"),
    "@anna <@U1>у передай": Notify(("@anna",), "<@U1>у передай"),
    "@anna, <@U1>s and <@U2>s": Notify(("@anna",), "<@U1>s and <@U2>s"),
    "@anna <#C0ALERTS|alerts>-like": Notify(("@anna",), "<#C0ALERTS|alerts>-like"),
    "@anna @bob's laptop": Notify(("@anna",), "@bob's laptop"),
    "@anna @o'brien hi": Notify(("@anna", "@o'brien"), "hi"),
    "<@U1>hi": Unclear("nobody", word="<@U1>hi"),
    "<@U1>! hi": Notify(("<@U1>",), "! hi"),
    # "and" joins two that are marked.
    "@anna and @bob text": Notify(("@anna", "@bob"), "text"),
    "@anna и @bob текст": Notify(("@anna", "@bob"), "текст"),
    "@anna, @bob and <@U1> text": Notify(("@anna", "@bob", "<@U1>"), "text"),
    "@anna &amp; @bob text": Notify(("@anna", "@bob"), "text"),
    "@anna, и @bob": Form(("@anna", "@bob")),
    "@anna and me too": Notify(("@anna",), "and me too"),
    "@anna and U024BE7LH": Notify(("@anna",), "and U024BE7LH"),
    "@anna AND <@U1|bob>: hi": Notify(("@anna", "<@U1|bob>"), "hi"),
    "remind @anna and @bob stand-up at 9": Remind(("@anna", "@bob"), "stand-up at 9"),
    # A full name that Slack knows.
    "@First Last hello": Notify(("@First Last",), "hello"),
    "@first  last: hello": Notify(("@first last",), "hello"),
    "@First Last": Form(("@First Last",)),
    "@First Least hello": Notify(("@First",), "Least hello"),
    "@Anna Maria von Berg, @bob hi": Notify(("@Anna Maria von Berg", "@bob"), "hi"),
    "@anna and @First Last text": Notify(("@anna", "@First Last"), "text"),
    "@First\nLast hello": Notify(("@First",), "Last hello"),
    "remind @First Last tomorrow report": Remind(("@First Last",), "tomorrow report"),
    # A bare id counts only where it is known.
    "remind WINDOWS11 update tomorrow at 9": Remind(("me",), "WINDOWS11 update tomorrow at 9"),
    "remind COVID19 test tomorrow": Remind(("me",), "COVID19 test tomorrow"),
    "remind SERVER01 restart at 9": Remind(("me",), "SERVER01 restart at 9"),
    "@anna UTF8MB4 everywhere": Notify(("@anna",), "UTF8MB4 everywhere"),
    "@anna GPT4TURBO, CENTOS7": Notify(("@anna",), "GPT4TURBO, CENTOS7"),
    "CENTOS7 is old": Unclear("nobody", word="CENTOS7"),
    "who WINDOWS11": Unclear("address", word="WINDOWS11", verb="who"),
    "<@U0NOBODY1> hi": Notify(("<@U0NOBODY1>",), "hi"),
    # What begins the text stays in it.
    "@anna status": Notify(("@anna",), "status"),
    "@anna remind me": Notify(("@anna",), "remind me"),
    "@anna me too": Notify(("@anna",), "me too"),
    "@anna here is the report": Notify(("@anna",), "here is the report"),
    "@anna CRITICAL disk full": Notify(("@anna",), "CRITICAL disk full"),
    "@anna SERVER01 is down": Notify(("@anna",), "SERVER01 is down"),
    "@anna bob@example.com wrote": Notify(("@anna",), "bob@example.com wrote"),
    "@anna <mailto:b@c.de|b@c.de> wrote": Notify(("@anna",), "<mailto:b@c.de|b@c.de> wrote"),
    "@anna ping @here later": Notify(("@anna",), "ping @here later"),
    "@anna @here later": Notify(("@anna", "@here"), "later"),
    "@anna payload=1&amp;x=2": Notify(("@anna",), "payload=1&amp;x=2"),
    "remind me to stretch in 10 seconds": Remind(("me",), "to stretch in 10 seconds"),
    "remind @anna @bob text at 9": Remind(("@anna", "@bob"), "text at 9"),
    "REMIND <@U1> text\nat 9": Remind(("<@U1>",), "text\nat 9"),
    "remind stretch in 10 seconds": Remind(("me",), "stretch in 10 seconds"),
    "напомни мне позвонить завтра": Remind(("мне",), "позвонить завтра"),
    "Напомни @anna позвонить": Remind(("@anna",), "позвонить"),
    "remind": Form(remind=True),
    "remind @anna": Form(("@anna",), remind=True),
    "reminders": Reminders(),
    "Напоминания": Reminders(),
    "cancel 5": Cancel(5),
    "cancel #5": Cancel(5),
    "отмени №5": Cancel(5),
    "cancel": Unclear("id", verb="cancel"),
    "cancel it": Unclear("id", word="it", verb="cancel"),
    "status": Status(),
    "status ": Status(),
    "status 17": Status(17),
    "статус 17": Status(17),
    "status of it": Unclear("id", word="of it", verb="status"),
    "who": Who(),
    "who @anna <@U1>?": Who(("@anna", "<@U1>")),
    "кто я": Who(("я",)),
    # what people say around the verb and the names
    "who is @anna": Who(("@anna",)),
    "who is @anna?": Who(("@anna",)),
    "кто такая @anna": Who(("@anna",)),
    "help!": Help(),
    "Помощь?": Help(),
    "отмени 17.": Cancel(17),
    "status: 17": Status(17),
    "remind: tea tomorrow": Remind(("me",), "tea tomorrow"),
    "напомни, что завтра отчёт": Remind(("me",), "что завтра отчёт"),
    "напомни себе про чай завтра": Remind(("себе",), "про чай завтра"),
    "remind @anna and me to call tomorrow": Remind(("@anna", "me"), "to call tomorrow"),
    "remind @anna, @bob and me tea at 6": Remind(("@anna", "@bob", "me"), "tea at 6"),
    "напомни @anna и мне про отчёт завтра": Remind(("@anna", "мне"), "про отчёт завтра"),
    "remind @anna and here we go tomorrow": Remind(("@anna",), "and here we go tomorrow"),
    "@anna and me": Form(("@anna", "me")),
    "@anna and me, @bob hi": Notify(("@anna", "me", "@bob"), "hi"),
    "@anna и мне нужен отчёт": Notify(("@anna",), "и мне нужен отчёт"),
    "help": Help(),
    "?": Help(),
    "помощь как": Help(),
    "hello": Unclear("nobody", word="hello"),
    "hello @anna": Unclear("nobody", word="hello"),
    "anna@example.com hi": Unclear("nobody", word="anna@example.com"),
    "@anna@example.com hi": Unclear("nobody", word="@anna@example.com"),
    "@ hi": Unclear("nobody", word="@"),
    "mentioned hi": Unclear("nobody", word="mentioned"),
    "stauts": Unclear("nobody", word="stauts", hint="status"),
    "напомнии мне": Unclear("nobody", word="напомнии", hint="напомни"),
}
KNOWN = {"U024BE7LH", "S0614TZR7", "C0ALERTS", "UBUM2G3HB", "@first last", "@anna maria von berg", "@o'brien"}
TEXT = st.text(min_size=1).filter(lambda text: text.strip() and text.strip()[0] not in "<@:,")
ADDRESSES = ("<@U024BE7LH|anna>", "<!subteam^S0614TZR7>", "@anna", "bitrix24:acme/10", "me", "here", "U024BE7LH")


def known(address):
    return address in KNOWN or " ".join(address.casefold().split()) in KNOWN


@pytest.mark.parametrize(("text", "intent"), INTENTS.items())
def test_each_command_is_understood(text, intent):
    assert parse(text, known=known) == intent


@given(st.sampled_from(ADDRESSES), st.sampled_from([" ", "\n", ", ", ": ", "  "]), TEXT)
def test_the_text_survives_as_it_is(address, between, text):
    assert parse(f"{address}{between}{text}", known=known) == Notify((address,), text.lstrip())


@given(st.text())
def test_any_text_is_some_intent(text):
    intent = parse(text)
    if isinstance(intent, Notify):
        assert text.endswith(intent.text)
        assert intent.text.strip()
