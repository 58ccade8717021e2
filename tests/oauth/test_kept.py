"""Tokens in the database: sealed, for one application, saved in order, renewed by one at a time."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from oauth_rig import KEY, client
from slack_bitrix24.app.tokens import KeptTokens
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.bitrix24.tokens import Seal, Tokens
from slack_bitrix24.errors import Bitrix24Error, StoreError, Verdict
from slack_bitrix24.store import open_store
from slack_bitrix24.store.sql.engine import sqlite_module

# The program's own: two copies of SQLite in one process undo each other's locks (https://sqlite.org/howtocorrupt.html).
SQLITE = sqlite_module()

PROFILE = Call("profile")


def kept(store, **more):
    options = {"owner": "host:1:1", "client_id": "app", "key": KEY, **more}
    return KeptTokens(store, "acme", **options)


def sealed(text, key=KEY):
    return Seal(key).close(Tokens(text))


def test_what_was_saved_is_there_for_the_same_application_alone(store):
    text = sealed("a")
    assert kept(store).load() == ""
    kept(store).save(text)
    assert kept(store).load() == text
    assert kept(store, client_id="made anew").load() == ""


def test_another_key_does_not_open_them_and_says_which_is_meant(store):
    kept(store).save(sealed("a"))
    with pytest.raises(Bitrix24Error, match=r"SLACK_BITRIX24_KEY .*client_secret") as caught:
        kept(store, key="other").load()
    assert caught.value.verdict is Verdict.PORTAL
    assert kept(store, key="other", refresh_token="given anew").load() == ""


def test_older_tokens_never_replace_newer_ones(store):
    slow, quick = kept(store), kept(store)
    slow.load()
    quick.load()
    quick.save(sealed("new"))
    with pytest.raises(StoreError, match="newer"):
        slow.save(sealed("old"))
    assert slow.load() == quick.load()


def test_tokens_that_the_database_did_not_take_are_kept_as_soon_as_it_does(sqlite_url):
    """The authorization server gives a refresh token once: it would be lost for good."""
    database = SQLITE.connect(sqlite_url.removeprefix("sqlite:///"))
    store = open_store(sqlite_url)
    tokens, text = kept(store), sealed("a")
    database.execute(
        "create trigger full before update of blob on tokens begin select raise(abort, 'database or disk is full'); end"
    )
    try:
        for attempt in (lambda: tokens.save(text), tokens.load, tokens.load):
            with pytest.raises(StoreError, match="the disk is full"):
                attempt()
        database.execute("drop trigger full")
        assert tokens.load() == text
        assert kept(store).load() == text
    finally:
        database.close()
        store.close()


def test_renewal_is_held_by_one_even_in_one_process(store):
    with kept(store).exclusive():
        began = time.monotonic()
        with pytest.raises(StoreError, match="for too long"), kept(store, lease=0.01).exclusive():
            pass
        assert time.monotonic() - began < 5
    with kept(store).exclusive():
        pass


def test_node_that_died_while_renewing_holds_nobody_off_for_longer_than_its_lease(store):
    assert store.write(lambda tx: tx.tokens.exclusive("acme", "dead", ttl=0.3))
    with kept(store, lease=0.3).exclusive():
        pass


def test_node_that_was_killed_while_renewing_holds_nobody_off(store):
    program = "from slack_bitrix24.store import new_owner; print(new_owner())"
    dead = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    assert store.write(lambda tx: tx.tokens.exclusive("acme", f"{dead}/0011aabb", ttl=600.0))
    began = time.monotonic()
    with kept(store).exclusive():
        assert time.monotonic() - began < 5
        living = kept(store, lease=0.01)
        with pytest.raises(StoreError, match="for too long"), living.exclusive():
            pass


def test_database_holds_no_token_in_the_open(acme, queue, tmp_path):
    with client(queue, acme.settings(acme.issue()), tmp_path) as node:
        node.call(PROFILE)
    blob = queue.read(lambda tx: tx.tokens.load("acme")).blob
    assert [secret for secret in acme.secrets() if secret.encode() in blob] == []


def test_newly_configured_refresh_token_wins_and_an_old_one_stays_used_up(acme, queue, tmp_path):
    first, second = acme.issue(), acme.issue()
    for text in (first, first, second, second):
        with client(queue, acme.settings(text), tmp_path) as node:
            node.call(PROFILE)
    assert [grant["refresh_token"] for grant in acme.grants] == [first, second]


def test_application_made_anew_is_installed_anew(acme, queue, tmp_path):
    """Its application_token is another than the known one, which was another application's."""
    oauth = acme.portal.oauth
    with client(queue, acme.settings(), tmp_path) as node:
        node.auth.install(oauth.installation(base=acme.url, now=acme.portal.clock()), node.get)
    oauth.forget()
    oauth.client_id, oauth.client_secret, oauth.application_token = "local.2", "another", "new-application-token"
    with client(queue, acme.settings(), tmp_path) as node:
        node.auth.install(oauth.installation(base=acme.url, now=acme.portal.clock()), node.get)
        assert node.call(PROFILE).result["ID"] == "1"
