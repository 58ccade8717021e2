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
    "<@U1><@W2>hi": Notify(("<@U1>", "<@W2>"), "hi"),
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
    # What begins the text stays in it.
    "@anna status": Notify(("@anna",), "status"),
    "@anna remind me": Notify(("@anna",), "remind me"),
    "@anna me too": Notify(("@anna",), "me too"),
    "@anna here is the report": Notify(("@anna",), "here is the report"),
    "@anna, here hi": Notify(("@anna", "here"), "hi"),
    "@anna and @bob are late": Notify(("@anna",), "and @bob are late"),
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
    "who is @anna": Unclear("address", word="is", verb="who"),
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
TEXT = st.text(min_size=1).filter(lambda text: text.strip() and text.strip()[0] not in "<@:,")
ADDRESSES = ("<@U024BE7LH|anna>", "<!subteam^S0614TZR7>", "@anna", "bitrix24:acme/10", "me", "here", "U024BE7LH")


@pytest.mark.parametrize(("text", "intent"), INTENTS.items())
def test_each_command_is_understood(text, intent):
    assert parse(text) == intent


@given(st.sampled_from(ADDRESSES), st.sampled_from([" ", "\n", ", ", ": ", "  "]), TEXT)
def test_the_text_survives_as_it_is(address, between, text):
    assert parse(f"{address}{between}{text}") == Notify((address,), text.lstrip())


@given(st.text())
def test_any_text_is_some_intent(text):
    intent = parse(text)
    if isinstance(intent, Notify):
        assert text.endswith(intent.text)
        assert intent.text.strip()
