"""The page in a real browser: signing in, filtering, a story, a retry; in Russian, on a telephone, by keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from operated import PASSWORD

SLOW = 30_000
pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(browser, bridge):
    """Return a function that opens the page in a fresh browser; nothing may be said on its console."""
    said, contexts = [], []

    def opened(**how):
        context = browser.new_context(**how)
        context.set_default_timeout(SLOW)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{bridge.origin}/page")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def test_an_operator_signs_in_filters_opens_a_story_and_tries_again(bridge, made, open_page):
    bridge.reaches(bridge.notify("A backup finished"), "delivered")
    dead = bridge.reaches(bridge.notify("A backup *failed*", to="bitrix24:4711"), "dead")
    page = open_page(locale="en-GB")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    rows = page.locator("tr.row")
    expect(rows).to_have_count(2)
    page.get_by_text("Not delivered", exact=False).first.click()
    expect(rows).to_have_count(1)
    page.get_by_text("All", exact=True).click()
    page.get_by_label("Search").fill("backup finished")
    expect(rows).to_have_count(1)
    page.wait_for_url("**text=backup%20finished**")
    page.get_by_label("Search").fill("failed")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="A backup failed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("not delivered")
    expect(page.get_by_text("Bitrix24 has no user 4711")).to_be_visible()
    made.portal.users[4711] = made.portal.users[17]
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_have_text("It goes out again.")
    # Nobody reloads: the story follows what becomes of it.
    expect(page.get_by_role("heading", level=1)).to_contain_text("delivered")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("not delivered")
    bridge.reaches(dead, "delivered")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_in_russian_on_a_telephone_in_the_dark(bridge, open_page):
    dead = bridge.reaches(bridge.notify("Диск переполнен", to="bitrix24:998"), "dead")
    page = open_page(locale="ru-RU", viewport={"width": 360, "height": 740}, color_scheme="dark", has_touch=True)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    row = page.locator("tr.row", has_text="Диск переполнен")
    expect(row).to_contain_text("не доставлено")
    expect(row).to_contain_text("в Битрикс24 нет пользователя 998")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"
    row.tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Уведомление {dead}")
    expect(page.get_by_role("button", name="Повторить")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.get_by_role("link", name="light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(246, 247, 249)"


def test_by_keys_alone(bridge, open_page):
    bridge.reaches(bridge.notify("the older"), "delivered")
    bridge.reaches(bridge.notify("the newer"), "delivered")
    page = open_page(locale="en-GB")
    page.keyboard.type(PASSWORD)  # the field has the focus
    page.keyboard.press("Enter")
    expect(page.locator("tr.row").first).to_contain_text("the newer")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble").first).to_have_text("the older")
    page.keyboard.press("Escape")
    expect(page.locator("tr.row").first).to_contain_text("the newer")
    page.keyboard.press("/")
    page.keyboard.type("older")
    expect(page.locator("tr.row")).to_have_count(1)
