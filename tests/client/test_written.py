"""What was written is what is read, by either rules of the portal: alone and in a batch, as text, as a field, as code.

The rows are those of Bitrix24 server source, main 26.150 (2026-03): what its parser takes for its own. By the portal's
documentation none of them is special, so nothing that protects them may show there either.
"""

from __future__ import annotations

import pytest

from slack_bitrix24.bitrix24.notify import Message
from slack_bitrix24.document import Code, Document, Field, Fields, Paragraph, Text
from slack_bitrix24.render.attach import compose
from slack_bitrix24.render.guard import restored
from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.portal.people import USERS
from slack_bitrix24.sandbox.server import Server

WRITTEN = {
    "a backslash at the end": ["path C:\\temp\\", "C:\\", "D:\\a b\\", "\\\\", "ends in \\", "x\\\\\\"],
    "backslashes": ["C:\\new\\table", "\\d+\\.\\w*", "\\\\server\\share", 'say \\"hi\\"', "\\r\\n\\t", "a\\'b"],
    "a slash at the start": ["/metrics is down", "/media/data", "/loud noise", "/me too", "/all of it", "/mall"],
    "dollars": ['grep "foo$"', "kill $$", "$'\\n'", "$& and $1", "${HOME}", "a$"],
    "tags": ['<div class="x">hi</div>', "<b>bold</b>", '<a href="http://e.com">x</a>', "vector<i>", "<br>", "<u>x"],
    "less than": ["load <5% on a", "if a<b then c", "x<y", "1 < 2 and 3", "a<!-- b", "<-- left"],
    "brackets": [
        "[Disk full] on db-3",
        "[Code review]",
        "[List of x]",
        "[b]x[/b]",
        "[br]",
        "[like] it",
        "[pch=1]x[/pch]",
    ],
    "a batch's own words": ["$errors[0]", "$results[0]", "$time['x']", "$totals[3]", "$result[a][b]", "$result[0]"],
    "signs that become others": [":)", "8)", "(C)", "&lt;p&gt;", "#BR#", "####", "&amp;amp;", "####NAME####", "(TM)"],
    "hyphens and names": ["-" * 6, "-" * 30, "-" * 53, "-----x-----", "O'Neill-Smith", "a - b -- c"],
}
EACH = [(kind, text) for kind, texts in WRITTEN.items() for text in texts]
PLACES = {
    "a text": lambda text: Document((Paragraph((Text(text),)),)),
    "a text among others": lambda text: Document((Paragraph((Text(f"first\n{text}\nlast"),)),)),
    "a field": lambda text: Document((Paragraph((Text("head"),)), Fields((Field((Text("name"),), (Text(text),)),)))),
    "code": lambda text: Document((Paragraph((Text("head"),)), Code(text))),
    "inline code": lambda text: Document((Paragraph((Text("run: "), Text(text, code=True))),)),
}


@pytest.fixture(scope="module", params=["source", "docs"])
def portal(request):
    made = Portal(people=[one for one in USERS if one.active and one.kind != "bot"], rules=request.param, plan="off")
    with Server(app(made)) as running:
        made.url = made.webhook_url(running.url)
        yield made


def shown(portal: Portal) -> list[str]:
    found = sorted(portal.seen(10), key=lambda one: one["id"])
    return [restored(f"{one['drawn']}\n{one['card']}") for one in found]


@pytest.mark.parametrize("place", PLACES)
def test_it_is_drawn_as_it_was_written(portal, connect, place):
    portal.reset()
    composed = [compose(PLACES[place](text)) for _, text in EACH]
    messages = [Message(10, one.message, attach=one.attach, text_out=one.message_out) for one in composed]
    bitrix24 = connect(portal.url)
    for part in (messages[:40], messages[40:]):  # two requests at once would come in either order
        assert [str(one.error) for one in bitrix24.notify_many(part) if one.error] == []
    drawn = shown(portal)
    assert len(drawn) == len(EACH)
    assert [(kind, text, seen) for (kind, text), seen in zip(EACH, drawn, strict=True) if text not in seen] == []


def test_alone_it_is_drawn_the_same(portal, connect):
    portal.reset()
    bitrix24 = connect(portal.url)
    for _, text in EACH[::3]:
        one = compose(PLACES["a field"](text))
        bitrix24.notify(10, one.message, attach=one.attach, text_out=one.message_out)
    lost = [(text, seen) for (_, text), seen in zip(EACH[::3], shown(portal), strict=True) if text not in seen]
    assert lost == []


@pytest.mark.parametrize("place", PLACES)
def test_it_is_pushed_and_mailed_as_it_was_written(portal, connect, place):
    portal.reset()
    composed = [compose(PLACES[place](text)) for _, text in EACH]
    messages = [Message(10, one.message, attach=one.attach, text_out=one.message_out) for one in composed]
    bitrix24 = connect(portal.url)
    for part in (messages[:40], messages[40:]):
        assert [str(one.error) for one in bitrix24.notify_many(part) if one.error] == []
    found = sorted(portal.seen(10), key=lambda one: one["id"])
    lost = []
    for (_, text), one, sent in zip(EACH, found, composed, strict=True):
        mailed = restored(one["mail"]["text"])
        if " ".join(text.split()) not in " ".join(mailed.split()):
            lost.append(("mail", text, mailed))
        if text in restored(sent.message) and " ".join(text.split()) not in " ".join(restored(one["push"]).split()):
            lost.append(("push", text, one["push"]))
    assert lost == []
