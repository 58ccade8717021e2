"""Who may come in, and what keeps others out: over HTTP against the running program."""

from __future__ import annotations

import re

import pytest

from operated import PASSWORD, TOKEN
from slack_bitrix24.web.page.tries import EACH

CLOSED = ("/page", "/page?text=x", "/page/notifications/1", "/page/notifications/999999999999999999999")


@pytest.mark.parametrize("path", CLOSED)
def test_without_a_session_one_is_led_to_the_sign_in_and_back(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/page/sign-in?then=%2Fpage")
    assert stranger.get(path, headers={"HX-Request": "true"}).status_code == 401


def test_the_right_password_signs_in_and_its_cookie_is_out_of_reach(stranger):
    answer = stranger.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/page")
    cookie = next(part for part in answer.headers["set-cookie"].split(", ") if part.startswith("b24_page="))
    for flag in ("HttpOnly", "SameSite=lax", "Path=/page", "Max-Age=43200"):
        assert flag in cookie
    assert stranger.get("/page").status_code == 200


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD[:-1], PASSWORD.upper(), f"{PASSWORD} ", "x" * 5000])
def test_a_wrong_password_does_not(bridge, password):
    stranger = bridge.visitor(signed_in=False)
    answer = stranger.sign_in(password)
    assert answer.status_code in (403, 429)
    assert stranger.get("/page").status_code == 303
    assert bridge.visitor(signed_in=False).sign_in().status_code in (303, 429)


def test_a_sign_in_needs_the_form_that_was_shown(stranger):
    stranger.get("/page/sign-in")
    assert stranger.post("/page/sign-in", password=PASSWORD).status_code == 403
    assert stranger.post("/page/sign-in", password=PASSWORD, csrf="guessed").status_code == 403
    token = stranger.csrf("/page/sign-in")
    elsewhere = {"Origin": "https://evil.example"}
    assert stranger.post("/page/sign-in", elsewhere, password=PASSWORD, csrf=token).status_code == 403
    assert stranger.get("/page").status_code == 303


@pytest.mark.parametrize("path", ["/page", "/page/sign-in", "/page/notifications/1", "/page/static/page.css"])
def test_each_answer_says_what_a_browser_may_do_with_it(visitor, path):
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert ("immutable" if "static" in path else "no-store") in headers["cache-control"]


def test_no_page_holds_a_script_or_a_style_of_its_own(visitor, bridge):
    id_ = bridge.reaches(bridge.notify("<script>alert(1)</script> <b onclick=x>bold</b>"), "delivered")
    for path in ("/page", f"/page/notifications/{id_}", "/page/sign-in"):
        text = visitor.get(path).text
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
        assert re.findall(r"<style|<[^>]*\s(?:style|on\w+)=", text) == []


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({}, {}),
        ({}, {"csrf": "guessed"}),
        ({"Origin": "https://evil.example"}, {"csrf": "<good>"}),
        ({"Origin": "null"}, {"csrf": "<good>"}),
        ({"Sec-Fetch-Site": "cross-site"}, {"csrf": "<good>"}),
        ({"Sec-Fetch-Site": "same-site"}, {"csrf": "<good>"}),
    ],
)
def test_nothing_is_done_without_the_sessions_own_form(bridge, visitor, headers, form):
    id_ = bridge.notify("kept", at="2030-01-01T00:00:00Z")
    good = visitor.csrf(f"/page/notifications/{id_}")
    form = {name: good if value == "<good>" else value for name, value in form.items()}
    assert visitor.post(f"/page/notifications/{id_}/cancel", headers, **form).status_code == 403
    assert bridge.state(id_) == "pending"
    other = bridge.visitor()
    form = {"csrf": other.csrf("/page")}
    assert visitor.post(f"/page/notifications/{id_}/cancel", **form).status_code == 403
    assert visitor.post(f"/page/notifications/{id_}/cancel", csrf=good).status_code == 303
    assert bridge.state(id_) == "cancelled"


def test_signing_out_ends_the_session_for_good(bridge):
    visitor = bridge.visitor()
    kept = dict(visitor.session.cookies)
    assert visitor.post("/page/sign-out", csrf=visitor.csrf("/page")).status_code == 303
    visitor.session.cookies.update(kept)
    assert visitor.get("/page").status_code == 303


def test_webhook_tokens_open_nothing_here(stranger):
    for headers in ({"Authorization": f"Bearer {TOKEN}"}, {"Cookie": f"b24_page={TOKEN}"}):
        assert stranger.get("/page", headers=headers).status_code == 303


@pytest.mark.parametrize("query", ["lang=xx", "theme=<b>", "lang=ru&theme=pink"])
def test_preferences_take_what_there_is(stranger, query):
    assert stranger.get(f"/page/look?{query}").status_code == 400


def test_a_language_is_chosen_or_the_browsers(stranger):
    assert "Вход" in stranger.get("/page/sign-in", headers={"Accept-Language": "fr, ru;q=0.8, en;q=0.5"}).text
    assert "Sign in" in stranger.get("/page/sign-in", headers={"Accept-Language": "de"}).text
    answer = stranger.get("/page/look?lang=ru&then=//evil.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/page")
    assert "Вход" in stranger.get("/page/sign-in", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("path", ["/page/nowhere", "/page/static/nothing.css", "/page/notifications", "/page/a/b/c"])
def test_what_is_not_there_is_not_there(visitor, stranger, path):
    assert visitor.get(path).status_code == 404
    assert stranger.get(path).status_code in (303, 404)


@pytest.mark.parametrize("path", ["/page/", "/page/sign-in/"])
def test_a_slash_at_the_end_means_nothing(visitor, path):
    assert visitor.get(path).status_code in (200, 303)


def test_a_form_is_small(visitor):
    assert visitor.post("/page/sign-out", csrf="x" * 70_000).status_code == 413


def test_guessing_ends_soon(made, password_hash, bridge):
    """The last test of this bridge's sign-in: it locks this address out for a while."""
    stranger = bridge.visitor(signed_in=False)
    answers = [stranger.sign_in("guess") for _ in range(EACH + 1)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert stranger.sign_in().status_code == 429
