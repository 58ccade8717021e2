"""The demo page in a real browser over the real bridge: samples over HTTP, shortcuts, App Home, what goes wrong."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from playwright.sync_api import expect

from waiting import until

SLOW = 30_000
"""Milliseconds that a busy machine may take until something arrives."""
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address():
    command = [sys.executable, "-m", "slack_bitrix24", "demo", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


@pytest.fixture
def page(browser, address):
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.wrong = []
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.goto(address)
    opened.wait_for_selector("html[data-ready]")
    opened.get_by_role("tab", name="HTTP").click()
    yield opened
    assert opened.wrong == []
    opened.close()


def notified(page, user, text):
    return page.locator(f"[data-user='{user}'] .notification", has_text=text)


@pytest.mark.parametrize(
    ("sample", "user", "fires", "over"),
    [
        ("Alertmanager: a disk fills up", 10, "[FIRING:1] DiskAlmostFull", "[RESOLVED] DiskAlmostFull"),
        ("Alertmanager: for Carol, by its label owner", 14, "[FIRING:1] CertificateExpires", "[RESOLVED] Certificate"),
        ("Alertmanager: in Russian", 12, "[FIRING:1] ОчередьРастёт", "[RESOLVED] ОчередьРастёт"),
        ("Grafana: a slow checkout, with its values", 12, "[FIRING:1] SlowCheckout", "[RESOLVED] SlowCheckout"),
        ("Grafana up to 8: the older form", 10, "[Alerting] Room temperature", "[OK] Room temperature"),
        ("ntfy: a message with a sequence", 10, "12 % are left.", "The tank is full again."),
        ("Any JSON: a probe of one's own", 12, "No answer within", "It answers again."),
    ],
)  # fmt: skip
def test_a_sample_arrives_and_its_resolution_takes_its_place(page, sample, user, fires, over):
    page.get_by_label("Sample").select_option(sample)
    page.get_by_role("button", name="Post it", exact=True).click()
    expect(notified(page, user, fires)).to_be_visible(timeout=SLOW)
    expect(page.locator("#posted li").first).to_contain_text("→ 200")
    expect(page.locator("#posted .came").first).to_contain_text("arrived")
    page.get_by_role("button", name="Post its resolution").click()
    expect(notified(page, user, over)).to_be_visible(timeout=SLOW)
    expect(notified(page, user, fires)).to_have_count(0)
    expect(page.locator("#posted .came").first).to_contain_text("replaced")


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ("Slack webhook: an attachment with fields", "Deploy of api failed"),
        ("Slack webhook: blocks", "Backup of db-1"),
        ("Apprise: Markdown, a success", "Restore rehearsed"),
        ("Gotify: an urgent message", "Disk 2 of md0"),
    ],
)
def test_what_has_no_key_arrives_and_says_that_nothing_replaces_it(page, sample, said):
    page.get_by_label("Sample").select_option(sample)
    expect(page.get_by_role("button", name="Post its resolution")).to_be_hidden()
    expect(page.get_by_text("This format has no key")).to_be_visible()
    page.get_by_role("button", name="Post it", exact=True).click()
    expect(notified(page, 10, said)).to_be_visible(timeout=SLOW)


def test_a_body_of_one_s_own_in_a_format_of_one_s_choice(page):
    page.get_by_label("Sample").select_option("A body of your own")
    page.get_by_label("Format").select_option("slack")
    page.get_by_role("textbox", name="Body").fill('{"text": "pasted *here*"}')
    page.get_by_role("button", name="Post it", exact=True).click()
    expect(notified(page, 12, "pasted here")).to_be_visible(timeout=SLOW)
    page.get_by_role("textbox", name="Body").fill("this is no JSON")
    page.get_by_role("button", name="Post it", exact=True).click()
    expect(page.locator("#posted li.refused").first).to_contain_text("→ 400 invalid_payload")


def test_nothing_is_lost_while_bitrix24_is_away_and_the_bridge_is_killed(page):
    page.get_by_role("button", name="Bitrix24 is away").click()
    expect(page.get_by_text("Bitrix24 does not answer")).to_be_visible()
    page.get_by_label("Sample").select_option("GitHub-like: a workflow fails")
    page.get_by_role("button", name="Post it", exact=True).click()
    expect(page.locator("#posted li").first).to_contain_text("→ 200")
    page.get_by_role("button", name="Kill the bridge").click()
    expect(page.get_by_text("The bridge is dead")).to_be_visible()
    page.get_by_role("button", name="Bitrix24 is away").click()
    expect(page.locator("#trouble")).to_be_empty(timeout=SLOW)
    expect(notified(page, 10, "Read the new price list")).to_be_visible(timeout=60_000)
    expect(notified(page, 10, "Read the new price list")).to_have_count(1)


def test_the_operators_page_is_one_click_and_a_sign_in_away(page):
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Page for operators").click()
    operators = opened.value
    operators.get_by_role("link", name="Sign in with Slack").click()
    operators.get_by_role("link", name="Anna Petrova").click()
    expect(operators.locator("tr.row").first).to_be_visible(timeout=SLOW)
    expect(operators.get_by_role("link", name="Portals")).to_be_visible()
    operators.close()


def test_on_a_telephone_there_is_one_part_at_a_time(page):
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("#posting")).to_be_visible()
    expect(page.locator("section.bitrix24")).to_be_hidden()
    page.get_by_role("tab", name="HTTP").press("ArrowRight")
    expect(page.locator("section.bitrix24")).to_be_visible()
    expect(page.locator("#posting")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("section.slack")).to_be_visible()
    expect(page.locator("section.bitrix24")).to_be_visible()


def test_an_incident_is_fired_gets_worse_is_taken_with_a_click_and_is_over(page):
    """Through the bridge's bot: one message in each chat from beginning to end."""
    page.get_by_role("tab", name="Slack", exact=True).click()
    page.get_by_role("tab", name="# incidents").click()
    page.get_by_role("button", name="Monitoring bot: raise an alert").click()
    bubbles = {user: page.locator(f"[data-user='{user}'] .bubble") for user in (10, 12)}
    labels = {10: "Take it", 12: "Взять"}  # Bob's Slack is in Russian
    for user, bubble in bubbles.items():
        expect(bubble).to_contain_text("[FIRING:1] HighErrorRate", timeout=SLOW)
        expect(bubble.get_by_role("button", name=labels[user])).to_be_in_viewport()
    page.get_by_role("button", name="Monitoring bot: it gets worse").click()
    for bubble in bubbles.values():
        expect(bubble).to_contain_text("21 %", timeout=SLOW)
    bubbles[12].get_by_role("button", name=labels[12]).click()
    told = {10: "taken by Bob Smirnov", 12: "взял(а) Bob Smirnov"}
    for user, bubble in bubbles.items():
        expect(bubble).to_contain_text(told[user], timeout=SLOW)
        expect(bubble.get_by_role("button")).to_have_count(0)
    expect(page.locator("#messages .message", has_text="взял(а) Bob Smirnov")).to_have_count(1, timeout=SLOW)
    page.get_by_role("button", name="Monitoring bot: all-clear").click()
    for user, bubble in bubbles.items():
        expect(bubble).to_contain_text("[RESOLVED] HighErrorRate", timeout=SLOW)
        expect(bubble).to_contain_text(told[user])
        expect(bubble).to_have_count(1)
    expect(page.locator("#messages .message", has_text="[RESOLVED] HighErrorRate")).to_have_count(1)


@pytest.fixture
def slack(page):
    page.get_by_role("tab", name="Slack").click()
    return page


def test_a_message_is_sent_from_its_menu(slack):
    slack.get_by_label("Message or slash command").fill("The price list is *ready*")
    slack.keyboard.press("Enter")
    message = slack.locator(".message", has_text="The price list is ready").last
    message.hover()
    message.get_by_role("button", name="Send to Bitrix24").click()
    form = slack.get_by_role("dialog", name="Notify in Bitrix24")
    form.get_by_label("Carol Chen").check()
    form.get_by_role("button", name="Send").click()
    expect(notified(slack, 14, "The price list is ready")).to_be_visible(timeout=SLOW)


def test_the_global_shortcut_opens_the_same_form_empty(slack):
    slack.get_by_role("button", name="⚡ Notify in Bitrix24").click()
    form = slack.get_by_role("dialog", name="Notify in Bitrix24")
    form.get_by_label("Bob Smirnov").check()
    form.get_by_label("Text").fill("By the shortcut")
    form.get_by_role("button", name="Send").click()
    expect(notified(slack, 12, "By the shortcut")).to_be_visible(timeout=SLOW)


def test_what_only_one_person_sees_has_no_menu(slack):
    slack.get_by_label("Message or slash command").fill("/b24 help")
    slack.keyboard.press("Enter")
    expect(slack.locator(".message.private").last).to_be_visible(timeout=SLOW)
    expect(slack.locator(".message.private .menu")).to_have_count(0)


def test_app_home_shows_each_person_their_own_and_its_buttons_work(slack):
    slack.get_by_label("Message or slash command").fill("/b24 remind me coffee every weekday at 9:45")
    slack.keyboard.press("Enter")
    slack.get_by_role("tab", name="App Home").click()
    home = slack.locator(".home")
    expect(home).to_contain_text("coffee", timeout=SLOW)
    expect(slack.locator(".compose")).to_be_hidden()
    slack.get_by_role("radio", name="Bob").click()
    expect(home).not_to_contain_text("coffee")
    expect(home).to_be_visible(timeout=SLOW)
    slack.get_by_role("radio", name="Anna").click()
    home.get_by_role("button", name="Cancel").click()
    expect(home).not_to_contain_text("coffee", timeout=SLOW)
    slack.get_by_role("tab", name="# alerts").click()
    expect(slack.locator(".compose")).to_be_visible()


CONTRAST = """() => {
  const channels = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const light = (colour) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = channels(colour).map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      if ((channels(backgroundColor)[3] ?? 1) === 1) return backgroundColor;
      if (backgroundImage.includes("gradient")) return null;
    }
    return null;
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility({ opacityProperty: true })) continue;
    const behind = ground(node);
    if (!behind || node.disabled || node.closest("[aria-hidden]")) continue;
    const { color } = getComputedStyle(node);
    const [a, b] = [light(color), light(behind)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${node.outerHTML.slice(0, 90)} ${color} on ${behind}`);
  }
  return poor;
}"""
"""Texts of less contrast than WCAG 2.2 asks for (AA: 4.5), where the ground is one colour."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_the_light_and_in_the_dark(slack, scheme):
    slack.emulate_media(color_scheme=scheme)
    slack.get_by_label("Message or slash command").fill("Look at `this`, @bob")
    slack.keyboard.press("Enter")
    slack.get_by_role("button", name="raise an alert").click()
    expect(slack.locator(".message .attachment").last).to_be_visible(timeout=SLOW)
    expect(notified(slack, 10, "HighErrorRate").first).to_be_visible(timeout=SLOW)
    slack.evaluate("document.getAnimations().forEach((one) => one.finish())")
    assert slack.evaluate(CONTRAST) == []
    slack.get_by_role("tab", name="HTTP").click()
    assert slack.evaluate(CONTRAST) == []
    for view in ("Push", "Mail"):
        slack.locator("[data-user='10']").get_by_role("button", name=view).click()
        assert slack.evaluate(CONTRAST) == []


def test_a_reminder_for_tomorrow_comes_when_a_day_has_passed(page):
    page.get_by_role("tab", name="Slack").click()
    page.get_by_role("button", name="/b24 remind @carol to water the plants tomorrow at 9").click()
    expect(page.locator(".message.private", has_text="Reminder for Carol Chen")).to_be_visible(timeout=SLOW)
    expect(notified(page, 14, "water the plants")).to_have_count(0)
    day = page.get_by_role("group", name="Time passes").get_by_role("button", name="1 day")
    for _ in range(3):  # late in the evening "tomorrow at 9" is more than a day away
        day.click()
        with suppress(AssertionError):
            expect(notified(page, 14, "water the plants")).to_be_visible(timeout=SLOW / 3)
            break
    expect(notified(page, 14, "water the plants")).to_be_visible(timeout=SLOW)
    expect(notified(page, 14, "water the plants")).not_to_contain_text("late by")
    expect(page.locator("#trouble")).to_contain_text("here.")


def test_the_bridge_answers_in_the_language_of_the_person_s_slack(page):
    page.get_by_role("tab", name="Slack").click()
    page.get_by_role("radio", name="Carol").click()
    expect(page.get_by_role("note")).to_contain_text("Carol reads Slack in English")
    page.get_by_label("Language of this person").select_option("Русский")
    expect(page.get_by_role("note")).to_contain_text("Carol reads Slack in Russian")
    # The bridge hears of it as of any change of a profile: a moment later.
    said, ask = page.locator(".message.private", has_text="напоминания"), page.get_by_role("button", name="/b24 помощь")
    until(lambda: ask.click() or said.count(), timeout=30, what="an answer in Russian")
