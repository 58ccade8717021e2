"""The demo page in a real browser: typing on the left, notifications on the right, live."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from playwright.sync_api import expect

from slack_app import bolt, connected
from slack_bitrix24.sandbox import demo
from slack_bitrix24.sandbox.portal.seen import tree
from slack_bitrix24.sandbox.server import Server
from waiting import until

ANNA = "U024BE7LH"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running():
    """The demo with an app connected that answers /b24 and opens a form for it without text."""
    found = demo.build(0)
    with Server(found.app) as server:
        found.port = server.port
        workspace = found.workspace
        app = bolt(workspace)

        @app.command("/b24")
        def b24(ack, command, client):
            ack(f"You said: {command['text']}" if command["text"] else "")
            if not command["text"]:
                client.views_open(trigger_id=command["trigger_id"], view=FORM)

        @app.view("form")
        def form(ack, view):
            text = view["state"]["values"]["text"]["body"]["value"]
            ack(response_action="errors", errors={"text": "Too short"}) if len(text) < 3 else ack()

        @app.event("message")
        def message(event):
            """Hear it."""

        with connected(app, workspace):
            yield SimpleNamespace(url=server.url, demo=found)
        workspace.close()


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Notify in Bitrix24"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "to",
            "label": {"type": "plain_text", "text": "To"},
            "element": {"type": "multi_users_select", "action_id": "users", "initial_users": [ANNA]},
        },
        {
            "type": "input",
            "block_id": "text",
            "label": {"type": "plain_text", "text": "Text"},
            "element": {"type": "plain_text_input", "action_id": "body"},
        },
    ],
}


@pytest.fixture
def page(browser, running):
    running.demo.workspace.forget()
    running.demo.portal.reset()
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.wrong = []
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.on("requestfailed", lambda request: "ABORTED" in request.failure or opened.wrong.append(request.url))
    opened.goto(running.url)
    opened.wait_for_selector("html[data-ready]")
    yield opened
    assert opened.wrong == []
    opened.close()


@pytest.fixture(scope="module")
def still(browser, running):
    """A page that is only asked to draw."""
    opened = browser.new_page()
    opened.goto(running.url)
    yield opened
    opened.close()


def notify(running, user, message, attach=None):
    url = f"{running.demo.webhook_url}im.notify.personal.add.json"
    answer = requests.post(url, json={"USER_ID": user, "MESSAGE": message, "ATTACH": attach}, timeout=5)
    assert answer.ok, answer.text
    return answer.json()["result"]


def centre(page, user):
    return page.locator(f"[data-user='{user}']")


def test_an_empty_page_says_what_it_is_and_what_to_do(page):
    assert "Sandbox" in page.title()
    expect(page.get_by_text("Nothing has been said here yet")).to_be_visible()
    expect(centre(page, 10)).to_contain_text("Nothing yet. What is sent to Anna appears here")
    expect(page.get_by_role("status")).to_have_text("Bridge: connected")


def test_a_typed_command_is_answered_to_its_typer_only(page):
    page.get_by_label("Message or slash command").fill("/b24 @anna Deploy of *api* finished")
    page.keyboard.press("Enter")
    answer = page.locator(".message.private")
    expect(answer).to_contain_text("Only visible to you")
    expect(answer).to_contain_text("You said: @Anna Petrova Deploy of api finished")
    page.get_by_role("radio", name="Bob").click()
    expect(answer).to_have_count(0)


def test_a_first_answer_is_replaced_live(page, running):
    page.get_by_role("button", name="/b24 help").click()
    expect(page.locator(".message.private")).to_contain_text("You said: help")
    payload = running.demo.workspace.courier.deliveries[-1].payload
    requests.post(payload["response_url"], json={"text": "Delivered", "replace_original": True}, timeout=5)
    expect(page.locator(".message.private")).to_contain_text("Delivered")
    expect(page.locator(".message.private")).to_have_count(1)


def test_an_alert_is_drawn_with_fields_colour_and_picture_and_edited_by_its_all_clear(page):
    page.get_by_role("button", name="raise an alert").click()
    alert = page.locator(".message", has_text="[FIRING:1] HighErrorRate")
    expect(alert.locator(".attachment")).to_have_css("border-left-color", "rgb(163, 2, 0)")
    expect(alert.locator(".fields")).to_contain_text("prod-eu")
    until(lambda: alert.locator("img.chart").evaluate("image => image.naturalWidth") == 600)
    page.get_by_role("button", name="all-clear").click()
    cleared = page.locator(".message", has_text="[RESOLVED] HighErrorRate")
    expect(cleared.locator(".attachment")).to_have_css("border-left-color", "rgb(46, 184, 134)")
    expect(page.locator(".message")).to_have_count(1)


def test_what_people_type_keeps_its_formatting(page):
    page.get_by_label("Message or slash command").fill("Hi @bob *bold* `code`\n- one\n- two\n> quoted")
    page.get_by_role("button", name="Send").click()
    message = page.locator(".message")
    expect(message.locator("b")).to_have_text("bold")
    expect(message.locator("li")).to_have_text(["one", "two"])
    expect(message.locator("blockquote")).to_have_text("quoted")
    expect(message.locator(".ment")).to_have_text("@Bob Smirnov")


def test_a_notification_arrives_without_reloading_unread_and_is_taken_away_again(page, running):
    number = notify(running, 12, "Hello [b]Bob[/b]")
    expect(centre(page, 12).locator(".notification b")).to_have_text("Bob")
    badge = centre(page, 12).get_by_role("button", name="1 unread")
    badge.click()
    expect(badge).to_be_hidden()
    own = requests.post(f"{running.url}/sandbox/tokens", json={"user": 12}, timeout=5).json()["access_token"]
    requests.post(f"{running.url}/rest/im.notify.delete", json={"ID": number, "auth": own}, timeout=5)
    expect(centre(page, 12)).to_contain_text("Nothing yet")


@pytest.mark.parametrize(
    ("code", "html"),
    [
        ("[b]a[/b] [i]b[/i] [u]c[/u] [s]d[/s]", "<b>a</b> <i>b</i> <u>c</u> <s>d</s>"),
        ("[B]a[/B]", "<b>a</b>"),
        ("[b]open", "[b]open"),
        ("[nothing]x[/nothing]", "[nothing]x[/nothing]"),
        ("a[br]b\nc", "a<br>b<br>c"),
        ("<img src=x onerror=alert(1)>&amp;", "&lt;img src=x onerror=alert(1)&gt;&amp;amp;"),
        ("[url=javascript:alert(1)]x[/url]", "x"),
        ("[user=10]Anna[/user]", '<span class="mention">Anna</span>'),
        ("[code][b]x[/b][/code]", '<pre class="code">[b]x[/b]</pre>'),
        ("[code]\nx\n[/code]", '<pre class="code">x</pre>'),
        ("[color=#f00]x[/color]", '<span style="color: rgb(255, 0, 0);">x</span>'),
        ("[size=99]x[/size]", '<span style="font-size: 30px;">x</span>'),
        (">>one\n>>two\nafter", "<blockquote>one<br>two</blockquote>after"),
        ("well :)", 'well <span class="smile" title="a smiley, drawn as a picture">🙂</span>'),
        (
            "[url=https://a.example/]x[/url]",
            '<a href="https://a.example/" target="_blank" rel="noopener noreferrer">x</a>',
        ),
        ("[url=file:///etc]x[/url]", "<span>x</span>"),
    ],
)
def test_what_the_portal_drew_becomes_nodes(still, code, html):
    script = "async nodes => { const { message } = await import('/static/nodes.js'); return message(nodes).innerHTML }"
    assert still.evaluate(script, tree(code)).replace(' style=""', "") == html


EVERY_BLOCK = {
    "COLOR": "#aabb00",
    "BLOCKS": [
        {"MESSAGE": "[b]text[/b] [code][i]code[/i][/code]"},
        {"LINK": {"LINK": "https://a.example/t", "NAME": "Ticket", "DESC": "to do", "PREVIEW": "/static/board.png"}},
        {"USER": {"NAME": "Anna Petrova", "LINK": "https://a.example/anna"}},
        {"GRID": [{"DISPLAY": "BLOCK", "NAME": "Block", "VALUE": "below"}]},
        {"GRID": [{"DISPLAY": "LINE", "NAME": "Line", "VALUE": "beside", "COLOR": "#ff0000"}]},
        {"GRID": [{"DISPLAY": "ROW", "NAME": "Row", "VALUE": "two columns"}]},
        {"GRID": [{"DISPLAY": "TABLE", "NAME": "Table", "VALUE": "is not drawn"}]},
        {"DELIMITER": {"SIZE": 120, "COLOR": "#00ff00"}},
        {"IMAGE": [{"LINK": "/static/errors.png", "NAME": "chart", "WIDTH": 100, "HEIGHT": 40}]},
        {"FILE": [{"LINK": "/static/agenda.docx", "NAME": "agenda.docx", "SIZE": 1048576}]},
    ],
}


def test_every_block_of_an_attachment_is_drawn(page, running):
    notify(running, 14, "All", EVERY_BLOCK)
    box = centre(page, 14).locator(".attach")
    expect(box).to_have_css("border-left-color", "rgb(170, 187, 0)")
    expect(box.locator(".at-message pre")).to_have_text("[i]code[/i]")
    expect(box.locator(".at-link > a").first).to_have_attribute("href", "https://a.example/t")
    expect(box.locator(".at-link img")).to_have_attribute("src", "/static/board.png")
    expect(box.locator(".at-user")).to_contain_text("Anna Petrova")
    expect(box).not_to_contain_text("is not drawn")
    for mode in ("block", "line", "row"):
        expect(box.locator(f".at-{mode} dt")).to_have_text(mode.capitalize())
    expect(box.locator(".at-line dd")).to_have_css("color", "rgb(255, 0, 0)")
    expect(box.locator("hr")).to_have_css("width", "120px")
    expect(box.locator(".at-image img")).to_have_css("width", "100px")
    expect(box.locator(".at-file")).to_contain_text("agenda.docx1 MB")


def test_a_notification_is_looked_at_as_its_push_and_as_its_mail(page, running):
    notify(running, 12, ">>what?\nload <5% on [b]db[/b]", EVERY_BLOCK)
    card = centre(page, 12)
    expect(card.locator("blockquote")).to_have_text("what?")
    expect(card.locator(".view-push")).to_be_hidden()
    card.get_by_role("button", name="Push").click()
    expect(card.locator(".view-push")).to_have_text("Portal Owner: 💬")
    expect(card.locator("blockquote")).to_be_hidden()
    card.get_by_role("button", name="Mail").click()
    expect(card.locator(".view-mail strong")).to_have_text(">>what? load")
    expect(card.get_by_role("button", name="Mail")).to_have_attribute("aria-pressed", "true")
    expect(card.locator(".view-push")).to_be_hidden()
    card.get_by_role("button", name="Centre").click()
    expect(card.locator(".attach")).to_be_visible()
    expect(centre(page, 10).get_by_role("button", name="Centre")).to_have_attribute("aria-pressed", "true")


def test_a_form_is_drawn_shows_errors_and_closes_when_it_is_taken(page):
    page.get_by_label("Message or slash command").fill("/b24")
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Notify in Bitrix24")
    expect(form.get_by_label("Anna Petrova")).to_be_checked()
    form.get_by_label("Text").fill("x")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("alert")).to_have_text("Too short")
    form.get_by_label("Text").fill("long enough")
    form.get_by_role("button", name="Send").click()
    expect(form).to_be_hidden()


def test_a_link_back_to_slack_shows_the_message(page, running):
    ts = running.demo.workspace.message(ANNA, "the one").ts
    page.goto(f"{running.url}/slack/archives/C0GENERAL/p{ts.replace('.', '')}")
    expect(page.locator(".message.target")).to_contain_text("the one")


def test_it_is_used_with_the_keyboard_alone(page):
    page.get_by_role("tab", name="# alerts").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="# general")).to_have_attribute("aria-selected", "true")
    page.get_by_role("radio", name="Anna").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Bob")).to_have_attribute("aria-checked", "true")


def test_it_fits_a_narrow_window(page, running):
    notify(running, 14, "All", EVERY_BLOCK)
    page.set_viewport_size({"width": 400, "height": 800})
    expect(centre(page, 14).locator(".attach")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_page_keeps_a_strict_policy_and_names_no_other_host(running):
    answer = requests.get(running.url, timeout=5)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    static = Path(demo.__file__).parent / "page"
    for file in [*static.rglob("*.html"), *static.rglob("*.js"), *static.rglob("*.css")]:
        text = file.read_text(encoding="utf-8")
        assert ".innerHTML" not in text
        assert not [line for line in text.splitlines() if "http" in line and "docs.slack.dev" not in line
                    and "apidocs.bitrix24.com" not in line and "https?:" not in line]  # fmt: skip


def test_the_demo_tells_a_bridge_all_it_needs(running):
    found = running.demo
    assert found.slack_api_url == f"{running.url}/slack/api/"
    assert requests.get(found.webhook_url + "profile.json", timeout=5).json()["result"]["ID"]
    assert requests.get(found.picture_url, timeout=5).headers["content-type"] == "image/png"
    assert requests.get(found.file_url, timeout=5).content[:2] == b"PK"
    assert "U0CAROL03: 14" in found.mapping_text
    assert found.bot_token.startswith("xoxb-")
    assert found.app_token.startswith("xapp-")


def test_a_bot_s_chat_stands_below_the_centre_with_the_button_to_click(page, running):
    def bot(method, **params):
        answer = requests.post(
            f"{running.demo.webhook_url}imbot.v2.{method}", json={"botToken": "t"} | params, timeout=5
        )
        assert answer.ok, answer.text
        return answer.json()["result"]

    fields = {"code": "page", "botToken": "t", "type": "personal", "properties": {"name": "Bridge"}}
    number = bot("Bot.register", fields=fields)["bot"]["id"]
    bot("Command.register", botId=number, fields={"command": "ack", "hidden": True})
    keyboard = {"BUTTONS": [{"TEXT": "Take it", "COMMAND": "ack", "COMMAND_PARAMS": "n0nce", "BLOCK": "Y"}]}
    sent = {"message": "[b]Disk full[/b]", "attach": {"BLOCKS": [{"MESSAGE": "on db-3"}]}, "keyboard": keyboard}
    message = bot("Chat.Message.send", botId=number, dialogId="10", fields=sent)["id"]
    chat = centre(page, 10).locator(".chat")
    expect(chat.locator(".bubble b")).to_have_text("Disk full")
    expect(chat.locator(".attach")).to_have_text("on db-3")
    chat.get_by_role("button", name="Take it").click()
    expect(chat.get_by_role("button", name="Take it")).to_be_disabled()
    event = bot("Event.get", botId=number)["events"][-1]["data"]
    assert (event["command"]["params"], event["user"]["id"], event["message"]["id"]) == ("n0nce", 10, message)
    chat.get_by_role("button", name="Mark as read").click()
    expect(chat.locator(".read")).to_be_visible()
    done = {"message": "taken by Anna", "keyboard": "N"}
    bot("Chat.Message.update", botId=number, messageId=message, fields=done)
    expect(chat.locator(".bubble")).to_contain_text("taken by Anna")
    expect(chat.locator(".edited")).to_be_visible()
    expect(chat.locator(".key")).to_have_count(0)
    chat.get_by_label("Write to Bridge").fill("thanks")
    page.keyboard.press("Enter")
    expect(chat.locator(".bubble.mine")).to_contain_text("thanks")
    bot("Chat.Message.delete", botId=number, messageId=message)
    expect(chat.locator(".bubble.gone")).to_have_text("This message was deleted")
    expect(centre(page, 12).locator(".chat")).to_have_count(0)


EVERYBODY = ["Anna Petrova @anna", "Bob Smirnov @bob", "Carol Chen @carol", "Developers @devs"]


@pytest.mark.parametrize(
    ("typed", "offered", "keys", "becomes"),
    [
        ("hi @c", ["Carol Chen @carol"], ["Enter"], "hi @carol "),
        ("@", EVERYBODY, ["ArrowUp", "Tab"], "@devs "),
        ("/b24 @smi", ["Bob Smirnov @bob"], ["Enter"], "/b24 @bob "),
        ("(@AN", ["Anna Petrova @anna"], ["Enter"], "(@anna "),
        ("@anna, @de", ["Developers @devs"], ["Enter"], "@anna, @devs "),
        ("@b", ["Bob Smirnov @bob"], ["Escape"], "@b"),
        ("mail anna@b", [], [], "mail anna@b"),
        ("@nobody", [], [], "@nobody"),
        ("@anna hello", [], [], "@anna hello"),
    ],
)  # fmt: skip
def test_names_are_completed_after_an_at_sign(page, typed, offered, keys, becomes):
    box, listed = page.get_by_label("Message or slash command"), page.get_by_role("listbox").get_by_role("option")
    box.press_sequentially(typed)
    expect(listed).to_have_text(offered)
    for key in keys:
        box.press(key)
    expect(box).to_have_value(becomes)
    expect(listed).to_have_count(0)


def test_a_name_is_chosen_with_the_mouse(page):
    box = page.get_by_label("Message or slash command")
    box.press_sequentially("@")
    page.get_by_role("option", name="Bob Smirnov").click()
    expect(box).to_have_value("@bob ")
    expect(box).to_be_focused()


PAGE = Path(demo.__file__).parent / "page"
RUSSIAN = PAGE / "static" / "russian.js"


def said():
    """Every word of the page's own: in its HTML, and in a call of t()."""
    html = re.sub(
        r"<(script|style)\b.*?</\1>|<code>.*?</code>", "\0", (PAGE / "index.html").read_text(), flags=re.DOTALL
    )
    found = {" ".join(text.split()) for text in re.findall(r">([^<>\0]*)", html.replace("\0", "><"))}
    found |= set(re.findall(r'(?:aria-label|placeholder|title)="([^"]+)"', html))
    for script in (PAGE / "static").glob("*.js"):
        found |= set(re.findall(r'\bt\("((?:[^"\\]|\\.)+)"', script.read_text()))
    names = {"Slack", "Bitrix24", "HTTP", "English", "Русский", "⚡ Notify in Bitrix24"}
    return {text for text in found if re.search("[A-Za-z]", text)} - names


def test_all_that_the_page_says_is_there_in_russian():
    keys = set(re.findall(r'^  "((?:[^"\\]|\\.)+)":', RUSSIAN.read_text(), re.MULTILINE))
    assert said() - keys == set()
    assert len(keys) > 70


def test_the_page_speaks_the_reader_s_language_and_changes_it(browser, running):
    context = browser.new_context(locale="ru-RU", viewport={"width": 390, "height": 800}, color_scheme="dark")
    page = context.new_page()
    page.goto(running.url)
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_role("heading", name="уведомление в Битрикс24")).to_be_visible()
    expect(page.get_by_role("button", name="Отправить")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="be notified in Bitrix24")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Русский")).to_be_visible()
    context.close()
