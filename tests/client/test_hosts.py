"""Addresses as people write them, and where a secret may go."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.bitrix24.auth import Token, Webhook, sign_in
from slack_bitrix24.bitrix24.hosts import is_loopback, may_follow, portal_place, webhook_place
from slack_bitrix24.config.urls import is_loopback as is_loopback_in_the_configuration

HOOK = "https://portal.bitrix24.ru/rest/17/s3cr3t/"


def _get(url):
    raise AssertionError(url)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (HOOK, HOOK),
        ("https://portal.bitrix24.ru/rest/17/s3cr3t", HOOK),
        ("portal.bitrix24.ru/rest/17/s3cr3t/", HOOK),
        ("  portal.bitrix24.ru/17/s3cr3t \n", HOOK),
        ("HTTPS://portal.bitrix24.ru/rest/17/s3cr3t/im.notify.personal.add", HOOK),
        ("https://portal.bitrix24.ru/rest/17/s3cr3t/im.notify.personal.add.json?USER_ID=1#x", HOOK),
        ("https://portal.bitrix24.ru/rest/17/s3cr3t/profile/", HOOK),
        ("https://www.b.example:8443/sub/rest/1/x/", "https://www.b.example:8443/sub/rest/1/x/"),
        ("http://127.0.0.1:8025/rest/1/x/", "http://127.0.0.1:8025/rest/1/x/"),
        ("http://localhost/rest/1/x", "http://localhost/rest/1/x/"),
        ("http://portal.localhost/rest/1/x", "http://portal.localhost/rest/1/x/"),
        ("http://[::1]:80/rest/1/x", "http://[::1]:80/rest/1/x/"),
    ],
)
def test_webhook_however_it_is_written(url, base):
    assert sign_in(url).target("m", _get).url == base + "m"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("portal.bitrix24.ru", "https://portal.bitrix24.ru/rest/"),
        ("https://portal.bitrix24.ru/", "https://portal.bitrix24.ru/rest/"),
        ("https://portal.bitrix24.ru/rest", "https://portal.bitrix24.ru/rest/"),
        ("portal.bitrix24.ru/rest/", "https://portal.bitrix24.ru/rest/"),
        ("portal.bitrix24.ru/rest/im.notify.personal.add.json", "https://portal.bitrix24.ru/rest/"),
        ("portal.bitrix24.ru/profile", "https://portal.bitrix24.ru/rest/"),
        ("https://b.example/sub/rest/", "https://b.example/sub/rest/"),
        ("http://127.0.0.9:1/", "http://127.0.0.9:1/rest/"),
    ],
)
def test_portal_with_a_token_however_it_is_written(url, base):
    target = sign_in(url, " t0ken ").target("m", _get)
    assert (target.url, dict(target.params)) == (base + "m", {"auth": "t0ken"})


@pytest.mark.parametrize(
    ("url", "token", "words"),
    [
        ("portal.bitrix24.ru", "", "no webhook"),
        ("", "", "can't be read"),
        ("https://", "", "can't be read"),
        ("https://exa mple/rest/1/x", "", "can't be read"),
        ("https://[broken/rest/1/s3cr3t", "", "can't be read"),
        ("https://portal:port/rest/1/s3cr3t", "", "can't be read"),
        ("https://u:s3cr3t@portal/rest/1/s3cr3t/", "", "user name"),
        ("ftp://portal/rest/1/s3cr3t/", "", "https://"),
        ("http://portal/rest/1/s3cr3t/", "", "plain http"),
        ("http://127.0.0.1.evil.example/rest/1/s3cr3t/", "", "plain http"),
        ("https://portal/rest/1/s3cr3t/not a method", "", "can't be read"),
        ("https://portal/rest/1/s3cr3t/no-method", "", "no method"),
        (HOOK, "t0ken", "one or the other"),
        ("http://portal", "t0ken", "plain http"),
    ],
)
def test_what_is_neither_is_refused_in_words_without_the_secret(url, token, words):
    with pytest.raises(ValueError, match=words) as caught:
        sign_in(url, token)
    assert "s3cr3t" not in str(caught.value)


def test_empty_token_is_none():
    with pytest.raises(ValueError, match="empty"):
        Token("portal", " ")


@given(st.text())
def test_no_text_breaks_the_reading(text):
    for read in (webhook_place, portal_place):
        with contextlib.suppress(ValueError):
            assert read(text).base.endswith("/")


def test_webhook_names_its_owner_and_application_and_hides_its_secret():
    hook = Webhook(HOOK, "app")
    assert (hook.user_id, hook.application, hook.secrets()) == (17, "app", ("s3cr3t",))
    assert "s3cr3t" not in repr(hook)
    assert not hook.renew(hook.target("m", _get), _get)
    token = Token("portal", "t0ken")
    assert (token.application, token.user_id, token.secrets()) == ("", 0, ("t0ken",))
    assert "t0ken" not in repr(token)
    assert not token.renew(token.target("m", _get), _get)


@pytest.mark.parametrize(
    ("old", "new", "may"),
    [
        ("a.bitrix24.ru", "b.bitrix24.ru", True),
        ("a.bitrix24.ru", "A.Bitrix24.ru.", True),
        ("a.bitrix24.ru", "b.bitrix24.com", False),
        ("a.bitrix24.ru", "bitrix24.ru.evil.example", False),
        ("a.bitrix24.ru", "evilbitrix24.ru", False),
        ("crm.example.co.uk", "b24.example.co.uk", True),
        ("crm.example.co.uk", "evil.co.uk", False),
        ("co.uk", "evil.co.uk", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "10.0.0.1", False),
        ("portal", "other", False),
        ("a.bitrix24.ru", "new.example", True),
    ],
)
def test_portal_may_move_within_its_owners_domain_or_to_an_allowed_host(old, new, may):
    assert may_follow(old, new, ("New.example",)) is may


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("LocalHost", True),
        ("portal.localhost", True),
        ("mylocalhost", False),
        ("localhost.a", False),
        ("10.0.0.1", False),
        ("a.b", False),
    ],
)
def test_loopback(host, here):
    assert is_loopback(host) is here
    assert is_loopback_in_the_configuration(host) is here
