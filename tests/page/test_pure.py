"""What the page decides without I/O: where a sign-in may lead, whose form it is, how often one may try; its words."""

import hashlib
import string

import pytest

from slack_bitrix24.web.page.drawing import FILES
from slack_bitrix24.web.page.protection import from_elsewhere, own_path, same
from slack_bitrix24.web.page.tries import ALL, EACH, EACH_LEAK, Tries
from slack_bitrix24.web.page.words import WORDS


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/page", "/page"),
        ("/page?state=dead", "/page?state=dead"),
        ("/page/notifications/7", "/page/notifications/7"),
        ("", "/page"),
        ("https://evil.example/page/", "/page"),
        ("//evil.example/page/", "/page"),
        ("/page//evil.example", "/page"),
        ("/page/\\evil.example", "/page"),
        ("/page/\r\nSet-Cookie: a=b", "/page"),
        ("/pages/x", "/page"),
        ("/api/notifications", "/page"),
        ("javascript:alert(1)", "/page"),
    ],
)
def test_a_sign_in_leads_into_the_page_alone(path, to):
    assert own_path(path) == to


@pytest.mark.parametrize(
    ("origin", "site", "elsewhere"),
    [
        ("https://bridge.example", "same-origin", False),
        ("https://bridge.example", "", False),
        ("", "same-origin", False),
        ("", "none", False),
        ("", "", False),
        ("http://127.0.0.1:3000", "", False),
        ("https://evil.example", "", True),
        ("https://evil.example", "cross-site", True),
        ("https://other.bridge.example", "same-site", True),
        ("https://bridge.example:8443", "", True),
        ("null", "", True),
        ("", "cross-site", True),
        ("https://bridge.example", "cross-site", True),
    ],
)
def test_a_form_of_another_site_is_told(origin, site, elsewhere):
    hosts = ("bridge.example", "127.0.0.1:3000")
    assert from_elsewhere(origin, site=site, hosts=hosts) is elsewhere


@pytest.mark.parametrize(
    ("one", "other", "is_same"), [("a", "a", True), ("a", "b", False), ("", "", False), ("é", "é", True)]
)
def test_an_empty_secret_is_nobodys(one, other, is_same):
    assert same(one, other) is is_same


def test_an_address_has_so_many_tries_and_then_one_after_each_pause():
    tries = Tries()
    for _ in range(EACH):
        assert tries.wait("a", now=100) == 0
        tries.wrong("a", now=100)
    assert tries.wait("a", now=100) == EACH_LEAK
    assert tries.wait("b", now=100) == 0
    assert tries.wait("a", now=100 + EACH_LEAK) == 0
    tries.right("a")
    assert tries.wait("a", now=100) == 0


def test_many_addresses_are_no_way_around_it():
    tries = Tries()
    for number in range(ALL):
        tries.wrong(str(number), now=100)
    assert tries.wait("new", now=100) > 0
    assert tries.wait("new", now=200) == 0


def test_htmx_is_the_file_that_was_released():
    """npm's htmx.org 2.0.11, dist/htmx.min.js: whoever takes a newer one says so here and in the package."""
    released = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    assert hashlib.sha256(FILES["htmx.min.js"]).hexdigest() == released


def blanks(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_say_it_with_the_same_blanks(key):
    english, russian = WORDS[key]
    assert english.strip()
    assert russian.strip()
    assert blanks(english) == blanks(russian)
    assert not any("а" <= letter <= "я" for letter in english.lower())
